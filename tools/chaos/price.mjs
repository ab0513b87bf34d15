// @ts-check

/** Decimal places that any price or multiplier here may have. */
const PLACES = 12;
const SCALE = 10n ** BigInt(PLACES);

/**
 * What a reported usage costs, in micropoints: multiplier × Σ tokens × price, rounded up once. A price of points per million tokens is a
 * price of micropoints per token. Cached tokens are part of the prompt, and cheaper. Whole numbers from end to end.
 *
 * @param {Record<string, any>} usage as the upstream reported it
 * @param {{ inputPerMillion: string, cachedInputPerMillion: string, outputPerMillion: string }} prices
 * @param {string} multiplier
 * @returns {bigint}
 */
export function priceOf(usage, prices, multiplier) {
  const cached = BigInt(usage['prompt_tokens_details']?.cached_tokens ?? 0);
  const fresh = BigInt(usage['prompt_tokens']) - cached;
  const output = BigInt(usage['completion_tokens']);
  const sum =
    fresh * scaled(prices.inputPerMillion) +
    cached * scaled(prices.cachedInputPerMillion) +
    output * scaled(prices.outputPerMillion);
  const numerator = sum * scaled(multiplier);
  const denominator = SCALE * SCALE;
  return (numerator + denominator - 1n) / denominator;
}

/** The product of decimals, rounded up to a whole number once. @param {readonly string[]} factors @returns {bigint} */
export function multiplyUp(factors) {
  const numerator = factors.reduce((product, factor) => product * scaled(factor), 1n);
  const denominator = SCALE ** BigInt(factors.length);
  return (numerator + denominator - 1n) / denominator;
}

/** @param {string} decimal */
function scaled(decimal) {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return BigInt(whole + fraction.padEnd(PLACES, '0'));
}
