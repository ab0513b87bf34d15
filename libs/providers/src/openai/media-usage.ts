import { isSaneUsage, NO_USAGE, type TokenUsage } from '@tokenbay/protocol';
import type { UsageReading } from '../provider.js';

/** Usage as images, speech and transcriptions report it; `type` is told by transcriptions only. */
export interface MediaUsageWire {
  readonly type?: unknown;
  readonly seconds?: unknown;
  readonly input_tokens?: unknown;
  readonly output_tokens?: unknown;
  readonly input_tokens_details?: ModalityWire | null;
  /** So transcriptions write it. */
  readonly input_token_details?: ModalityWire | null;
  readonly output_tokens_details?: ModalityWire | null;
}

interface ModalityWire {
  readonly text_tokens?: unknown;
  readonly image_tokens?: unknown;
  readonly audio_tokens?: unknown;
  readonly cached_tokens?: unknown;
}

/** What a side's tokens are where nobody says: pictures for one interface, sound for another. */
export interface Modalities {
  readonly input: 'text' | 'audio';
  readonly output: 'text' | 'audio' | 'image';
}

/**
 * Reads reported tokens into disjoint kinds; undefined where no tokens are reported. A part larger than its whole, or anything but a whole
 * number from 0 up, makes the report suspect, and the wholes are believed over their parts.
 */
export function readMediaUsage(
  wire: MediaUsageWire | null | undefined,
  { input, output }: Modalities,
): UsageReading | undefined {
  if (typeof wire !== 'object' || wire === null) return undefined;
  const { input_tokens: inputTokens, output_tokens: outputTokens } = wire;
  if (typeof inputTokens !== 'number' || typeof outputTokens !== 'number') return undefined;
  const inputs = wire.input_tokens_details ?? wire.input_token_details;
  const outputs = wire.output_tokens_details;
  const usage: TokenUsage = {
    ...NO_USAGE,
    ...inputKinds(inputTokens, inputs, input),
    ...outputKinds(outputTokens, outputs, output),
  };
  if (isSaneUsage(usage)) return { usage, isSuspect: false };
  const wholes = {
    ...inputKinds(toCount(inputTokens), null, input),
    ...outputKinds(toCount(outputTokens), null, output),
  };
  return { usage: { ...NO_USAGE, ...wholes }, isSuspect: true };
}

/** The seconds that a report or an answer tells; undefined where it tells none that make sense. */
export function readSeconds(seconds: unknown): number | undefined {
  const count = typeof seconds === 'string' && seconds !== '' ? Number(seconds) : seconds;
  return typeof count === 'number' && Number.isFinite(count) && count >= 0 ? count : undefined;
}

function inputKinds(whole: number, parts: ModalityWire | null | undefined, kind: Modalities['input']): Kinds {
  const image = partOf(parts?.image_tokens);
  const audio =
    parts?.audio_tokens === undefined && kind === 'audio'
      ? whole - partOf(parts?.text_tokens)
      : partOf(parts?.audio_tokens);
  const cached = partOf(parts?.cached_tokens);
  return {
    inputTokens: whole - image - audio - cached,
    cachedInputTokens: cached,
    audioInputTokens: audio,
    ...(image !== 0 && { imageInputTokens: image }),
  };
}

function outputKinds(whole: number, parts: ModalityWire | null | undefined, kind: Modalities['output']): Kinds {
  const isTold = typeof parts?.text_tokens === 'number';
  const text = kind === 'text' ? whole : isTold ? partOf(parts.text_tokens) : 0;
  if (kind === 'image') return { outputTokens: text, imageOutputTokens: whole - text };
  return { outputTokens: text, audioOutputTokens: whole - text };
}

type Kinds = Partial<TokenUsage>;

function partOf(count: unknown): number {
  return typeof count === 'number' ? count : 0;
}

function toCount(reported: number): number {
  return reported > 0 ? Math.min(Math.ceil(reported), Number.MAX_SAFE_INTEGER) : 0;
}
