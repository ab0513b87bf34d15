import type { CompiledPrices } from './compiled-prices.js';
import { PIECE_PRICE_KINDS, type PriceKind, TOKEN_PRICE_KINDS } from './prices.js';

/** What a request is going to use, judged before it is sent. */
export interface IntendedUse {
  readonly prices: CompiledPrices;
  /** Price kinds the request uses for certain or asks for: of a chat, `inputPerMillion` and `outputPerMillion`. */
  readonly kinds: readonly PriceKind[];
  /** Hosted tools it may call. */
  readonly tools?: readonly string[];
  readonly serviceTier?: string | null | undefined;
}

/**
 * Names what the model has no price for, and therefore does not sell, as paths into `prices`. A model without a price for any token is
 * sold by the piece, and then tokens need none; a model with one needs none for pieces that tokens measure as well.
 */
export function findUnpricedKinds({ prices, kinds, tools = [], serviceTier }: IntendedUse): string[] {
  const { source, isSoldByToken } = prices;
  const isSoldByPiece = PIECE_PRICE_KINDS.some((kind) => source[kind] !== undefined);
  const isSold = (kind: PriceKind): boolean => {
    if (source[kind] !== undefined) return true;
    if (kind === 'cachedInputPerMillion') return source.inputPerMillion !== undefined;
    const isToken = (TOKEN_PRICE_KINDS as readonly string[]).includes(kind);
    return isToken ? !isSoldByToken && isSoldByPiece : isSoldByToken || isSoldByPiece;
  };
  return [
    ...kinds.filter((kind) => !isSold(kind)),
    ...tools.filter((name) => !Object.hasOwn(source.perToolCall ?? {}, name)).map((name) => `perToolCall.${name}`),
    ...(prices.knowsServiceTier(serviceTier) ? [] : [`serviceTiers.${serviceTier}`]),
  ];
}
