import { isSaneUsage, NO_USAGE } from '@tokenbay/protocol';
import type { UsageReading } from '../provider.js';

/** Where providers report the tokens of an answer that writes none: embeddings, moderations, rerankings. */
export interface InputUsageWire {
  readonly usage?: {
    readonly prompt_tokens?: unknown;
    readonly input_tokens?: unknown;
    readonly total_tokens?: unknown;
  } | null;
  readonly meta?: { readonly tokens?: TokensWire | null; readonly billed_units?: TokensWire | null } | null;
}

interface TokensWire {
  readonly input_tokens?: unknown;
}

/**
 * Reads the reported input: `usage` of OpenAI, Jina, vLLM and most others, where some give the total alone; `meta` of Cohere and who answers
 * in its shape. Undefined where none of them says a number. Anything but a whole number from 0 up makes the report suspect.
 */
export function readInputUsage({ usage, meta }: InputUsageWire): UsageReading | undefined {
  const reported = [
    ...[usage?.prompt_tokens, usage?.input_tokens, usage?.total_tokens],
    ...[meta?.tokens?.input_tokens, meta?.billed_units?.input_tokens],
  ].find((count) => typeof count === 'number');
  if (reported === undefined) return undefined;
  const read = { ...NO_USAGE, inputTokens: reported };
  if (isSaneUsage(read)) return { usage: read, isSuspect: false };
  const inputTokens = reported > 0 ? Math.min(Math.ceil(reported), Number.MAX_SAFE_INTEGER) : 0;
  return { usage: { ...NO_USAGE, inputTokens }, isSuspect: true };
}
