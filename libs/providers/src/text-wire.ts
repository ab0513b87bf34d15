import type {
  CanonicalAnswer,
  CanonicalCall,
  CanonicalEvent,
  DroppedFields,
  PieceUsage,
  ToolCalls,
  WireFormat,
} from '@tokenbay/protocol';
import type { AnswerReading, JsonObject, PictureTraits, UpstreamFailure, UsageReading } from './provider.js';

/**
 * One wire format in which a provider serves text: where it is asked, how a body of that very format passes through, and how any other call
 * is written and its answer read. Pure; only the readers have state, of one stream each.
 */
export interface TextWire {
  readonly format: WireFormat;
  /** True where the format has free-form tools; elsewhere they are carried as functions of one string. */
  readonly takesCustomTools?: boolean;
  /** True where empty texts are refused: they are left out, and nobody is left to answer where the user says nothing else. */
  readonly refusesEmptyText?: boolean;
  /** Of one event of a stream, where answers hold whole pictures; elsewhere events are as small as text is. */
  readonly eventBytesMax?: number;
  endpoint(target: EndpointTarget): Endpoint;
  readonly passThrough: PassThroughWire;
  readonly conversion: ConversionWire;
}

/** What an endpoint may depend on: Gemini has model and verb in its path. */
export interface EndpointTarget {
  readonly upstreamModel: string;
  readonly isStream: boolean;
}

/** Where a request goes. */
export interface Endpoint {
  /** Below the channel's base URL, query included. */
  readonly path: string;
  /** Beside the provider's credential. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is changed in, and understood of, bytes that otherwise pass as they came. */
export interface PassThroughWire {
  /**
   * The client's body with the few changes that must be: the upstream's model, nothing stored there, usage reporting, a lowered output
   * limit, and without seals of other providers, which this one would refuse. Unknown fields stay.
   */
  amendRequest(body: JsonObject, terms: WriteTerms): JsonObject;
  /** Reads a whole answer; undefined where it is none of this format. */
  readAnswer(body: JsonObject): AnswerReading | undefined;
  openScanner(terms: ScanTerms): StreamScanner;
}

/** What the client asked for, as far as it decides what it may see of a stream. */
export interface ScanTerms {
  readonly choices: number;
  readonly wantsUsage: boolean;
  /** The content type of what the client gets: Gemini's streams are events or one JSON array. Events where absent. */
  readonly streamType?: string;
}

/** Follows a stream that passes through. */
export interface StreamScanner {
  /** Takes one event's data; undefined where it is no event of this format, which may pass once the stream has begun. */
  read(data: string): ScannedEvent | undefined;
  /** True once an event of the answer itself was read: from then on no other channel is tried. */
  readonly hasBegun: boolean;
  /** What follows the tail: Chat's `[DONE]` (the upstream's own is hidden), Messages' `message_stop` unless it was read, the end of Gemini's array; else empty. */
  readonly terminator: string;
  /** What the dialect's error must tell of the stream so far (Responses: its response and sequence number; Gemini: whether its array was begun). */
  readonly progress?: JsonObject | undefined;
  /** What was delivered so far of what is no token; absent in streams of text. */
  readonly pieces?: PieceUsage | undefined;
  /** Of pictures only: how the last one turned out. */
  readonly traits?: PictureTraits | undefined;
  /** Calls of the provider's own tools so far; absent where the format tells nothing of them. */
  readonly toolCalls?: ToolCalls | undefined;
  /** True where the client gets no events but another form: then only what the scanner writes passes. */
  readonly isReframed?: boolean;
}

/** One scanned event. Nothing in it but what the relay needs; it is made once per event of every stream. */
export interface ScannedEvent {
  /** Text, tool arguments and reasoning delivered by this event; counted where the upstream reports no usage. */
  readonly text: string;
  /** What the upstream has reported up to now; undefined leaves what was reported before. */
  readonly usage: UsageReading | undefined;
  readonly failure: UpstreamFailure | undefined;
  /** True from the event on that says that the answer is finished: this one and all that follow wait for the ledger. */
  readonly isTail: boolean;
  /** True where nothing of the answer can follow: `[DONE]`, `message_stop`, `response.completed`. Never with Gemini. */
  readonly isTerminator: boolean;
  /** What the client gets in place of the event; undefined: the event as it came; empty: nothing. */
  readonly replacement: string | undefined;
  /** ASCII text that is cut out of the event's own bytes, which otherwise pass as they came. */
  readonly cut: string | undefined;
}

/** Translation between this format and the canonical model. */
export interface ConversionWire {
  /**
   * The body that asks for the call. What the format cannot carry goes to `dropped`, which throws `conversion_not_implemented` where it
   * would change the answer. Always asks for usage and for nothing to be stored.
   */
  writeRequest(call: CanonicalCall, terms: WriteTerms): JsonObject;
  /** Reads a whole answer, or the failure that it is. Throws `response_parse_failed` where it is neither. */
  readAnswer(body: JsonObject): CanonicalAnswer | UpstreamFailure;
  openReader(): StreamReader;
}

/** What is asked for in place of what the client asked for. */
export interface WriteTerms {
  readonly upstreamModel: string;
  readonly isStream: boolean;
  /** The output limit to send where the client's own must be lowered, in tokens per choice; undefined leaves it as it is. */
  readonly outputTokensMax: number | undefined;
  /** What is held for, in tokens per choice: the limit where a format demands one and the client sent none. */
  readonly outputTokensHeld: number;
  readonly dropped: DroppedFields;
}

/**
 * Reads one stream into canonical events, whose order CanonicalEvent promises whatever the upstream sends: news is skipped, a part that the
 * upstream left open is closed, and where nothing is closed any more nothing follows.
 */
export interface StreamReader {
  /** Takes the data of one event, `[DONE]` included. Throws `response_parse_failed` where it is none of this format. */
  read(data: string): readonly CanonicalEvent[];
  /** Takes note that the stream is over. A complete one without its terminator (Gemini has none) ends here; a cut one gives nothing. */
  end(): readonly CanonicalEvent[];
  /** True once every choice has finished. */
  readonly isComplete: boolean;
  /** The failure that the upstream reported in its stream; nothing is read after it. */
  readonly failure: UpstreamFailure | undefined;
}

/** Tells a failure from an answer. */
export function isFailure(read: CanonicalAnswer | UpstreamFailure): read is UpstreamFailure {
  return 'kind' in read;
}
