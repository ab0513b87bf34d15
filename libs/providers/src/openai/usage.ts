import { isSaneUsage, type TokenUsage } from '@tokenbay/protocol';
import type { UsageReading } from '../provider.js';
import type { UsageWire } from './wire.js';

/**
 * Reads reported usage into disjoint kinds: OpenAI counts cached and audio tokens inside `prompt_tokens`, and reasoning and audio
 * tokens inside `completion_tokens`. A part larger than its whole, or anything but a whole number from 0 up, makes the report suspect.
 */
export function readUsage(wire: UsageWire | null | undefined): UsageReading | undefined {
  if (typeof wire !== 'object' || wire === null) return undefined;
  if (typeof wire.prompt_tokens !== 'number' || typeof wire.completion_tokens !== 'number') return undefined;
  const prompt = wire.prompt_tokens;
  const completion = wire.completion_tokens;
  const cached = partOf(wire.prompt_tokens_details?.cached_tokens ?? wire.prompt_cache_hit_tokens);
  const audioInput = partOf(wire.prompt_tokens_details?.audio_tokens);
  const audioOutput = partOf(wire.completion_tokens_details?.audio_tokens);
  const usage: TokenUsage = {
    inputTokens: prompt - cached - audioInput,
    cachedInputTokens: cached,
    cacheWriteTokens: 0,
    cacheWriteLongTokens: 0,
    outputTokens: completion - audioOutput,
    reasoningTokens: partOf(wire.completion_tokens_details?.reasoning_tokens),
    audioInputTokens: audioInput,
    audioOutputTokens: audioOutput,
  };
  return isSaneUsage(usage)
    ? { usage, isSuspect: false }
    : { usage: clampWholes(usage, prompt, completion), isSuspect: true };
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
    reasoningTokens: 0,
    audioInputTokens: 0,
    audioOutputTokens: 0,
  };
}

function toCount(reported: number): number {
  if (Number.isNaN(reported) || reported <= 0) return 0;
  return Math.min(Math.ceil(reported), Number.MAX_SAFE_INTEGER);
}
