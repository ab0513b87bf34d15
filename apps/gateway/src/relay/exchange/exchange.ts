import type { ErrorView } from '@tokenbay/platform';
import type { PieceUsage, ToolCalls } from '@tokenbay/protocol';
import type { AnswerReading, PictureTraits, ProviderAdapter, UpstreamFailure, UsageReading } from '@tokenbay/providers';
import type { CountedText } from '../count-tokens.js';
import type { SoldPool } from '../tool-pool.js';

/** What the upstream is asked for in place of what the client asked for. */
export interface ExchangeTerms {
  readonly requestId: string;
  readonly adapter: ProviderAdapter;
  readonly upstreamModel: string;
  /** The lowered output limit per choice; undefined leaves the client's. */
  readonly outputTokensMax: number | undefined;
  /** How much input is held for at most, in tokens: the context that the model is sold with. */
  readonly contextTokensMax: number;
  /** What is held for, in tokens per choice. */
  readonly outputTokensHeld: number;
  /** The hosted tools that the call offers, with the limits that are sold. */
  readonly toolPools: readonly SoldPool[];
  /** More text than any model can write within its limit. */
  readonly textCharactersMax: number;
}

/** A request as it goes upstream. */
export interface OutgoingRequest {
  readonly path: string;
  /** Beside the provider's credential and what every request has. */
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly body: string | Buffer;
}

/** Turns a client's call into upstream bytes and upstream bytes into client bytes, and meters usage on the way. */
export interface Exchange {
  readonly request: OutgoingRequest;
  /** Reads a whole answer whose head names this type. Throws `response_parse_failed` where it is none. */
  readAnswer(bytes: Buffer, contentType: string): WholeAnswer;
  /** Opens the stream of an answer whose head names this type. */
  openStream(contentType: string): StreamExchange;
  /** True where an answer of that type is taken as a stream; absent where only event streams are. */
  readonly streams?: (contentType: string) => boolean;
  /** True where a stream that was asked for may come whole, as models answer that know none. */
  readonly mayComeWhole?: boolean;
}

/** A whole answer: what the client gets, and what it says. */
export interface WholeAnswer {
  readonly bytes: Buffer;
  readonly reading: Omit<AnswerReading, 'text'> & { readonly text: CountedText };
  /** What the client is told that the bytes are; JSON where absent. */
  readonly contentType?: string;
  /** What of the request was left out, by the client's names. */
  readonly droppedFields: readonly string[];
}

/** A stream on its way through: deltas are ready at once, the tail (finish, usage, terminator) waits for the ledger. */
export interface StreamExchange {
  /** Takes bytes from the upstream. Throws UpstreamError or `response_parse_failed`; what was ready before stays so. */
  push(chunk: Buffer): void;
  /** Takes note that the upstream's stream has ended. */
  end(): void;
  /** Hands over what may be sent now. */
  takeReady(): Buffer[];
  /** The last bytes of a complete stream, terminator included. */
  takeTail(): Buffer[];
  /**
   * The last thing sent where the stream breaks: the dialect's error event, legal wherever that happens. Undefined where the format has none:
   * the connection is then destroyed, so that what was sent does not look finished.
   */
  fail(error: ErrorView): Buffer | undefined;
  /** Of what the client gets. */
  readonly contentType: string;
  /** What of the request was left out, by the client's names. */
  readonly droppedFields: readonly string[];
  /** True once an event of the answer itself was read. */
  readonly hasBegun: boolean;
  /** True once nothing more can come. */
  readonly isTerminated: boolean;
  /** True where an answer has begun, and every choice has finished or the upstream has said that it is done. */
  readonly isComplete: boolean;
  /** The failure that the upstream reported inside its stream. */
  readonly failure: UpstreamFailure | undefined;
  readonly usage: UsageReading | undefined;
  /** Everything that was delivered, for counting. */
  readonly text: CountedText;
  /** What was delivered so far of what is no token; absent in streams of text. */
  readonly pieces?: PieceUsage | undefined;
  /** Of pictures only: how the last one turned out. */
  readonly traits?: PictureTraits | undefined;
  /** Calls of the provider's own tools so far; absent where nothing is told of them. */
  readonly toolCalls?: ToolCalls | undefined;
}
