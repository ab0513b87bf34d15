import { isSaneUsage, NO_USAGE, type UsageReading } from '@tokenbay/protocol';
import { objectsIn, type UsageWire } from './wire.js';

/**
 * Reads reported usage into disjoint kinds. The prompt's count includes what was read from the cache; what tools of the provider gave back is
 * input besides it; thoughts are output besides the candidates; sound, and pictures that were drawn, stand apart from text. Counts of zero
 * are left out on the wire.
 */
export function readUsage(wire: UsageWire | null | undefined): UsageReading | undefined {
  if (typeof wire !== 'object' || wire === null || typeof wire.promptTokenCount !== 'number') return undefined;
  const prompt = wire.promptTokenCount + countOf(wire.toolUsePromptTokenCount);
  const completion = countOf(wire.candidatesTokenCount) + countOf(wire.thoughtsTokenCount);
  const cached = countOf(wire.cachedContentTokenCount);
  const cachedAudio = countIn(wire.cacheTokensDetails, 'AUDIO');
  const audioInput = countIn(wire.promptTokensDetails, 'AUDIO') - cachedAudio;
  const audioOutput = countIn(wire.candidatesTokensDetails, 'AUDIO');
  const imageOutput = countIn(wire.candidatesTokensDetails, 'IMAGE');
  const usage = {
    ...NO_USAGE,
    inputTokens: prompt - cached - audioInput,
    cachedInputTokens: cached,
    outputTokens: completion - audioOutput - imageOutput,
    reasoningTokens: countOf(wire.thoughtsTokenCount),
    audioInputTokens: audioInput,
    audioOutputTokens: audioOutput,
    ...(imageOutput !== 0 && { imageOutputTokens: imageOutput }),
  };
  if (isSaneUsage(usage)) return { usage, isSuspect: false };
  // Believes the wholes over their parts: all input is fresh input, all output is text.
  return { usage: { ...NO_USAGE, inputTokens: toCount(prompt), outputTokens: toCount(completion) }, isSuspect: true };
}

function countIn(details: unknown, of: 'AUDIO' | 'IMAGE'): number {
  return objectsIn<{ modality?: unknown; tokenCount?: unknown }>(details)
    .filter(({ modality }) => modality === of)
    .reduce((sum, { tokenCount }) => sum + countOf(tokenCount), 0);
}

/** What is there and no number makes the whole report suspect. */
function countOf(count: unknown): number {
  if (count === undefined || count === null) return 0;
  return typeof count === 'number' ? count : NaN;
}

function toCount(reported: number): number {
  if (Number.isNaN(reported) || reported <= 0) return 0;
  return Math.min(Math.ceil(reported), Number.MAX_SAFE_INTEGER);
}
