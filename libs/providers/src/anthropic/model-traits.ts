/** What a Claude model accepts, so far as models differ. */
export interface ModelTraits {
  /** `adaptive`: the model decides how much to think, guided by effort; `budget`: a number of tokens is demanded. */
  readonly thinking: 'adaptive' | 'budget';
  /** False where `temperature`, `top_p` and `top_k` are refused. */
  readonly takesSampling: boolean;
}

/** Family before version (`claude-sonnet-4-6-20260101`), or version before family (`claude-3-7-sonnet-latest`); a date is no version. */
const VERSION = /claude-(?:[a-z]+-)?(\d{1,2})(?:[.-](\d{1,2}))?(?!\d)/i;
const ADAPTIVE_FROM = 4.06;
const NO_SAMPLING_FROM = 4.07;

/**
 * Reads a model's traits from its name at the provider. Adaptive thinking came with 4.6; 4.7 took sampling parameters away and everything from
 * it on refuses budgets. A name without a version is taken for a new model.
 */
export function traitsOf(upstreamModel: string): ModelTraits {
  const [, major, minor = '0'] = VERSION.exec(upstreamModel) ?? [];
  const version = major === undefined ? Infinity : Number(major) + Number(minor) / 100;
  return {
    thinking: version >= ADAPTIVE_FROM ? 'adaptive' : 'budget',
    takesSampling: version < NO_SAMPLING_FROM,
  };
}
