const SIZE = /^(\d{2,5})x(\d{2,5})$/;
/** Documented of `gpt-image-1` at its highest quality: 4,160 tokens for 1024 × 1024, one for each 252 pixels. Twice as many are held for. */
const PIXELS_PER_TOKEN_MIN = 126;
const PIXELS_PER_TOKEN_USUAL = 252;
/** Where the model chooses the size: up to 1536 × 1024, and where it is a larger one, some room. */
const PIXELS_CHOSEN = 2_097_152;
/** Each partial picture is documented to cost 100 tokens more. */
const TOKENS_PER_PARTIAL = 100;
/** A picture that is read takes 65 to 6,240 tokens more, as its fidelity demands. */
export const INPUT_TOKENS_PER_IMAGE_MAX = 8_192;

/** What a picture of a size may take in tokens. */
export interface ImageTokens {
  /** Held for each picture. */
  readonly max: number;
  /** Counted for each picture where the upstream reports none. */
  readonly usual: number;
}

/** The tokens of one picture of a size, such as `1024x1536`; undefined and `auto` leave it to the model. */
export function tokensOfImage(size: string | undefined, partialImages: number): ImageTokens {
  const [, width, height] = SIZE.exec(size ?? '') ?? [];
  const pixels = width !== undefined && height !== undefined ? Number(width) * Number(height) : PIXELS_CHOSEN;
  const partials = partialImages * TOKENS_PER_PARTIAL;
  return {
    max: Math.ceil(pixels / PIXELS_PER_TOKEN_MIN) + partials,
    usual: Math.ceil(pixels / PIXELS_PER_TOKEN_USUAL) + partials,
  };
}
