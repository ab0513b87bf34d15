import { DomainError } from '@tokenbay/errors';
import { toErrorView } from '@tokenbay/platform';
import type { StopReason, TokenUsage } from '@tokenbay/protocol';
import { isFailure, type JsonObject } from '@tokenbay/providers';
import { ConversionStream } from '../../src/relay/exchange/conversion-stream.js';
import { PassThroughStream } from '../../src/relay/exchange/pass-through-stream.js';
import type { AnswerRenderer } from '../../src/relay/exchange/renderer.js';
import { MESSAGES_RENDERER } from '../../src/surfaces/anthropic-messages/answer.js';
import { createRenderer as createGeminiRenderer } from '../../src/surfaces/gemini-generate/answer.js';
import { CHAT_RENDERER } from '../../src/surfaces/openai-chat/answer.js';
import { createRenderer as createResponsesRenderer } from '../../src/surfaces/openai-responses/answer.js';
import { type Ear, type Heard, Speaker } from './ear.js';
import { CHAT_EAR, RESPONSES_EAR } from './openai-ears.js';
import { GEMINI_EAR, MESSAGES_EAR } from './other-ears.js';
import { BROKEN_RECORDINGS, bytesOf, type Place, type Recording, RECORDINGS, wireOf } from './recordings.js';

/** A dialect: how it is written, who reads it, its words for why an answer ended, and how its error begins. */
interface Dialect {
  readonly name: string;
  readonly renderer: () => AnswerRenderer;
  readonly ear: Ear;
  readonly stops: Readonly<Partial<Record<StopReason, string>>>;
  readonly failure: RegExp;
}
const DIALECTS: readonly Dialect[] = [
  {
    ...{ name: 'Chat Completions', renderer: () => CHAT_RENDERER, ear: CHAT_EAR },
    stops: { end: 'stop', max_tokens: 'length', tool_call: 'tool_calls', content_filter: 'content_filter' },
    failure: /^data: \{"error":\{.*\}\}\n\n$/,
  },
  {
    ...{
      name: 'Responses',
      renderer: () => createResponsesRenderer({ model: 'public', input: 'x' }),
      ear: RESPONSES_EAR,
    },
    stops: {
      end: 'completed',
      max_tokens: 'max_output_tokens',
      tool_call: 'completed',
      content_filter: 'content_filter',
    },
    failure: /event: response\.failed\n[^]*event: error\ndata: .*\n\n$/,
  },
  {
    ...{ name: 'Messages', renderer: () => MESSAGES_RENDERER, ear: MESSAGES_EAR },
    stops: { end: 'end_turn', max_tokens: 'max_tokens', tool_call: 'tool_use', content_filter: 'refusal' },
    failure: /event: error\ndata: \{"type":"error",.*\}\n\n$/,
  },
  {
    ...{
      name: 'Gemini',
      renderer: () => createGeminiRenderer({ form: 'events', showsThoughts: true }),
      ear: GEMINI_EAR,
    },
    stops: { end: 'STOP', max_tokens: 'MAX_TOKENS', tool_call: 'STOP', content_filter: 'SAFETY' },
    failure: /data: \{"error":\{.*\}\}\r\n\r\n$/,
  },
];
/** Of a refusal: where it has words of its own, and where the answer merely stops. */
const REFUSALS: Readonly<Record<string, readonly [inWords: string, without: string]>> = {
  'Chat Completions': ['stop', 'content_filter'],
  ...{ Responses: ['completed', 'content_filter'], Messages: ['refusal', 'refusal'], Gemini: ['SAFETY', 'SAFETY'] },
};

const CONTEXT = { requestId: '0192-aa', model: 'public', createdAtSeconds: 5, wantsUsage: true };
const ERROR = toErrorView(new DomainError('upstream_failed'), 'id');
const TEXT_MAX = { choices: 1, textCharactersMax: 100_000, droppedFields: [] };

function convert(place: Place, renderer: AnswerRenderer): ConversionStream {
  const { streamType: contentType } = renderer;
  const reader = wireOf(place).conversion.openReader();
  return new ConversionStream({ ...TEXT_MAX, contentType, reader, renderer: renderer.openStream(CONTEXT) });
}

/** Everything a client gets of a stream that ends well. */
function hearAll(exchange: ConversionStream | PassThroughStream, bytes: Buffer): string {
  exchange.push(bytes);
  exchange.end();
  expect(exchange.isComplete).toBe(true);
  return Buffer.concat([...exchange.takeReady(), ...exchange.takeTail()]).toString();
}

function expectHeard(heard: Heard, recording: Recording, { name, stops }: Dialect): void {
  const { text, thinking, calls, stop, usage, format } = recording;
  const [inWords, without] = REFUSALS[name]!;
  const refused = format.startsWith('openai') ? inWords : without;
  expect(heard).toMatchObject({ text, thinking, calls, stop: stop === 'refusal' ? refused : stops[stop] });
  expect(heard.usage).toEqual({
    input: usage.inputTokens + usage.cachedInputTokens + usage.cacheWriteTokens + usage.cacheWriteLongTokens,
    ...{ cached: usage.cachedInputTokens, output: usage.outputTokens, reasoning: usage.reasoningTokens },
  });
}

const speaker = new Speaker();
let baseUrl: string;
beforeAll(async () => {
  baseUrl = await speaker.start();
});
afterAll(() => speaker.stop());

describe.each(RECORDINGS)('an answer of $provider ($fixture)', (recording) => {
  const { conversion, passThrough } = wireOf(recording);
  const sane = (usage: TokenUsage) => ({ usage, isSuspect: false });

  it.each(DIALECTS)('is heard in $name, whole', async (dialect) => {
    const answer = conversion.readAnswer(JSON.parse(bytesOf(recording, 'json').toString()) as JsonObject);
    if (isFailure(answer)) throw new Error('a failure');
    expect(answer.usage).toEqual(sane(recording.usage));
    speaker.say(dialect.renderer().renderAnswer(answer, CONTEXT), 'application/json');
    expectHeard(await dialect.ear.whole(baseUrl), recording, dialect);
  });

  it.each(DIALECTS)('is heard in $name, streamed', async (dialect) => {
    const exchange = convert(recording, dialect.renderer());
    speaker.say(hearAll(exchange, bytesOf(recording, 'sse')), 'text/event-stream');
    expect(exchange.usage).toEqual(sane(recording.usage));
    expectHeard(await dialect.ear.stream(baseUrl), recording, dialect);
  });

  it('costs the same where it passes through, whole and streamed', () => {
    const body = JSON.parse(bytesOf(recording, 'json').toString()) as JsonObject;
    expect(passThrough.readAnswer(body)).toMatchObject({ failure: undefined, usage: sane(recording.usage) });
    const scanner = passThrough.openScanner({ choices: 1, wantsUsage: true });
    const stream = new PassThroughStream({ ...TEXT_MAX, scanner, renderer: CHAT_RENDERER });
    hearAll(stream, bytesOf(recording, 'sse'));
    expect(stream.usage).toEqual(sane(recording.usage));
    // What is billed where a provider reports nothing.
    const shown = recording.text.length + recording.thinking.length;
    expect(stream.text.charactersTotal).toBeGreaterThanOrEqual(shown);
  });
});

describe.each(BROKEN_RECORDINGS)('a stream that $provider breaks off ($fixture)', (recording) => {
  const bytes = bytesOf(recording, 'sse');

  it.each(DIALECTS)('ends in the error of $name', ({ renderer, failure }) => {
    const exchange = convert(recording, renderer());
    exchange.push(bytes);
    exchange.end();
    expect([exchange.failure?.kind, exchange.isComplete]).toEqual([recording.kind, false]);
    expect(exchange.fail(ERROR).toString()).toMatch(failure);
    expect(exchange.failure?.message ?? '').not.toMatch(/org-/);
  });

  it('is a failure where it passes through, unless its clients know it', () => {
    const scanner = wireOf(recording).passThrough.openScanner({ choices: 1, wantsUsage: true });
    const exchange = new PassThroughStream({ ...TEXT_MAX, scanner, renderer: CHAT_RENDERER });
    exchange.push(bytes);
    exchange.end();
    if (recording.isKnown) expect(exchange.failure).toBeUndefined();
    else expect([exchange.failure?.kind, exchange.isComplete]).toEqual([recording.kind, false]);
  });
});
