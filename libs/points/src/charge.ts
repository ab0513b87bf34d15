import type { Dialect, Outcome, UsageSource } from '@tokenbay/protocol';

/** Everything the usage log keeps of one request, written once, at its end. */
export interface Charge {
  /** The UUIDv7 made at admission; a request is booked at most once under it. */
  readonly requestId: string;
  /**
   * What the request costs, integer micropoints. Of it `min(cost, held)` is charged and the rest recorded as uncollected; a failed
   * request is charged nothing, so its whole cost is the platform's.
   */
  readonly cost: number;
  readonly outcome: Outcome;
  readonly model: string;
  readonly channelId: string | null;
  readonly dialect: Dialect;
  readonly stream: boolean;
  /** The HTTP status of how it ended; of a stream that broke, that of its error event. */
  readonly status: number;
  /** The catalogue's code where it failed. */
  readonly code: string | null;
  readonly tokens: ChargedTokens;
  readonly usageSource: UsageSource;
  readonly priceVersion: number;
  readonly latencyMs: number;
  readonly firstByteMs: number | null;
  readonly receipt: ChargeReceipt;
}

/** The counts that lists and summaries show; everything else is in the receipt's lines. */
export interface ChargedTokens {
  readonly input: number;
  readonly cachedInput: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
}

/** What only a receipt shows. */
export interface ChargeReceipt {
  readonly lines: readonly ChargeLine[];
  /** The group's multiplier at admission, an exact decimal. */
  readonly multiplier: string;
  readonly attempts: readonly ChargeAttempt[];
}

/** One priced quantity; `unitPrice` and `points` are decimal strings of points. */
export interface ChargeLine {
  readonly kind: string;
  readonly quantity: number;
  readonly unitPrice: string;
  readonly points: string;
}

/** One channel that was tried. */
export interface ChargeAttempt {
  readonly channelId: string;
  readonly keyId: string;
  readonly status: number | null;
  readonly ms: number;
  readonly reason: string | null;
}

/**
 * How a request stands in the books. `refused`: its hold had been given back meanwhile and neither account nor budgets can pay any more;
 * nothing was or ever will be charged, so its last bytes must not be sent.
 */
export interface SettleOutcome {
  readonly funding: 'hold' | 'account' | 'refused';
  /** Micropoints charged. */
  readonly points: number;
  /** Micropoints of the cost that nobody pays. */
  readonly uncollected: number;
  /** True where the request had been booked before, and this is how it was booked then. */
  readonly repeated: boolean;
}
