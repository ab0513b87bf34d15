import { MICROPOINTS_MAX } from '@tokenbay/protocol';
import type { PriceSheet, PriceTerm } from './compile-sheet.js';
import type { CompiledPrices } from './compiled-prices.js';
import { roundUp } from './price-usage.js';
import type { TokenPriceKind } from './prices.js';
import { PIECE_COUNTS, TOKEN_COUNTS, type UsageQuantities } from './usage-quantities.js';

/** Upper bounds of what a request can consume, known before it is sent. Token bounds are non-negative safe integers. */
export interface WorstCaseRequest {
  readonly prices: CompiledPrices;
  readonly multiplier: string;
  /** All input together, cached or not, of every modality. */
  readonly inputTokensMax: number;
  /** Output of one choice. */
  readonly outputTokensMax: number;
  /** Choices that are asked for; 1 if absent. */
  readonly n?: number;
  /** Bounds of everything that is not tokens; absent means none, but for `requests`, which is then 1. */
  readonly pieces?: Pick<UsageQuantities, 'requests' | 'images' | 'seconds' | 'characters' | 'toolCalls'>;
  /** What the request asks the upstream for; `auto` may turn into any. */
  readonly serviceTier?: string | null | undefined;
  /** Token kinds that this request cannot consume, such as audio where none is sent and none is asked for. */
  readonly excludedKinds?: readonly TokenPriceKind[];
}

interface Bound {
  readonly denominator: bigint;
  readonly fixed: bigint;
  readonly perOutputToken: bigint;
}

const NOTHING_EXCLUDED: readonly TokenPriceKind[] = [];
const FIRST_OUTPUT = TOKEN_COUNTS.findIndex(([kind]) => kind === 'outputPerMillion');

/**
 * Micropoints that no usage within the bounds can exceed: the dearest kind of each side, in whichever tier and service tier can apply.
 * Input kinds are alternatives (a token is read from the cache or it is not), so is each side counted once.
 */
export function worstCase(request: WorstCaseRequest): number {
  const output = BigInt(request.outputTokensMax);
  let worst = 0;
  for (const { denominator, fixed, perOutputToken } of boundsOf(request))
    worst = Math.max(worst, roundUp(fixed + output * perOutputToken, denominator));
  return worst;
}

/**
 * The largest output limit per choice, up to the request's own, whose worst case these micropoints pay for; undefined where they do not
 * even pay for the input.
 */
export function outputTokensAffordable(micropoints: number, request: WorstCaseRequest): number | undefined {
  let tokens = BigInt(request.outputTokensMax);
  if (micropoints >= MICROPOINTS_MAX) return Number(tokens);
  for (const { denominator, fixed, perOutputToken } of boundsOf(request)) {
    const left = BigInt(micropoints) * denominator - fixed;
    if (left < 0n) return undefined;
    if (perOutputToken > 0n && left / perOutputToken < tokens) tokens = left / perOutputToken;
  }
  return Number(tokens);
}

function* boundsOf(request: WorstCaseRequest): Generator<Bound> {
  const { prices, multiplier, inputTokensMax } = request;
  for (const tier of prices.tiers) {
    if (inputTokensMax <= tier.aboveInputTokens) continue;
    for (const serviceTier of serviceTiersOf(request)) yield boundOf(tier.sheet(multiplier, serviceTier), request);
  }
}

/** An upstream may serve at the ordinary tier what asked for another one. */
function serviceTiersOf({ prices, serviceTier }: WorstCaseRequest): readonly (string | null)[] {
  if (serviceTier === 'auto') return [null, ...prices.serviceTiers];
  return serviceTier ? [null, serviceTier] : ORDINARY;
}

const ORDINARY: readonly null[] = [null];

function boundOf(sheet: PriceSheet, request: WorstCaseRequest): Bound {
  const { inputTokensMax, n = 1, pieces = {}, excludedKinds = NOTHING_EXCLUDED } = request;
  let fixed = BigInt(inputTokensMax) * dearest(sheet.tokens, { from: 0, to: FIRST_OUTPUT, excludedKinds });
  for (let index = 0; index < PIECE_COUNTS.length; index += 1)
    fixed += cost(sheet.pieces[index], PIECE_COUNTS[index]![1](pieces));
  for (const [name, calls] of Object.entries(pieces.toolCalls ?? {})) fixed += cost(sheet.tools.get(name), calls);
  const perOutputToken =
    BigInt(n) * dearest(sheet.tokens, { from: FIRST_OUTPUT, to: TOKEN_COUNTS.length, excludedKinds });
  return { denominator: sheet.denominator, fixed, perOutputToken };
}

function dearest(
  terms: PriceSheet['tokens'],
  { from, to, excludedKinds }: { from: number; to: number; excludedKinds: readonly TokenPriceKind[] },
): bigint {
  let price = 0n;
  for (let index = from; index < to; index += 1) {
    const term = terms[index];
    if (term && term.numerator > price && !excludedKinds.includes(TOKEN_COUNTS[index]![0])) price = term.numerator;
  }
  return price;
}

function cost(term: PriceTerm | undefined, units: number | undefined): bigint {
  return term && units ? BigInt(units) * term.numerator : 0n;
}
