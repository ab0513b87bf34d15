import { DomainError } from '@tokenbay/errors';
import {
  findUnpricedKinds,
  type Model,
  type PiecePriceKind,
  type TokenPriceKind,
  WorstCase,
  type WorstCaseRequest,
} from '@tokenbay/models';
import type { Call, DoubtedMedia } from './call.js';
import { refuseUnsold } from './refuse-unsold.js';
import { type TokenLimits, tokenLimitsOf } from './token-limits.js';
import { boundCalls, callsMaxOf, lowerPools, roundsOf, sellPools, type SoldPool } from './tool-pool.js';

/** Templates, tool descriptions and hidden prompts that providers add to what was sent: held where there is plenty, never demanded. */
const ADDED_INPUT_TOKENS = 256;

/** So much output beyond its floor is worth more than a further call of a hosted tool. */
const COMFORTABLE_OUTPUT_TOKENS = 3_840;

/** What every request for text consumes. */
const ALWAYS_CONSUMED: readonly TokenPriceKind[] = ['inputPerMillion', 'outputPerMillion'];
/** How a text is sold that is not sold by its tokens. */
const BY_REQUEST: readonly PiecePriceKind[] = ['perRequest'];

/** What a request may cost at most, and the least that it can be cut down to. Integer micropoints. */
export interface Quote {
  readonly need: number;
  readonly least: number;
  /** Held on top where there is plenty: for input that providers add, and for what the client may have understated. */
  readonly extra: number;
  /** Up to so much is held in its place, as far as plenty goes: for all input that the model takes, whatever the provider makes of the request. */
  readonly extraMost: number;
  /** The output limit per choice that `need` pays for. */
  readonly outputTokensMax: number;
  /** The output limit per choice that an amount from `least` to `need` pays for. */
  readonly outputTokensFor: (micropoints: number) => number;
  /** The calls of hosted tools that an amount from `least` up pays for. */
  readonly toolCallsFor: (micropoints: number) => AffordableCalls;
}

/** The pools of hosted tools with the limits that are held for. */
interface AffordableCalls {
  readonly pools: readonly SoldPool[];
  /** What their limits were lowered to; undefined where they were not. */
  readonly loweredTo: number | undefined;
}

/**
 * Quotes a request's worst case at the prices of this moment. Throws `model_capability_not_supported` where the model has no prices for
 * what every such request consumes, and `invalid_request` for a field that changes the price and has none.
 */
export function quote(call: Call, model: Model, multiplier: string): Quote {
  assertPriced(call, model);
  const limits = tokenLimitsOf(model, call);
  const outputTokensMax = Math.min(call.outputTokensMax ?? Infinity, limits.outputTokensMax);
  const predicted = limits.predictedTokensMax;
  const pools = sellPools(call.hostedTools, model.prices);
  const request: WorstCaseRequest = {
    prices: model.prices,
    multiplier,
    inputTokensMax: Math.min(call.inputTokensMax ?? Infinity, limits.contextTokensMax),
    outputTokensMax: outputTokensMax + predicted,
    n: call.choices,
    serviceTier: call.serviceTier,
    excludedKinds: call.excludedKinds,
    ...(call.media && { pieces: call.media.piecesMax, possibleTiers: call.media.tiers?.possibleIn(model.prices) }),
    toolPools: boundCalls(pools),
  };
  const floor = Math.min(outputTokensMax, call.outputTokensFloor);
  const worst = new WorstCase(request);
  const need = worst.micropoints();
  const beyondNeed = (doubted: WorstCaseRequest): number => Math.max(new WorstCase(doubted).micropoints() - need, 0);
  const doubted = doubt({ request, limits, call, pools });
  const extra = beyondNeed(doubted);
  const withCalls = (callsMax: number): WorstCase =>
    pools.length === 0 ? worst : new WorstCase({ ...request, toolPools: boundCalls(lowerPools(pools, callsMax)) });
  const comfortable = Math.min(outputTokensMax, call.outputTokensFloor + COMFORTABLE_OUTPUT_TOKENS);
  const toolCallsFor = (micropoints: number): AffordableCalls => {
    if (micropoints >= need) return { pools, loweredTo: undefined };
    const most = callsMaxOf(pools);
    const callsMax = largest(most, (calls) => withCalls(calls).micropoints(comfortable + predicted) <= micropoints);
    if (callsMax === most) return { pools, loweredTo: undefined };
    return { pools: lowerPools(pools, callsMax), loweredTo: callsMax };
  };
  return {
    need,
    extra,
    extraMost: call.media ? extra : beyondNeed(withWholeContext(doubted, limits, pools)),
    least: withCalls(1).micropoints(floor + predicted),
    outputTokensMax,
    outputTokensFor: (micropoints) => {
      const { loweredTo = Infinity } = toolCallsFor(micropoints);
      const affordable = withCalls(loweredTo).outputTokensAffordable(micropoints) ?? 0;
      return Math.max(floor, affordable - predicted);
    },
    toolCallsFor,
  };
}

/**
 * The output limit to send upstream: lowered where the hold is smaller than the worst case, or where the client asks beyond the model. Pictures
 * and sound have none.
 */
export function lowerOutput(call: Call, price: Quote, heldPoints: number): number | undefined {
  if (call.media) return undefined;
  if (heldPoints < price.need) {
    const limit = price.outputTokensFor(heldPoints);
    return limit < price.outputTokensMax ? limit : undefined;
  }
  return price.outputTokensMax < (call.outputTokensMax ?? 0) ? price.outputTokensMax : undefined;
}

/** The largest number from 1 to `max` that fits; 1 where none does. What fits ends once. */
function largest(max: number, fits: (count: number) => boolean): number {
  let low = 1;
  let high = max;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A request as it was understood. */
interface Understood {
  readonly request: WorstCaseRequest;
  readonly limits: TokenLimits;
  readonly call: Call;
  readonly pools: readonly SoldPool[];
}

/**
 * What a request may turn out to be: with what providers add, with what its client may have understated, and read anew after each call of a
 * hosted tool.
 */
function doubt({ request, limits, call, pools }: Understood): WorstCaseRequest {
  const { inputTokensMax, outputTokensMax, pieces } = request;
  const media: DoubtedMedia | undefined = call.media?.doubted;
  const once = Math.min((media?.inputTokensMax ?? inputTokensMax) + ADDED_INPUT_TOKENS, limits.contextTokensMax);
  return {
    ...request,
    inputTokensMax: once * roundsOf(pools),
    outputTokensMax: Math.min(
      media?.outputTokensMax ?? outputTokensMax,
      limits.outputTokensMax + limits.predictedTokensMax,
    ),
    pieces: { ...pieces, ...media?.pieces },
  };
}

/** With all input that the model takes, each time it reads. */
function withWholeContext(
  doubted: WorstCaseRequest,
  { contextTokensMax }: TokenLimits,
  pools: readonly SoldPool[],
): WorstCaseRequest {
  return { ...doubted, inputTokensMax: contextTokensMax * roundsOf(pools) };
}

function assertPriced(call: Call, { prices }: Model): void {
  const { priceKinds, hostedTools, serviceTier } = call;
  const tools = hostedTools.flatMap((pool) => pool.tools.map(({ name }) => name));
  const unsold = findUnpricedKinds({ prices, kinds: priceKinds, tools, serviceTier });
  const piece = findUnsoldPiece(call, prices);
  if (unsold.length === 0 && piece === undefined) return;
  const consumed = (call.media?.consumes ?? ALWAYS_CONSUMED).find((kind) => unsold.includes(kind));
  const needed = call.media ? (piece ?? consumed) : (consumed ?? piece);
  if (needed) {
    throw new DomainError('model_capability_not_supported', `no price: ${needed}`, {
      message: `This model cannot be used for this kind of request: it has no price for ${needed}, and nothing is sold without one.`,
    });
  }
  refuseUnsold(unsold[0]!, call);
}

/**
 * What a model that is sold by the piece would have to have a price for; undefined where it has one. Pieces that a call does not consume
 * sell nothing: a price for pictures would make texts free.
 */
function findUnsoldPiece({ media }: Call, { isSoldByToken, source }: Model['prices']): PiecePriceKind | undefined {
  const soldBy = media?.soldBy ?? BY_REQUEST;
  if (isSoldByToken || soldBy.some((kind) => source[kind] !== undefined)) return undefined;
  return soldBy[0];
}
