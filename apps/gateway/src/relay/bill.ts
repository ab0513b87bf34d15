import { type Model, priceUsage, type UsagePrice } from '@tokenbay/models';
import { NO_USAGE, type PieceUsage, type TokenUsage, type ToolCalls, type UsageSource } from '@tokenbay/protocol';
import type { PictureTraits, UsageReading } from '@tokenbay/providers';
import type { Call, MediaTerms } from './call.js';
import { CountedText } from './count-tokens.js';
import { tokenLimitsOf } from './token-limits.js';
import { billCalls, roundsOf, type SoldPool } from './tool-pool.js';

/** What one request consumed and what that costs, ready to be booked. */
export interface Bill {
  readonly usage: TokenUsage;
  readonly source: UsageSource;
  /** Whether any kind is priced, each line, and the sum. */
  readonly price: UsagePrice;
}

/** What is known of an answer when it is billed. */
export interface Metered {
  /** True once the upstream has begun to answer. */
  readonly hasBegun: boolean;
  readonly usage: UsageReading | undefined;
  readonly text: CountedText;
  /** What was delivered or reported of what is no token. */
  readonly pieces?: PieceUsage | undefined;
  /** How pictures turned out. */
  readonly traits?: PictureTraits | undefined;
  /** Calls of the provider's own tools that were reported. */
  readonly toolCalls?: ToolCalls | undefined;
}

/** The meter of a request that was not answered. */
export const NOTHING_METERED: Metered = { hasBegun: false, usage: undefined, text: new CountedText() };

/** What a bill is made from. */
export interface BillFacts {
  readonly call: Call;
  readonly model: Model;
  readonly multiplier: string;
  /** The hosted tools that are offered, with the limits that were held for. */
  readonly toolPools: readonly SoldPool[];
}

/** What is billed beside tokens. */
interface Counted extends BillFacts {
  readonly pieces?: PieceUsage;
  /** The service tier, where it is not the one that was asked for. */
  readonly tier?: string | null;
  readonly toolCalls?: ToolCalls | undefined;
}

/** The bill of an answer: what was reported, at once, else what can be counted. */
export function billOf(facts: BillFacts, metered: Omit<Metered, 'hasBegun'>): Bill | Promise<Bill> {
  const { usage, text, toolCalls } = metered;
  if (facts.call.media) return billMedia(facts, facts.call.media, metered);
  const counted = facts.toolPools.length === 0 ? facts : { ...facts, toolCalls };
  return usage && !usage.isPartial ? billReported(counted, usage) : billEstimated(counted, text, usage);
}

/**
 * The bill of what the upstream reported. A report that contradicts itself, or exceeds what the model can consume, is cut down to that and
 * marked `suspect`.
 */
export function billReported(facts: Counted, { usage, isSuspect }: UsageReading): Bill {
  const possible = clampToModel(facts, usage);
  return bill(facts, possible, isSuspect || possible !== usage ? 'suspect' : 'reported');
}

/**
 * The bill of input plus delivered output as a tokenizer counts them, for an answer whose usage nobody reported. Where the input was, that
 * is believed, and only the output is counted.
 */
export async function billEstimated(facts: Counted, delivered: CountedText, begun?: UsageReading): Promise<Bill> {
  const outputTokens = Math.max(await delivered.countTokens(), begun?.usage.outputTokens ?? 0);
  const input = begun?.usage ?? {
    ...NO_USAGE,
    inputTokens: (await CountedText.of(facts.call.readInputText()).countTokens()) + (facts.call.addedTokens ?? 0),
  };
  return bill(facts, clampToModel(facts, { ...input, outputTokens }), 'estimated');
}

/**
 * The bill of pictures or sound: of what the model has a price for, what was reported or delivered, and what can be counted of what was not.
 * More than the call can consume is cut down to that and marked `suspect`.
 */
async function billMedia(
  facts: BillFacts,
  media: MediaTerms,
  { usage, text, traits, pieces = {} }: Omit<Metered, 'hasBegun'>,
): Promise<Bill> {
  const { prices } = facts.model;
  const counted = await media.count({ text, pieces });
  const hasTokens = usage !== undefined && Object.values(usage.usage).some((count) => count > 0);
  const isTokensKnown = hasTokens || !prices.isSoldByToken;
  const tokens = isTokensKnown ? (usage?.usage ?? NO_USAGE) : { ...NO_USAGE, ...counted.tokens };
  const isTimeKnown = pieces.seconds !== undefined || !isSoldByTime(prices);
  const possible = clampToModel(facts, tokens);
  const consumed = { ...counted.pieces, ...pieces };
  const bounded = clampPieces(consumed, { ...media.piecesMax, ...media.doubted?.pieces });
  const isPossible = possible === tokens && bounded === consumed && usage?.isSuspect !== true;
  const source = usage && isTokensKnown && isTimeKnown ? 'reported' : 'estimated';
  const tier = media.tiers ? media.tiers.billedIn(prices, traits) : facts.call.serviceTier;
  return bill({ ...facts, pieces: bounded, tier }, possible, isPossible ? source : 'suspect');
}

function isSoldByTime({ source }: Model['prices']): boolean {
  return source.perSecond !== undefined || source.perMinute !== undefined;
}

/** The pieces themselves where they are possible; otherwise each cut to its bounds. */
function clampPieces(pieces: PieceUsage, max: PieceUsage): PieceUsage {
  const kinds = ['images', 'seconds', 'characters'] as const;
  const clamp = (kind: (typeof kinds)[number]): number => {
    const count = pieces[kind] ?? 0;
    return count > 0 ? Math.min(count, max[kind] ?? 0) : 0;
  };
  if (kinds.every((kind) => clamp(kind) === (pieces[kind] ?? 0))) return pieces;
  return { images: clamp('images'), seconds: clamp('seconds'), characters: clamp('characters') };
}

/** The bill of nothing. */
export function billNothing(): Bill {
  return { usage: NO_USAGE, source: 'reported', price: { micropoints: 0, lines: [], unpricedKinds: [] } };
}

function bill(facts: Counted, usage: TokenUsage, source: UsageSource): Bill {
  const { call, model, multiplier, pieces: media, tier = call.serviceTier, toolPools, toolCalls } = facts;
  const { calls, isPossible } = billCalls(toolPools, toolCalls);
  const pieces = { ...media, requests: 1, toolCalls: calls, serviceTier: tier };
  const price = priceUsage({ ...usage, ...pieces }, model.prices, multiplier);
  const isBelieved = isPossible && price.unpricedKinds.length === 0;
  return { usage, source: isBelieved ? source : 'suspect', price };
}

/** Usage is reported of all rounds together in which hosted tools were called, each within the model's context. */
function clampToModel({ call, model, toolPools }: BillFacts, usage: TokenUsage): TokenUsage {
  const { contextTokensMax, outputTokensMax, predictedTokensMax } = tokenLimitsOf(model, call);
  const outputMax = (outputTokensMax + predictedTokensMax) * call.choices;
  return clampUsage(usage, contextTokensMax * roundsOf(toolPools), outputMax);
}

/** The usage itself where it is possible; otherwise each kind cut so that input and output are within their bounds. */
function clampUsage(usage: TokenUsage, inputMax: number, outputMax: number): TokenUsage {
  const left = { input: inputMax, output: outputMax };
  const take = (side: 'input' | 'output', count: number): number => {
    const taken = Math.min(count, left[side]);
    left[side] -= taken;
    return taken;
  };
  const { imageInputTokens, imageOutputTokens } = usage;
  const clamped: TokenUsage = {
    cacheWriteLongTokens: take('input', usage.cacheWriteLongTokens),
    cacheWriteTokens: take('input', usage.cacheWriteTokens),
    ...(imageInputTokens !== undefined && { imageInputTokens: take('input', imageInputTokens) }),
    audioInputTokens: take('input', usage.audioInputTokens),
    inputTokens: take('input', usage.inputTokens),
    cachedInputTokens: take('input', usage.cachedInputTokens),
    ...(imageOutputTokens !== undefined && { imageOutputTokens: take('output', imageOutputTokens) }),
    audioOutputTokens: take('output', usage.audioOutputTokens),
    outputTokens: take('output', usage.outputTokens),
    reasoningTokens: Math.min(usage.reasoningTokens, outputMax),
  };
  const isPossible = (Object.keys(clamped) as (keyof TokenUsage)[]).every((kind) => clamped[kind] === usage[kind]);
  return isPossible ? usage : clamped;
}
