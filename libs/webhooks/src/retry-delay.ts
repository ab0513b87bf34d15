const FIRST_MS = 5_000;
const LONGEST_MS = 3_600_000;

/**
 * Milliseconds to wait after an attempt, the first being 1: about 5 s, doubled each time up to an hour, up to a half more or less, so that
 * what failed together does not come back together. `random` is from [0, 1). Where the receiver asks for more, up to an hour, it gets that.
 */
export function retryDelayMs(attempt: number, random: number, askedSeconds = 0): number {
  const doubledMs = Math.min(FIRST_MS * 2 ** Math.min(attempt - 1, 20), LONGEST_MS);
  return Math.round(Math.max(doubledMs * (0.5 + random), Math.min(askedSeconds * 1000, LONGEST_MS)));
}
