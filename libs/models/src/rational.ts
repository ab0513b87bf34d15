/** An exact non-negative fraction in lowest terms. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const DECIMAL = /^(\d+)(?:\.(\d+))?$/;

/** The fraction in lowest terms. */
export function toRational(numerator: bigint, denominator = 1n): Rational {
  const divisor = greatestCommonDivisor(numerator, denominator);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

/** Reads a plain decimal (`"0.15"`) exactly. Throws RangeError for anything else. */
export function parseDecimal(text: string): Rational {
  const match = DECIMAL.exec(text);
  if (!match) throw new RangeError('not a plain decimal');
  const [, whole = '', fraction = ''] = match;
  return toRational(BigInt(whole + fraction), 10n ** BigInt(fraction.length));
}

/** Writes a fraction whose denominator divides `10 ** decimalsMax` as a plain decimal without trailing zeros. */
export function formatDecimal({ numerator, denominator }: Rational, decimalsMax: number): string {
  const digits = ((numerator * 10n ** BigInt(decimalsMax)) / denominator).toString().padStart(decimalsMax + 1, '0');
  const fraction = digits.slice(-decimalsMax).replace(/0+$/, '');
  const whole = digits.slice(0, -decimalsMax);
  return fraction ? `${whole}.${fraction}` : whole;
}

export function multiply(a: Rational, b: Rational): Rational {
  return toRational(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** True where the first is the larger one. */
export function exceeds(a: Rational, b: Rational): boolean {
  return a.numerator * b.denominator > b.numerator * a.denominator;
}

/** The smallest number that both divide. */
export function leastCommonMultiple(a: bigint, b: bigint): bigint {
  return (a / greatestCommonDivisor(a, b)) * b;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? 1n : a;
}
