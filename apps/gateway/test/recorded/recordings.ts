import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NO_USAGE, type StopReason, type TokenUsage, type WireFormat } from '@tokenbay/protocol';
import { findAdapter, type TextWire, type UpstreamFailure } from '@tokenbay/providers';
import { WORKSPACE } from '@tokenbay/testing';

/** An answer in the shape that its provider documents, whole and streamed, and what it says. */
export interface Recording extends Place {
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly Call[];
  readonly stop: StopReason;
  readonly usage: TokenUsage;
}

/** Whose shape it is, and where it lies: the path below `libs/providers/src`, without its ending. */
export interface Place {
  readonly provider: string;
  readonly format: WireFormat;
  readonly fixture: string;
}

export interface Call {
  readonly name: string;
  readonly input: unknown;
}

/** A stream that its provider breaks off with an error, and what that means. */
export interface BrokenRecording extends Place {
  readonly kind: string;
  /** True where a client of this very format knows it, and gets it as it came. */
  readonly isKnown?: boolean;
}

const FIXTURES = join(WORKSPACE, 'libs/providers/src');
const CALLS = [
  { name: 'get_weather', input: { city: 'Köln' } },
  { name: 'get_time', input: {} },
];
/** What a recording says, apart from its price. */
type Said = Omit<Recording, keyof Place | 'usage'>;
const PLAIN: Said = { text: 'Köln ☔: rain until nine.', thinking: '', calls: [], stop: 'end' };
const FULL: Said = {
  ...{ text: 'Ich schaue nach: Köln ☔', thinking: 'Two cities — two calls.' },
  ...{ calls: CALLS, stop: 'tool_call' },
};
const FILTERED: Said = { ...PLAIN, text: 'Köln ☔: ', stop: 'content_filter' };
const REFUSED: Said = { ...PLAIN, text: "I can't help with that.", stop: 'refusal' };

const FEW = { ...NO_USAGE, inputTokens: 19, outputTokens: 12 };
/** Everything that a provider can tell of an input that was partly cached and of output that was partly thought. */
const TOLD = { ...NO_USAGE, inputTokens: 462, cachedInputTokens: 1000, outputTokens: 89, reasoningTokens: 21 };
const WITHOUT_REASONING = { ...TOLD, reasoningTokens: 0 };
/** Presets whose streams differ from OpenAI's, by what their usage tells. */
const PRESETS: Readonly<Record<string, TokenUsage>> = {
  ...{ deepseek: TOLD, groq: TOLD, qwen: TOLD, xai: TOLD },
  ...{ fireworks: WITHOUT_REASONING, mistral: WITHOUT_REASONING, together: WITHOUT_REASONING },
  ollama: { ...WITHOUT_REASONING, inputTokens: 1462, cachedInputTokens: 0 },
  openrouter: { ...TOLD, inputTokens: 362, cacheWriteTokens: 100 },
  vllm: WITHOUT_REASONING,
};

const chat = (provider: string, folder: string, name: string): Place => ({
  ...{ provider, format: 'openai-chat', fixture: `${folder}/fixtures/${name}` },
});
const preset = (provider: string, name: string): Place => chat(provider, 'openai', `${provider}/${name}`);
const at = (provider: string, format: WireFormat, fixture: string): Place => ({ provider, format, fixture });

export const RECORDINGS: readonly Recording[] = [
  { ...chat('openai', 'openai', 'plain'), ...PLAIN, usage: FEW },
  { ...chat('openai', 'openai', 'reasoning-and-tools'), ...FULL, usage: TOLD },
  { ...chat('openai', 'openai', 'refusal'), ...REFUSED, usage: FEW },
  { ...chat('azure-openai', 'azure-openai', 'plain'), ...PLAIN, usage: FEW },
  { ...chat('azure-openai', 'azure-openai', 'tools'), ...FULL, thinking: '', usage: TOLD },
  { ...chat('azure-openai', 'azure-openai', 'filtered'), ...FILTERED, usage: FEW },
  ...Object.entries(PRESETS).flatMap(([name, usage]) => [
    { ...preset(name, 'plain'), ...PLAIN, usage: FEW },
    { ...preset(name, 'thinking-and-tools'), ...FULL, usage },
  ]),
  { ...preset('deepseek', 'filtered'), ...FILTERED, usage: FEW },
  ...[
    { ...PLAIN, name: 'plain', text: 'Hello there.', usage: { ...FEW, inputTokens: 12, outputTokens: 3 } },
    { ...FULL, name: 'thinking-and-tools', usage: TOLD },
    {
      ...REFUSED,
      name: 'refusal',
      text: 'I cannot help with that.',
      usage: { ...FEW, inputTokens: 12, outputTokens: 6 },
    },
    {
      ...{ ...PLAIN, name: 'incomplete', text: 'Once upon a', stop: 'max_tokens' as const },
      usage: { ...FEW, inputTokens: 12, outputTokens: 3 },
    },
  ].map(({ name, ...said }) => ({ ...at('openai', 'openai-responses', `openai-responses/fixtures/${name}`), ...said })),
  { ...at('anthropic', 'anthropic-messages', 'anthropic/fixtures/plain'), ...PLAIN, usage: FEW },
  {
    ...at('anthropic', 'anthropic-messages', 'anthropic/fixtures/thinking-and-tools'),
    ...FULL,
    usage: { ...TOLD, inputTokens: 412, cacheWriteTokens: 30, cacheWriteLongTokens: 20 },
  },
  {
    ...at('anthropic', 'anthropic-messages', 'anthropic/fixtures/refusal'),
    ...REFUSED,
    text: "I can't help ",
    usage: FEW,
  },
  { ...at('gemini', 'gemini-generate', 'gemini/fixtures/text'), ...PLAIN, usage: FEW },
  { ...at('gemini', 'gemini-generate', 'gemini/fixtures/thinking-and-tools'), ...FULL, usage: TOLD },
  { ...at('gemini', 'gemini-generate', 'gemini/fixtures/filtered'), ...FILTERED, usage: FEW },
];

export const BROKEN_RECORDINGS: readonly BrokenRecording[] = [
  { ...chat('openai', 'openai', 'broken'), kind: 'server' },
  { ...preset('deepseek', 'broken'), kind: 'saturated' },
  { ...preset('groq', 'broken'), kind: 'server' },
  { ...preset('mistral', 'broken'), kind: 'server' },
  { ...preset('openrouter', 'broken'), kind: 'server' },
  { ...preset('qwen', 'broken'), kind: 'request' },
  { ...preset('vllm', 'broken'), kind: 'server' },
  { ...at('openai', 'openai-responses', 'openai-responses/fixtures/broken'), kind: 'saturated' },
  { ...at('openai', 'openai-responses', 'openai-responses/fixtures/failed'), kind: 'server' },
  { ...at('anthropic', 'anthropic-messages', 'anthropic/fixtures/broken'), kind: 'saturated' },
  { ...at('gemini', 'gemini-generate', 'gemini/fixtures/broken'), kind: 'saturated' },
  { ...at('gemini', 'gemini-generate', 'gemini/fixtures/blocked'), kind: 'request', isKnown: true },
];

/** A refusal that a provider documents, and what it means. */
export interface RecordedRefusal {
  readonly what: string;
  readonly status: number;
  readonly retryAfterSeconds?: number;
  readonly body: object;
  readonly judged: Pick<UpstreamFailure, 'kind' | 'code' | 'reason'>;
  readonly hidden?: readonly string[];
}

/** Every provider whose refusals were recorded, and where they lie. */
const REFUSERS: readonly (readonly [provider: string, folder: string])[] = [
  ...['openai', 'azure-openai', 'anthropic', 'gemini'].map((name) => [name, `${name}/fixtures`] as const),
  ...Object.keys(PRESETS).map((name) => [name, `openai/fixtures/${name}`] as const),
];

/** All refusals of all providers. */
export const REFUSALS: readonly (RecordedRefusal & { readonly provider: string })[] = REFUSERS.flatMap(
  ([provider, folder]) =>
    (JSON.parse(readFileSync(join(FIXTURES, folder, 'errors.json'), 'utf8')) as RecordedRefusal[]).map((refusal) => ({
      ...{ provider, ...refusal },
    })),
);

/** What was recorded, by its ending. */
export function bytesOf({ fixture }: Place, ending: 'json' | 'sse'): Buffer {
  return readFileSync(join(FIXTURES, `${fixture}.${ending}`));
}

/** The wire of a recording's provider that speaks its format. */
export function wireOf({ provider, format }: Place): TextWire {
  return findAdapter(provider)!.wires.find((wire) => wire.format === format)!;
}
