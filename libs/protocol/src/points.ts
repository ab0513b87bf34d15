/** Micropoints in one point. Amounts inside the house are integers of micropoints. */
export const MICROPOINTS_PER_POINT = 1_000_000;

/** The largest amount the house handles, so that every amount is exact in a JavaScript number. */
export const MICROPOINTS_MAX = Number.MAX_SAFE_INTEGER;

const DECIMAL = /^(-?)(\d{1,16})(?:\.(\d{1,6}))?$/;

/**
 * Reads an amount of points (`"12.5"`, `-3`, `"0.000001"`) as integer micropoints, or answers undefined where it is no such amount:
 * more than six decimals, an exponent, or too large to be exact.
 */
export function parsePoints(amount: string | number): number | undefined {
  const match = DECIMAL.exec(typeof amount === 'number' ? toPlainDecimal(amount) : amount);
  if (!match) return undefined;
  const [, sign, whole, fraction = ''] = match;
  const micropoints = Number(whole) * MICROPOINTS_PER_POINT + Number(fraction.padEnd(6, '0'));
  if (!Number.isSafeInteger(micropoints) || Number(whole) > MICROPOINTS_MAX / MICROPOINTS_PER_POINT) return undefined;
  return sign && micropoints !== 0 ? -micropoints : micropoints;
}

/** Writes integer micropoints as a decimal string of points without trailing zeros: 12500000 is `"12.5"`. */
export function formatPoints(micropoints: number): string {
  const sign = micropoints < 0 ? '-' : '';
  const absolute = Math.abs(micropoints);
  const whole = Math.floor(absolute / MICROPOINTS_PER_POINT);
  const fraction = String(absolute % MICROPOINTS_PER_POINT)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return fraction ? `${sign}${whole}.${fraction}` : `${sign}${whole}`;
}

/** JavaScript writes amounts under 1e-6 with an exponent; one micropoint itself (0.000001) is still plain. */
function toPlainDecimal(amount: number): string {
  return Number.isFinite(amount) ? String(amount) : '';
}
