import {
  type KindPrices,
  type PiecePriceKind,
  PRICE_DECIMALS_MAX,
  type PriceKind,
  TOKEN_PRICE_KINDS,
  type TokenPriceKind,
} from './prices.js';
import {
  exceeds,
  formatDecimal,
  leastCommonMultiple,
  multiply,
  parseDecimal,
  type Rational,
  toRational,
} from './rational.js';
import { PIECE_COUNTS } from './usage-quantities.js';

/** What one unit of a kind costs: `numerator / sheet.denominator` micropoints, group multiplier and service tier included. */
export interface PriceTerm {
  /** The price kind as the contract names it; `perToolCall.<name>` for tools. */
  readonly kind: string;
  /** Points per unit of the price kind, service tier included, group multiplier not: what a receipt shows. */
  readonly unitPrice: string;
  /** Counted units (tokens, milliseconds, …) in one unit of what a receipt shows: 1000 for seconds. */
  readonly unitsPerQuantity: number;
  readonly numerator: bigint;
  /** The numerator again where it is exact as a number, for the fast path; otherwise NaN. */
  readonly fastNumerator: number;
  /** The kind has no price: this is its neighbour's, so that it is not free, and whoever uses it must say so. */
  readonly isUnpriced: boolean;
}

/** Every price of one tier under one multiplier, as integers over one denominator. */
export interface PriceSheet {
  readonly denominator: bigint;
  /** NaN where not exact as a number. */
  readonly fastDenominator: number;
  /** In the order of `TOKEN_COUNTS`; undefined only where nothing at all could stand in. */
  readonly tokens: readonly (PriceTerm | undefined)[];
  /** In the order of `PIECE_COUNTS`. */
  readonly pieces: readonly (PriceTerm | undefined)[];
  readonly tools: ReadonlyMap<string, PriceTerm>;
}

interface Draft {
  readonly kind: string;
  readonly price: Rational;
  /** Micropoints of one counted unit at a price of one point. */
  readonly scale: Rational;
  readonly unitsPerQuantity: number;
  readonly isUnpriced: boolean;
}

const MICROPOINTS = 1_000_000n;
const INPUT_KINDS_COUNT = TOKEN_PRICE_KINDS.indexOf('outputPerMillion');

/** Points per million and micropoints per token are the same number. */
const SCALES: Record<PriceKind, { scale: Rational; unitsPerQuantity: number }> = {
  ...(Object.fromEntries(
    TOKEN_PRICE_KINDS.map((kind) => [kind, { scale: toRational(1n), unitsPerQuantity: 1 }]),
  ) as Record<TokenPriceKind, { scale: Rational; unitsPerQuantity: number }>),
  perMillionCharacters: { scale: toRational(1n), unitsPerQuantity: 1 },
  perRequest: { scale: toRational(MICROPOINTS), unitsPerQuantity: 1 },
  perImage: { scale: toRational(MICROPOINTS), unitsPerQuantity: 1 },
  perSecond: { scale: toRational(MICROPOINTS, 1_000n), unitsPerQuantity: 1_000 },
  perMinute: { scale: toRational(MICROPOINTS, 60_000n), unitsPerQuantity: 60_000 },
};

/** Turns decimal strings into integers over the smallest common denominator. */
export function compileSheet(prices: KindPrices, multiplier: string, serviceFactor: string): PriceSheet {
  const factor = parseDecimal(serviceFactor);
  const total = multiply(parseDecimal(multiplier), factor);
  const tokens = draftTokens(prices);
  const pieces = PIECE_COUNTS.map(([kind]) => draftPiece(prices, kind));
  const tools = Object.entries(prices.perToolCall ?? {}).map(([name, price]) =>
    draft(`perToolCall.${name}`, price, 'perRequest'),
  );
  const unitOf = ({ price, scale }: Draft) => multiply(multiply(price, scale), total);
  const drafts = [...tokens, ...pieces, ...tools].filter((entry) => entry !== undefined);
  const denominator = drafts.reduce((sofar, entry) => leastCommonMultiple(sofar, unitOf(entry).denominator), 1n);
  const toTerm = (entry: Draft): PriceTerm => {
    const unit = unitOf(entry);
    const numerator = unit.numerator * (denominator / unit.denominator);
    const { kind, unitsPerQuantity, isUnpriced } = entry;
    const unitPrice = formatDecimal(multiply(entry.price, factor), 2 * PRICE_DECIMALS_MAX);
    return { kind, unitPrice, unitsPerQuantity, numerator, fastNumerator: toExactNumber(numerator), isUnpriced };
  };
  return {
    denominator,
    fastDenominator: toExactNumber(denominator),
    tokens: tokens.map((entry) => entry && toTerm(entry)),
    pieces: pieces.map((entry) => entry && toTerm(entry)),
    tools: new Map(tools.map((entry) => [entry.kind.slice('perToolCall.'.length), toTerm(entry)])),
  };
}

/**
 * A token kind without a price costs as much as plain input or output, whichever side it is on, or else as the dearest kind that has a
 * price, and is marked. Cached input at the price of plain input is not marked: a cache makes input cheaper, so that is never too little.
 */
function draftTokens(prices: KindPrices): (Draft | undefined)[] {
  const priced = TOKEN_PRICE_KINDS.map((kind) =>
    prices[kind] === undefined ? undefined : draft(kind, prices[kind], kind),
  );
  const input = priced[TOKEN_PRICE_KINDS.indexOf('inputPerMillion')] ?? dearest(priced.slice(0, INPUT_KINDS_COUNT));
  const output = priced[INPUT_KINDS_COUNT] ?? dearest(priced.slice(INPUT_KINDS_COUNT));
  return priced.map((entry, index) => {
    if (entry) return entry;
    const kind = TOKEN_PRICE_KINDS[index]!;
    const neighbour = index < INPUT_KINDS_COUNT ? (input ?? output) : (output ?? input);
    const isUnpriced = kind !== 'cachedInputPerMillion' || neighbour?.kind !== 'inputPerMillion';
    return neighbour && { ...neighbour, kind, isUnpriced };
  });
}

function draftPiece(prices: KindPrices, counted: PiecePriceKind): Draft | undefined {
  const kind = counted === 'perSecond' && prices.perSecond === undefined ? 'perMinute' : counted;
  const price = prices[kind];
  return price === undefined ? undefined : draft(kind, price, kind);
}

function draft(kind: string, price: string, scaledAs: PriceKind): Draft {
  return { kind, price: parseDecimal(price), ...SCALES[scaledAs], isUnpriced: false };
}

function dearest(drafts: readonly (Draft | undefined)[]): Draft | undefined {
  return drafts.reduce(
    (best, entry) => (entry && (!best || exceeds(entry.price, best.price)) ? entry : best),
    undefined,
  );
}

function toExactNumber(value: bigint): number {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : NaN;
}
