import { isSaneUsage, NO_USAGE, type UsageReading } from '@tokenbay/protocol';
import type { UsageWire } from './wire.js';

/**
 * Reads reported usage into disjoint kinds: Responses counts tokens that were read from or written to the cache inside `input_tokens`, and
 * reasoning inside `output_tokens`. A part larger than its whole, or anything but a whole number from 0 up, makes the report suspect.
 */
export function readUsage(wire: UsageWire | null | undefined): UsageReading | undefined {
  if (typeof wire !== 'object' || wire === null) return undefined;
  const { input_tokens: input, output_tokens: output } = wire;
  if (typeof input !== 'number' || typeof output !== 'number') return undefined;
  const cached = partOf(wire.input_tokens_details?.cached_tokens);
  const written = partOf(wire.input_tokens_details?.cache_write_tokens);
  const usage = {
    ...NO_USAGE,
    inputTokens: input - cached - written,
    cachedInputTokens: cached,
    cacheWriteTokens: written,
    outputTokens: output,
    reasoningTokens: partOf(wire.output_tokens_details?.reasoning_tokens),
  };
  if (isSaneUsage(usage)) return { usage, isSuspect: false };
  return { usage: { ...NO_USAGE, inputTokens: toCount(input), outputTokens: toCount(output) }, isSuspect: true };
}

function partOf(count: unknown): number {
  return typeof count === 'number' ? count : 0;
}

function toCount(reported: number): number {
  if (Number.isNaN(reported) || reported <= 0) return 0;
  return Math.min(Math.ceil(reported), Number.MAX_SAFE_INTEGER);
}
