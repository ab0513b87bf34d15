import { isSaneUsage, NO_USAGE, type UsageReading } from '@tokenbay/protocol';
import type { UsageWire } from './wire.js';

/**
 * Reads reported usage. Its input kinds are disjoint already; cache writes are one sum, of which the breakdown says what is kept for an
 * hour. Where parts contradict their whole the report is suspect, and whatever is no count is taken for 0.
 */
export function readUsage(wire: UsageWire | null | undefined): UsageReading | undefined {
  if (typeof wire !== 'object' || wire === null) return undefined;
  if (typeof wire.input_tokens !== 'number' || typeof wire.output_tokens !== 'number') return undefined;
  const written = partOf(wire.cache_creation_input_tokens);
  const writtenLong = partOf(wire.cache_creation?.ephemeral_1h_input_tokens);
  const usage = {
    ...NO_USAGE,
    inputTokens: wire.input_tokens,
    cachedInputTokens: partOf(wire.cache_read_input_tokens),
    cacheWriteTokens: written - writtenLong,
    cacheWriteLongTokens: writtenLong,
    outputTokens: wire.output_tokens,
    reasoningTokens: partOf(wire.output_tokens_details?.thinking_tokens),
  };
  if (isSaneUsage(usage)) return { usage, isSuspect: false };
  const clamped = {
    ...NO_USAGE,
    inputTokens: toCount(usage.inputTokens),
    cachedInputTokens: toCount(usage.cachedInputTokens),
    cacheWriteTokens: toCount(written),
    outputTokens: toCount(usage.outputTokens),
  };
  return { usage: clamped, isSuspect: true };
}

/**
 * The usage of a stream up to now: counts are cumulative, and what a later event leaves out stays as an earlier one said. `message_delta`
 * repeats input counts only where they have changed.
 */
export function mergeUsage(earlier: UsageWire | undefined, later: UsageWire | null | undefined): UsageWire | undefined {
  if (typeof later !== 'object' || later === null) return earlier;
  const said = Object.entries(later).filter(([, value]) => value !== null && value !== undefined);
  return { ...earlier, ...(Object.fromEntries(said) as UsageWire) };
}

function partOf(count: unknown): number {
  return typeof count === 'number' ? count : 0;
}

function toCount(reported: number): number {
  if (Number.isNaN(reported) || reported <= 0) return 0;
  return Math.min(Math.ceil(reported), Number.MAX_SAFE_INTEGER);
}
