import { isSaneUsage, type TokenUsage } from '@tokenbay/protocol';
import type { UsageReading } from '../provider.js';
import type { UsageWire } from './wire.js';

/**
 * Reads reported usage into disjoint kinds: tokens that were read from or written to a cache and audio are inside `prompt_tokens`, reasoning,
 * audio and pictures inside `completion_tokens`; but for providers (xAI) whose total shows that reasoning stands beside it. A part larger than its whole, or anything but a whole number from 0 up, makes the report suspect.
 */
export function readUsage(wire: UsageWire | null | undefined): UsageReading | undefined {
  if (typeof wire !== 'object' || wire === null) return undefined;
  if (typeof wire.prompt_tokens !== 'number' || typeof wire.completion_tokens !== 'number') return undefined;
  const prompt = wire.prompt_tokens;
  const reasoning = partOf(wire.completion_tokens_details?.reasoning_tokens);
  const isBeside = reasoning > 0 && wire.total_tokens === prompt + wire.completion_tokens + reasoning;
  const completion = wire.completion_tokens + (isBeside ? reasoning : 0);
  const cached = cachedOf(wire);
  const written = partOf(
    wire.prompt_tokens_details?.cache_write_tokens ?? wire.prompt_tokens_details?.cache_creation_input_tokens,
  );
  const audioInput = partOf(wire.prompt_tokens_details?.audio_tokens);
  const audioOutput = partOf(wire.completion_tokens_details?.audio_tokens);
  const imageOutput = partOf(wire.completion_tokens_details?.image_tokens);
  const usage: TokenUsage = {
    inputTokens: prompt - cached - written - audioInput,
    cachedInputTokens: cached,
    cacheWriteTokens: written,
    cacheWriteLongTokens: 0,
    outputTokens: completion - audioOutput - imageOutput,
    reasoningTokens: reasoning,
    audioInputTokens: audioInput,
    audioOutputTokens: audioOutput,
    ...(imageOutput !== 0 && { imageOutputTokens: imageOutput }),
  };
  return isSaneUsage(usage)
    ? { usage, isSuspect: false }
    : { usage: clampWholes(usage, prompt, completion), isSuspect: true };
}

/** Cache hits, under the names that they have: OpenAI's and most others', DeepSeek's, Moonshot's and Together's, Mistral's. */
function cachedOf({ prompt_tokens_details: details, ...usage }: UsageWire): number {
  const { prompt_cache_hit_tokens: hits, cached_tokens: cached, num_cached_tokens: counted } = usage;
  return partOf(details?.cached_tokens ?? hits ?? cached ?? counted);
}

function partOf(count: unknown): number {
  return typeof count === 'number' ? count : 0;
}

/** Believes the wholes over their parts: all input is fresh input, all output is text. */
function clampWholes(usage: TokenUsage, prompt: number, completion: number): TokenUsage {
  return {
    ...usage,
    inputTokens: toCount(prompt),
    outputTokens: toCount(completion),
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    audioInputTokens: 0,
    audioOutputTokens: 0,
    ...(usage.imageOutputTokens !== undefined && { imageOutputTokens: 0 }),
  };
}

function toCount(reported: number): number {
  if (Number.isNaN(reported) || reported <= 0) return 0;
  return Math.min(Math.ceil(reported), Number.MAX_SAFE_INTEGER);
}
