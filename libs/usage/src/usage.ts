import type { Dialect, Outcome, UsageSource } from '@tokenbay/protocol';

/** One line of the usage log: how one request that reached an upstream ended. Amounts are integer micropoints. */
export interface Usage {
  /** UUIDv7, made at admission. */
  readonly requestId: string;
  readonly accountId: string;
  readonly apiKeyId: string;
  readonly model: string;
  /** The last channel tried. */
  readonly channelId: string | null;
  readonly dialect: Dialect;
  readonly stream: boolean;
  /** The HTTP status the client saw. */
  readonly status: number;
  /** The catalogue's code where it failed. */
  readonly code: string | null;
  readonly outcome: Outcome;
  readonly tokens: UsageTokens;
  readonly usageSource: UsageSource;
  readonly heldMicropoints: number;
  readonly chargeMicropoints: number;
  /** What it cost beyond the charge: the platform's loss. */
  readonly uncollectedMicropoints: number;
  readonly priceVersion: number;
  readonly latencyMs: number;
  readonly firstByteMs: number | null;
  /** When the request was admitted. */
  readonly createdAt: Date;
}

/** Token counts of one request or the sums over several. */
export interface UsageTokens {
  readonly input: number;
  readonly cachedInput: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
}

/** A line of the usage log with all that explains its charge. */
export interface Receipt extends Usage {
  readonly lines: readonly ReceiptLine[];
  /** The group's multiplier at admission, an exact decimal. */
  readonly multiplier: string;
  readonly attempts: readonly ReceiptAttempt[];
}

/** One priced quantity; `unitPrice` and `points` are decimal strings of points. */
export interface ReceiptLine {
  readonly kind: string;
  readonly quantity: number;
  readonly unitPrice: string;
  readonly points: string;
}

/** One channel that was tried. */
export interface ReceiptAttempt {
  readonly channelId: string;
  readonly keyId: string;
  readonly status: number | null;
  readonly ms: number;
  readonly reason: string | null;
}

/** Which lines of the usage log; `[from, to)` bounds the time of admission. */
export interface UsageFilter {
  readonly accountId?: string | undefined;
  readonly apiKeyId?: string | undefined;
  readonly model?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** What a summary can be made by. A day is a day of UTC. */
export const USAGE_GROUPINGS = ['account', 'apiKey', 'model', 'channel', 'day'] as const;
export type UsageGrouping = (typeof USAGE_GROUPINGS)[number];

/** Sums over the requests of one account, key, model, channel or day. */
export interface UsageSummary {
  /** An id, a name or a date; null for requests without a channel. */
  readonly key: string | null;
  readonly requests: number;
  readonly failed: number;
  readonly tokens: UsageTokens;
  readonly chargeMicropoints: number;
  readonly uncollectedMicropoints: number;
}
