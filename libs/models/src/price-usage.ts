import { formatPoints, MICROPOINTS_MAX } from '@tokenbay/protocol';
import type { PriceSheet, PriceTerm } from './compile-sheet.js';
import type { CompiledPrices } from './compiled-prices.js';
import { countInputTokens, PIECE_COUNTS, TOKEN_COUNTS, type UsageQuantities } from './usage-quantities.js';

/**
 * One line of a receipt. `points` is the line's part of the charge, group multiplier included, so that lines add up to the charge to the
 * last micropoint: each is the charge up to and including this line, rounded up, less the same up to the line before.
 */
export interface PriceLine {
  readonly kind: string;
  readonly quantity: number;
  readonly unitPrice: string;
  readonly points: string;
}

/** What a usage costs. */
export interface UsagePrice {
  /** The charge, rounded up once; at `MICROPOINTS_MAX` where it would be more. */
  readonly micropoints: number;
  readonly lines: readonly PriceLine[];
  /**
   * Kinds that were consumed although nothing prices them. Not empty means that the charge is a guess, and should be booked as suspect:
   * tokens are in it at the price of their nearest neighbour, tools and pieces are not in it.
   */
  readonly unpricedKinds: readonly string[];
}

/**
 * Prices a usage exactly: `multiplier × service tier × Σ quantity × price` at the prices of the input's tier, rounded up once at the end.
 * Throws RangeError for a count that is negative or no safe integer: reports of upstreams are judged before they come here.
 */
export function priceUsage(usage: UsageQuantities, prices: CompiledPrices, multiplier: string): UsagePrice {
  const sheet = prices.tierOf(countInputTokens(usage)).sheet(multiplier, usage.serviceTier);
  const bill = new Bill(sheet);
  if (prices.isSoldByToken || !hasPiecePrices(sheet)) {
    for (let index = 0; index < TOKEN_COUNTS.length; index += 1) {
      const [kind, count] = TOKEN_COUNTS[index]!;
      const units = count(usage);
      if (units !== undefined && units !== 0) bill.add(sheet.tokens[index], kind, units);
    }
  }
  addPieces(bill, sheet, usage);
  if (usage.toolCalls) {
    for (const [name, calls] of Object.entries(usage.toolCalls))
      if (calls !== 0) bill.add(sheet.tools.get(name), `perToolCall.${name}`, calls);
  }
  if (!prices.knowsServiceTier(usage.serviceTier)) bill.unpricedKinds.push(`serviceTiers.${usage.serviceTier}`);
  return { micropoints: bill.charged, lines: bill.lines, unpricedKinds: bill.unpricedKinds };
}

/** Pictures, seconds and characters are often what the tokens already measured: unpriced, they matter only where nothing else was billed. */
function addPieces(bill: Bill, sheet: PriceSheet, usage: UsageQuantities): void {
  let unpriced: string | undefined;
  for (let index = 0; index < PIECE_COUNTS.length; index += 1) {
    const [kind, count] = PIECE_COUNTS[index]!;
    const units = count(usage);
    const term = sheet.pieces[index];
    if (units === undefined || units === 0) continue;
    if (term) bill.add(term, kind, units);
    else if (kind !== 'perRequest') unpriced ??= kind;
  }
  if (unpriced && bill.lines.length === 0) bill.unpricedKinds.push(unpriced);
}

function hasPiecePrices(sheet: PriceSheet): boolean {
  return sheet.pieces.some((term) => term !== undefined);
}

/** Adds up in numbers while every step is exact in them, in BigInt from the first step that is not. */
class Bill {
  readonly lines: PriceLine[] = [];
  readonly unpricedKinds: string[] = [];
  charged = 0;
  private fastSum = 0;
  private exactSum: bigint | undefined;

  constructor(private readonly sheet: PriceSheet) {
    if (Number.isNaN(sheet.fastDenominator)) this.exactSum = 0n;
  }

  add(term: PriceTerm | undefined, kind: string, units: number): void {
    if (!Number.isSafeInteger(units) || units < 0) throw new RangeError(`${kind}: not a count`);
    if (!term || term.isUnpriced) this.unpricedKinds.push(kind);
    if (!term) return;
    const before = this.charged;
    this.charged = this.exactSum === undefined ? this.addFast(term, units) : this.addExact(term, units);
    const { unitPrice, unitsPerQuantity } = term;
    const quantity = unitsPerQuantity === 1 ? units : Number((units / unitsPerQuantity).toFixed(6));
    this.lines.push({ kind: term.kind, quantity, unitPrice, points: formatPoints(this.charged - before) });
  }

  private addFast(term: PriceTerm, units: number): number {
    const sum = this.fastSum + units * term.fastNumerator;
    // Not merely "is a safe integer": a product beyond the safe range may have been rounded to look like one, but never below the range.
    if (!(sum <= Number.MAX_SAFE_INTEGER)) {
      this.exactSum = BigInt(this.fastSum);
      return this.addExact(term, units);
    }
    this.fastSum = sum;
    const rest = sum % this.sheet.fastDenominator;
    const whole = (sum - rest) / this.sheet.fastDenominator;
    return rest === 0 ? whole : whole + 1;
  }

  private addExact(term: PriceTerm, units: number): number {
    this.exactSum = (this.exactSum ?? 0n) + BigInt(units) * term.numerator;
    return roundUp(this.exactSum, this.sheet.denominator);
  }
}

/** A fraction of micropoints as the next whole one, bounded by what the house can hold. */
export function roundUp(numerator: bigint, denominator: bigint): number {
  const whole = (numerator + denominator - 1n) / denominator;
  return whole > BigInt(MICROPOINTS_MAX) ? MICROPOINTS_MAX : Number(whole);
}
