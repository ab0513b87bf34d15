import type { CompiledPrices, PiecePriceKind, PriceKind, TokenPriceKind } from '@tokenbay/models';
import type {
  CanonicalCall,
  Capability,
  Dialect,
  DroppedFields,
  PieceUsage,
  TokenUsage,
  WireFormat,
} from '@tokenbay/protocol';
import type { JsonObject, PictureTraits } from '@tokenbay/providers';
import type { CountedText } from './count-tokens.js';
import type { Exchange, ExchangeTerms } from './exchange/exchange.js';
import type { AnswerRenderer } from './exchange/renderer.js';
import type { SoldPool, ToolPool } from './tool-pool.js';

/** What a surface understood of a client's request: all that the relay needs to admit, price and forward it. */
export interface Call {
  readonly dialect: Dialect;
  readonly capability: Capability;
  /** The public name of the model that is asked for. */
  readonly model: string;
  /** The body as parsed; what the surface does not know is still in it. */
  readonly body: JsonObject;
  readonly isStream: boolean;
  /** True where the client asked for usage reporting in its stream. */
  readonly wantsUsage: boolean;
  readonly choices: number;
  /** How many texts the model reads one by one, each within its context: embeddings and rerankings come in batches. One where absent. */
  readonly texts?: number;
  /** Upper bound of the input in tokens; null where its parts have no bound but the model's context. */
  readonly inputTokensMax: number | null;
  /** The client's own output limit per choice; undefined where it set none. */
  readonly outputTokensMax: number | undefined;
  /** Output per choice that may be reported beyond the limit: what was predicted and rejected. None where absent. */
  readonly predictedTokensMax?: number;
  /** Below this the output limit is never lowered: the thinking budget and 256. */
  readonly outputTokensFloor: number;
  /** Which prices the model must have to sell this. */
  readonly priceKinds: readonly PriceKind[];
  /** Kinds of tokens that this request cannot consume, and whose prices its worst case therefore leaves out. */
  readonly excludedKinds: readonly TokenPriceKind[];
  /** Tools that run at the provider and are charged apart from tokens, by the limits that their calls share. */
  readonly hostedTools: readonly ToolPool[];
  readonly serviceTier: string | null;
  /** How it is bounded and counted beyond its text; absent where it consumes tokens of text only. */
  readonly media?: MediaTerms;
  /** The text of the input, for counting it where the upstream reports no usage. Costly: only then. */
  readonly readInputText: () => string;
  /** What of the input no tokenizer sees, in tokens: added where it is counted. */
  readonly addedTokens?: number;
  /** What keeps a silent stream alive, in the dialect's form. */
  readonly keepAlive: Buffer;
  /**
   * Opens what brings the call to one channel and its answer back. Throws `conversion_not_implemented` where that channel's provider cannot
   * serve it, which sends the relay to the next.
   */
  readonly openExchange: (terms: ExchangeTerms) => Exchange;
}

/** How a call for pictures or sound is bounded, and counted where its upstream does not say what was consumed. */
export interface MediaTerms {
  /** What it consumes at most of what is no token; its points are held before it is sent. */
  readonly piecesMax: PieceUsage;
  /** The same where the client's own statement is not believed: its points are held where there is plenty, and are never demanded. */
  readonly doubted?: DoubtedMedia;
  /** Tokens that every such call consumes; a model that is sold by tokens and has no price for them offers none. */
  readonly consumes: readonly TokenPriceKind[];
  /** A model that prices no token at all must have one of these prices. */
  readonly soldBy: readonly PiecePriceKind[];
  /** Which of a sheet's service tiers it is billed in; absent where that is the one it asks for. */
  readonly tiers?: MediaTiers;
  /** What is counted of an answer, by kinds; of what is counted here, what the upstream reported is not asked for. */
  readonly count: (delivered: DeliveredMedia) => Promise<CountedMedia>;
}

/** Chooses of a sheet's service tiers by what is asked for, and by what came of it. */
export interface MediaTiers {
  /**
   * Those of which the bill takes one (null: none); undefined where the service tier that is asked for decides. Throws `invalid_request`,
   * naming the field, for what the sheet does not sell.
   */
  possibleIn(prices: CompiledPrices): readonly (string | null)[] | undefined;
  /** The one that the bill takes: one of those, whatever the answer says. */
  billedIn(prices: CompiledPrices, traits: PictureTraits | undefined): string | null;
}

/** What a call may consume if what its client says of it is wrong: each at least what the call itself says. */
export interface DoubtedMedia {
  readonly inputTokensMax: number;
  readonly outputTokensMax: number;
  readonly pieces: PieceUsage;
}

/** What is known of an answer beyond its usage. */
export interface DeliveredMedia {
  readonly text: CountedText;
  readonly pieces: PieceUsage;
}

/** What was counted of an answer. */
export interface CountedMedia {
  readonly tokens: Partial<TokenUsage>;
  readonly pieces: PieceUsage;
}

/** What is counted for a client that asks how many tokens its request would have: free, and nothing is forwarded. */
export interface CountedInput extends Pick<Call, 'model' | 'capability' | 'readInputText'> {
  /** What no tokenizer sees: pictures and documents. */
  readonly addedTokens: number;
}

/** A call for text: what is needed to let it pass to a provider that speaks its format, and to convert it for any other. */
export interface TextCall extends Call {
  readonly format: WireFormat;
  /** Reads the body into the canonical model; run only where it is converted. Throws `invalid_request` naming the field. */
  readonly readCanonical: (body: JsonObject, dropped: DroppedFields) => CanonicalCall;
  readonly renderer: AnswerRenderer;
  /** Headers of the client that go with the body where it passes through. */
  readonly headers: Readonly<Record<string, string>> | undefined;
  /**
   * A body with the limits of calls that are sold, in the order of `hostedTools`, for where it passes through. Absent in formats that know
   * no such limit.
   */
  readonly limitToolCalls?: (body: JsonObject, pools: readonly SoldPool[]) => JsonObject;
}
