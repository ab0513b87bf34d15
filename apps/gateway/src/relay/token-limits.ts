import type { Model } from '@tokenbay/models';
import type { Call } from './call.js';

/** Assumed of a model that states no limits, so that its worst case is bounded. */
const CONTEXT_TOKENS_ASSUMED = 1_048_576;
const OUTPUT_TOKENS_ASSUMED = 131_072;

/** What one request can consume at most of a model, by its own statement or by assumption. */
export function tokenLimitsOf(
  { contextTokensMax, outputTokensMax }: Model,
  { texts = 1, predictedTokensMax = 0 }: Pick<Call, 'texts' | 'predictedTokensMax'>,
): TokenLimits {
  return {
    contextTokensMax: (contextTokensMax ?? CONTEXT_TOKENS_ASSUMED) * texts,
    outputTokensMax: outputTokensMax ?? OUTPUT_TOKENS_ASSUMED,
    predictedTokensMax,
  };
}

/** Bounds in tokens: of all input together, and of the output of one choice. */
export interface TokenLimits {
  readonly contextTokensMax: number;
  readonly outputTokensMax: number;
  /** Beside the output of one choice. */
  readonly predictedTokensMax: number;
}
