import { readText, readWhole } from '../body-reader.js';
import type { JsonObject } from '@tokenbay/providers';

const SIZE = /^(\d{2,5})x(\d{2,5})$/;
/** Documented of `gpt-image-1` at high quality: 4,160 tokens for 1024 × 1024, one for each 252 pixels. Twice as many are held for. */
const PIXELS_PER_TOKEN_MIN = 126;
const PIXELS_PER_TOKEN_USUAL = 252;
/** The qualities above it have no documented number. */
const BEST_QUALITIES: ReadonlySet<unknown> = new Set(['xhigh', 'max']);
const BEST_QUALITY_FACTOR = 4;
/** Where the model chooses the size: up to 1536 × 1024, and where it is a larger one, some room. */
const PIXELS_CHOSEN = 2_097_152;
/** Each partial picture is documented to cost 100 tokens more. */
const TOKENS_PER_PARTIAL = 100;
const PARTIAL_IMAGES_MAX = 3;
/** What a model may think before it draws. */
const PLANNING_TOKENS_MAX = 2_048;
const FRAMES_MAX = 16;
const FRAMES_USUAL = 9;
/** A picture that is read takes 65 to 6,240 tokens more, as its fidelity demands. */
export const INPUT_TOKENS_PER_IMAGE_MAX = 8_192;

/** What a picture may take in tokens. */
export interface ImageTokens {
  /** Held for each picture. */
  readonly max: number;
  /** Counted for each picture where the upstream reports none. */
  readonly usual: number;
}

/**
 * The tokens of one picture by what is asked for: size, quality, partial pictures and the frames of a GIF. Throws `invalid_request` naming the
 * field.
 */
export function tokensOfImage(fields: JsonObject): ImageTokens {
  const [, width, height] = SIZE.exec(readText(fields['size'], 'size') ?? '') ?? [];
  const pixels = width !== undefined && height !== undefined ? Number(width) * Number(height) : PIXELS_CHOSEN;
  const partials = readWhole(fields['partial_images'], { min: 0, max: PARTIAL_IMAGES_MAX }, 'partial_images') ?? 0;
  const factor = BEST_QUALITIES.has(fields['quality']) ? BEST_QUALITY_FACTOR : 1;
  const frames = readFrames(fields);
  const more = partials * TOKENS_PER_PARTIAL;
  return {
    max: Math.ceil((pixels * factor * frames) / PIXELS_PER_TOKEN_MIN) + more + PLANNING_TOKENS_MAX,
    usual: Math.ceil((pixels * frames) / PIXELS_PER_TOKEN_USUAL) + more,
  };
}

function readFrames(fields: JsonObject): number {
  const frames = readWhole(fields['frame_count'], { min: 2, max: FRAMES_MAX }, 'frame_count');
  return fields['output_format'] === 'gif' ? (frames ?? FRAMES_USUAL) : 1;
}
