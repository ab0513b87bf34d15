import { readFileSync } from 'node:fs';
import { findAdapter } from './adapters.js';
import type { UpstreamFailure } from './provider.js';

/** A refusal as its provider documents it, and what it means. */
interface RecordedError {
  readonly what: string;
  readonly status: number;
  readonly retryAfterSeconds?: number;
  readonly body: unknown;
  readonly judged: Partial<UpstreamFailure>;
  /** What stands in the body and is nobody's business. */
  readonly hidden?: readonly string[];
}

/** Where each provider's errors lie, and which of the usual ones it has no documented body for. */
const PROVIDERS: readonly [name: string, folder: string, undocumented?: readonly string[]][] = [
  ['openai', 'openai'],
  ['azure-openai', 'azure-openai', ['no credit']],
  ['anthropic', 'anthropic'],
  ['gemini', 'gemini', ['content policy']],
  ...['deepseek', 'openrouter', 'qwen', 'xai'].map((name): [string, string] => [name, `openai/fixtures/${name}`]),
  ...['fireworks', 'groq', 'mistral', 'together'].map((name): [string, string, string[]] => [
    ...([name, `openai/fixtures/${name}`] as const),
    ['content policy'],
  ]),
  ['ollama', 'openai/fixtures/ollama', ['content policy', 'no credit']],
  ['vllm', 'openai/fixtures/vllm', ['content policy', 'no credit', 'rate limit']],
];
const USUAL = [
  ...['bad request', 'context too long', 'content policy', 'invalid key'],
  ...['no credit', 'rate limit', 'overloaded', 'model not found'],
];
const ADDRESS = /https?:|\b[a-z0-9-]+\.(?:com|ai|dev|google|ms)\b/i;

function errorsIn(folder: string): RecordedError[] {
  const path = folder.includes('/') ? `${folder}/errors.json` : `${folder}/fixtures/errors.json`;
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as RecordedError[];
}

describe.each(PROVIDERS)('a refusal by %s', (name, folder, undocumented = []) => {
  const errors = errorsIn(folder);
  const judge = ({ status, body, retryAfterSeconds }: RecordedError) =>
    findAdapter(name)!.readFailure(status, body, retryAfterSeconds);

  it('is known in every usual kind that is documented', () => {
    const kinds = new Set(errors.map(({ what }) => what));
    expect(USUAL.filter((what) => !kinds.has(what))).toEqual(undocumented);
  });

  it.each(errors)('means what it says: $what ($status)', (error) => {
    const { message, retryAfterSeconds, param, ...judged } = judge(error);
    expect({ ...judged, ...(error.judged.param && { param }) }).toEqual(error.judged);
    expect(retryAfterSeconds).toBe(error.retryAfterSeconds);
    expect(message).toEqual(expect.any(String));
  });

  it.each(errors)('keeps hosts, keys and names to itself: $what ($status)', (error) => {
    const { message = '' } = judge(error);
    expect(message).not.toMatch(ADDRESS);
    const sent = JSON.stringify(error.body);
    for (const secret of error.hidden ?? []) {
      expect(sent).toContain(secret);
      expect(message).not.toContain(secret);
    }
  });
});
