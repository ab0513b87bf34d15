import type { ErrorCode } from '@tokenbay/errors';
import type { JsonObject, UsageReading } from '@tokenbay/protocol';

export type { JsonObject, UsageReading };

/**
 * What an upstream's refusal found wrong on our side, where it says so. Of keys: `key_refused`, `out_of_credit`; of what the channel serves:
 * `model_refused`, `region_refused`, `address_wrong`; of load: `rate_limited` (the key's), `overloaded` (everybody's).
 */
export type UpstreamFailureReason =
  | 'key_refused'
  | 'out_of_credit'
  | 'model_refused'
  | 'region_refused'
  | 'address_wrong'
  | 'rate_limited'
  | 'overloaded';

/** What an upstream's refusal means for us. */
export interface UpstreamFailure {
  /**
   * `request`: it speaks of the client's own request · `key`: our credential, credit or quota · `channel`: model access, region or a wrong
   * address · `saturated`: too many requests at the moment · `server`: it failed.
   */
  readonly kind: 'request' | 'key' | 'channel' | 'saturated' | 'server';
  /** For `request`: the code the client is answered with. */
  readonly code?: ErrorCode;
  /** What exactly is wrong, where it is ours; absent where the kind is all that is known. */
  readonly reason?: UpstreamFailureReason;
  /** The upstream's sentence, cleaned of hosts, keys and organisation names. Clients see it for `request` only, administrators always. */
  readonly message?: string;
  /** For `request`: the parameter it speaks of. */
  readonly param?: string;
  readonly retryAfterSeconds?: number;
}

/** One streamed event, as far as the relay must understand it. */
export interface StreamEventReading {
  /** The choices that finished with this event, by their index. */
  readonly finished: readonly number[];
  /** Text, tool arguments and reasoning delivered by this event; counted where the upstream reports no usage. */
  readonly text: string;
  readonly usage: UsageReading | undefined;
  /** True where the event carries nothing but usage reporting. */
  readonly isUsageOnly: boolean;
  readonly failure: UpstreamFailure | undefined;
}

/** What the gateway changes in a chat request before it goes upstream. */
export interface ChatChanges {
  readonly upstreamModel: string;
  readonly isStream: boolean;
  /** The output limit to send where the client's own must be lowered, in tokens per choice; undefined leaves it as it is. */
  readonly outputTokensMax: number | undefined;
}

/** Translation of one provider's wire format: pure functions, no connection, no state. */
export interface ProviderAdapter {
  readonly name: string;
  /** Path of chat completions below the channel's base URL. */
  readonly chatPath: string;
  headers(secret: string): Record<string, string>;
  chatRequest(body: JsonObject, changes: ChatChanges): JsonObject;
  /** Reads a whole answer; undefined where it is no chat completion. */
  readAnswer(answer: unknown): AnswerReading | undefined;
  /** Reads one event's parsed JSON; undefined where it is no chat completion chunk. */
  readEvent(event: unknown): StreamEventReading | undefined;
  /** The event without its usage reporting, for a client that did not ask for it. */
  withoutUsage(event: JsonObject): JsonObject;
  readFailure(status: number, body: unknown, retryAfterSeconds: number | undefined): UpstreamFailure;
}

/** A whole answer, as far as the relay must understand it. */
export interface AnswerReading {
  readonly text: string;
  readonly usage: UsageReading | undefined;
  readonly failure: UpstreamFailure | undefined;
}
