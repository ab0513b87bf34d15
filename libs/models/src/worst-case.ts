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
  readonly pieces?: Pick<UsageQuantities, 'requests' | 'images' | 'seconds' | 'characters'>;
  /** Hosted tools that may be called; none where absent. */
  readonly toolPools?: readonly CallBound[];
  /** What the request asks the upstream for; `auto` may turn into any. */
  readonly serviceTier?: string | null | undefined;
  /** Where the bill takes one of several service tiers (null: none), all of them: then `serviceTier` decides nothing. */
  readonly possibleTiers?: readonly (string | null)[] | undefined;
  /** Token kinds that this request cannot consume, such as audio where none is sent and none is asked for. */
  readonly excludedKinds?: readonly TokenPriceKind[];
}

/** So many calls together of these hosted tools, whichever of them. */
export interface CallBound {
  readonly tools: readonly string[];
  /** A non-negative safe integer. */
  readonly callsMax: number;
}

const NOTHING_EXCLUDED: readonly TokenPriceKind[] = [];
const NO_PIECES: NonNullable<WorstCaseRequest['pieces']> = {};
const NO_POOLS: readonly CallBound[] = [];
const FIRST_OUTPUT = TOKEN_COUNTS.findIndex(([kind]) => kind === 'outputPerMillion');
const ORDINARY: readonly null[] = [null];

/**
 * What a request can cost at most: no usage within its bounds costs more. The dearest kind of each side counts, in whichever tier and
 * service tier can apply. Input kinds are alternatives (a token is read from the cache or it is not), so is each side counted once.
 */
export class WorstCase {
  private readonly bounds: Bound[] = [];

  constructor(private readonly request: WorstCaseRequest) {
    const { prices, multiplier, inputTokensMax } = request;
    for (const tier of prices.tiers) {
      if (inputTokensMax <= tier.aboveInputTokens) continue;
      for (const serviceTier of serviceTiersOf(request))
        this.bounds.push(new Bound(tier.sheet(multiplier, serviceTier), request));
    }
  }

  /** Micropoints with this output limit per choice; the request's own where none is given. */
  micropoints(outputTokens = this.request.outputTokensMax): number {
    let worst = 0;
    for (const bound of this.bounds) worst = Math.max(worst, bound.micropoints(outputTokens));
    return worst;
  }

  /**
   * The largest output limit per choice, up to the request's own, whose worst case these micropoints pay for; undefined where they do not
   * even pay for the input.
   */
  outputTokensAffordable(micropoints: number): number | undefined {
    let tokens = this.request.outputTokensMax;
    if (micropoints >= MICROPOINTS_MAX) return tokens;
    for (const bound of this.bounds) {
      const affordable = bound.outputTokensAffordable(micropoints);
      if (affordable === undefined) return undefined;
      tokens = Math.min(tokens, affordable);
    }
    return tokens;
  }
}

/** An upstream may serve at the ordinary tier what asked for another one. */
function serviceTiersOf({ prices, serviceTier, possibleTiers }: WorstCaseRequest): readonly (string | null)[] {
  if (possibleTiers) return possibleTiers;
  if (serviceTier === 'auto') return [null, ...prices.serviceTiers];
  return serviceTier ? [null, serviceTier] : ORDINARY;
}

/** The worst case at the prices of one sheet: a straight line over the output limit. In numbers where these are exact, else in BigInt. */
class Bound {
  private readonly dearestInput: PriceTerm | undefined;
  private readonly dearestOutput: PriceTerm | undefined;

  constructor(
    private readonly sheet: PriceSheet,
    private readonly request: WorstCaseRequest,
  ) {
    const { excludedKinds = NOTHING_EXCLUDED } = request;
    this.dearestInput = dearest(sheet.tokens.slice(0, FIRST_OUTPUT), excludedKinds, 0);
    this.dearestOutput = dearest(sheet.tokens.slice(FIRST_OUTPUT), excludedKinds, FIRST_OUTPUT);
  }

  micropoints(outputTokens: number): number {
    const { fastDenominator } = this.sheet;
    const sum = this.fastSum(outputTokens);
    // Not merely "is a safe integer": what was rounded on the way is never below the range, and NaN is no number of it.
    if (!(sum <= Number.MAX_SAFE_INTEGER) || Number.isNaN(fastDenominator)) return this.exactly(outputTokens);
    const rest = sum % fastDenominator;
    return (sum - rest) / fastDenominator + (rest === 0 ? 0 : 1);
  }

  outputTokensAffordable(micropoints: number): number | undefined {
    const left = BigInt(micropoints) * this.sheet.denominator - this.fixed;
    if (left < 0n) return undefined;
    const { perOutputToken } = this;
    return perOutputToken === 0n ? Infinity : Number(left / perOutputToken);
  }

  private fastSum(outputTokens: number): number {
    const { inputTokensMax, n = 1, pieces = NO_PIECES, toolPools = NO_POOLS } = this.request;
    let sum = inputTokensMax * (this.dearestInput?.fastNumerator ?? 0);
    sum += outputTokens * n * (this.dearestOutput?.fastNumerator ?? 0);
    for (let index = 0; index < PIECE_COUNTS.length; index += 1) {
      const term = this.sheet.pieces[index];
      if (term) sum += (PIECE_COUNTS[index]![1](pieces) ?? 0) * term.fastNumerator;
    }
    for (const { tools, callsMax } of toolPools) sum += callsMax * (dearestTool(this.sheet, tools)?.fastNumerator ?? 0);
    return sum;
  }

  private exactly(outputTokens: number): number {
    return roundUp(this.fixed + BigInt(outputTokens) * this.perOutputToken, this.sheet.denominator);
  }

  private get perOutputToken(): bigint {
    return cost(this.dearestOutput, this.request.n ?? 1);
  }

  private get fixed(): bigint {
    const { inputTokensMax, pieces = NO_PIECES, toolPools = NO_POOLS } = this.request;
    let fixed = cost(this.dearestInput, inputTokensMax);
    for (let index = 0; index < PIECE_COUNTS.length; index += 1)
      fixed += cost(this.sheet.pieces[index], PIECE_COUNTS[index]![1](pieces));
    for (const { tools, callsMax } of toolPools) fixed += cost(dearestTool(this.sheet, tools), callsMax);
    return fixed;
  }
}

/** The dearest term of those that are not excluded; undefined where none costs anything. `first` is the place of the first in `TOKEN_COUNTS`. */
function dearest(
  terms: PriceSheet['tokens'],
  excludedKinds: readonly TokenPriceKind[],
  first: number,
): PriceTerm | undefined {
  let best: PriceTerm | undefined;
  for (let index = 0; index < terms.length; index += 1) {
    const term = terms[index];
    if (term && term.numerator > (best?.numerator ?? 0n) && !excludedKinds.includes(TOKEN_COUNTS[first + index]![0]))
      best = term;
  }
  return best;
}

/** The dearest of these tools; undefined where none of them costs anything. */
function dearestTool(sheet: PriceSheet, tools: readonly string[]): PriceTerm | undefined {
  let best: PriceTerm | undefined;
  for (const name of tools) {
    const term = sheet.tools.get(name);
    if (term && term.numerator > (best?.numerator ?? 0n)) best = term;
  }
  return best;
}

function cost(term: PriceTerm | undefined, units: number | undefined): bigint {
  return term && units ? BigInt(units) * term.numerator : 0n;
}
