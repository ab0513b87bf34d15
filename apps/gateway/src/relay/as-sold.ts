import type { Model, TokenPriceKind } from '@tokenbay/models';
import type { Call } from './call.js';

/** Tokens that texts consume as well: their prices say nothing of how pictures or sound are sold. */
const OF_TEXT: ReadonlySet<TokenPriceKind> = new Set(['inputPerMillion', 'outputPerMillion']);

/**
 * The model with the prices that apply to this call. Where it sells texts by their tokens, and pictures or sound by the piece (no price for
 * tokens of theirs), such a call is billed by the piece alone.
 */
export function asSold({ media }: Pick<Call, 'media'>, model: Model): Model {
  if (!media) return model;
  const { source, isSoldByToken } = model.prices;
  const hasOwnTokens = media.consumes.some((kind) => !OF_TEXT.has(kind) && source[kind] !== undefined);
  const hasPiece = media.soldBy.some((kind) => kind !== 'perRequest' && source[kind] !== undefined);
  return isSoldByToken && !hasOwnTokens && hasPiece ? { ...model, prices: model.prices.withoutTokens } : model;
}
