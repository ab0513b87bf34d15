/** Price kinds that count tokens; prices are points per million. Quantities of these kinds never overlap. */
export const TOKEN_PRICE_KINDS = [
  'inputPerMillion',
  'cachedInputPerMillion',
  'cacheWritePerMillion',
  'cacheWriteLongPerMillion',
  'audioInputPerMillion',
  'imageInputPerMillion',
  'outputPerMillion',
  'audioOutputPerMillion',
  'imageOutputPerMillion',
] as const;
export type TokenPriceKind = (typeof TOKEN_PRICE_KINDS)[number];

/** Price kinds that count something other than tokens. */
export const PIECE_PRICE_KINDS = ['perRequest', 'perImage', 'perSecond', 'perMinute', 'perMillionCharacters'] as const;
export type PiecePriceKind = (typeof PIECE_PRICE_KINDS)[number];

/** A kind with one price. `perToolCall`, `serviceTiers` and `tiers` hold several and stand beside these. */
export type PriceKind = TokenPriceKind | PiecePriceKind;
export const PRICE_KINDS: readonly PriceKind[] = [...TOKEN_PRICE_KINDS, ...PIECE_PRICE_KINDS];

/** Decimal strings of points by kind, and per call of a hosted tool by the tool's name. */
export type KindPrices = { readonly [Kind in PriceKind]?: string } & {
  readonly perToolCall?: Readonly<Record<string, string>>;
};

/** Prices of requests whose input is longer than `aboveInputTokens`. A kind that the tier does not name keeps its base price. */
export type PriceTier = KindPrices & { readonly aboveInputTokens: number };

/** What a model costs: the base prices, factors by the upstream's service tier, and tiers by length of input, shortest first. */
export type Prices = KindPrices & {
  readonly serviceTiers?: Readonly<Record<string, string>>;
  readonly tiers?: readonly PriceTier[];
};

/** A price, a multiplier or a service tier's factor has at most this many digits before and after the point. */
export const PRICE_INTEGER_DIGITS_MAX = 12;
export const PRICE_DECIMALS_MAX = 9;
export const PRICE_PATTERN = new RegExp(`^\\d{1,${PRICE_INTEGER_DIGITS_MAX}}(\\.\\d{1,${PRICE_DECIMALS_MAX}})?$`);

export const TIERS_MAX = 16;
/** Pictures have one for each quality, size and both together. */
export const SERVICE_TIERS_MAX = 64;
export const TOOLS_MAX = 64;
