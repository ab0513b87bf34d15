import type { ErrorCode } from '@tokenbay/errors';
import type { JsonObject, PieceUsage, ToolCalls, UsageReading } from '@tokenbay/protocol';

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

/** How pictures turned out, where the provider says so. */
export interface PictureTraits {
  readonly quality: string | undefined;
  readonly size: string | undefined;
}

/** A whole answer, as far as the relay must understand it. */
export interface AnswerReading {
  readonly text: string;
  readonly usage: UsageReading | undefined;
  /** Pictures that are in it, seconds that it speaks of; absent where the interface has no such thing. */
  readonly pieces?: PieceUsage | undefined;
  /** Of pictures only. */
  readonly traits?: PictureTraits | undefined;
  /** Calls of the provider's own tools; absent where the format tells nothing of them. */
  readonly toolCalls?: ToolCalls | undefined;
  readonly failure: UpstreamFailure | undefined;
}
