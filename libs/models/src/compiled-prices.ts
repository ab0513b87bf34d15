import { compileSheet, type PriceSheet } from './compile-sheet.js';
import { type KindPrices, type Prices, TOKEN_PRICE_KINDS } from './prices.js';
import { STANDARD_TIERS } from './usage-quantities.js';

/** Group multipliers change now and then while prices stay: sheets of old ones are dropped when this many have gathered. */
const SHEETS_MAX = 256;

/**
 * One version of a model's prices, ready for arithmetic. Sheets (prices × service tier × group multiplier as integers over one common
 * denominator) are made when first asked for and kept, so that pricing a request parses nothing.
 */
export class CompiledPrices {
  /** Which input length begins which tier, longest first; the base prices come last and begin below zero. */
  readonly tiers: readonly PriceTierSheets[];
  /** Whether any token has a price. A model without such a price is sold by the piece (request, image, second, …). */
  readonly isSoldByToken: boolean;
  private pieces: CompiledPrices | undefined;

  constructor(readonly source: Prices) {
    const tiers = (source.tiers ?? []).map(
      (tier) => new PriceTierSheets(source, mergeTier(source, tier), tier.aboveInputTokens),
    );
    this.tiers = [...tiers.reverse(), new PriceTierSheets(source, source, -1)];
    this.isSoldByToken = [source, ...(source.tiers ?? [])].some((prices) =>
      TOKEN_PRICE_KINDS.some((kind) => prices[kind] !== undefined),
    );
  }

  /** The same prices, without those of tokens. */
  get withoutTokens(): CompiledPrices {
    return (this.pieces ??= new CompiledPrices(dropTokens(this.source)));
  }

  /** The tier that a whole request of this many input tokens takes: the highest one below it. */
  tierOf(inputTokens: number): PriceTierSheets {
    for (const tier of this.tiers) if (inputTokens > tier.aboveInputTokens) return tier;
    return this.tiers.at(-1)!;
  }

  /** Whether a service tier has a factor, or is the ordinary one and needs none. */
  knowsServiceTier(name: string | null | undefined): boolean {
    return name === undefined || name === null || STANDARD_TIERS.has(name) || this.hasFactor(name);
  }

  /** Service tiers with a factor of their own. */
  get serviceTiers(): readonly string[] {
    return Object.keys(this.source.serviceTiers ?? {});
  }

  private hasFactor(name: string): boolean {
    return Object.hasOwn(this.source.serviceTiers ?? {}, name);
  }
}

/** The prices of one tier, and the sheets made of them so far. */
export class PriceTierSheets {
  private readonly sheets = new Map<string, PriceSheet>();

  constructor(
    private readonly source: Prices,
    private readonly prices: KindPrices,
    readonly aboveInputTokens: number,
  ) {}

  /** The sheet for a group's multiplier and a service tier; an unknown service tier costs the plain price. */
  sheet(multiplier: string, serviceTier: string | null | undefined): PriceSheet {
    const factors = this.source.serviceTiers;
    const factor = serviceTier && factors && Object.hasOwn(factors, serviceTier) ? factors[serviceTier]! : '1';
    const key = factor === '1' ? multiplier : `${multiplier} ${factor}`;
    return this.sheets.get(key) ?? this.compile(key, multiplier, factor);
  }

  private compile(key: string, multiplier: string, factor: string): PriceSheet {
    if (this.sheets.size >= SHEETS_MAX) this.sheets.clear();
    const sheet = compileSheet(this.prices, multiplier, factor);
    this.sheets.set(key, sheet);
    return sheet;
  }
}

function dropTokens({ tiers, ...base }: Prices): Prices {
  return { ...omitTokens(base), ...(tiers && { tiers: tiers.map(omitTokens) }) };
}

function omitTokens<T extends KindPrices>(prices: T): T {
  const kept = Object.entries(prices).filter(([kind]) => !(TOKEN_PRICE_KINDS as readonly string[]).includes(kind));
  return Object.fromEntries(kept) as T;
}

function mergeTier(base: Prices, tier: KindPrices): KindPrices {
  return { ...base, ...tier, perToolCall: { ...base.perToolCall, ...tier.perToolCall } };
}
