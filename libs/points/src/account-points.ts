/** What an account owns. */
export interface Balance {
  /** Micropoints that requests may still take. */
  readonly availableMicropoints: number;
  /** Micropoints held for running requests. */
  readonly heldMicropoints: number;
}

/** Points to be added to an account; a negative amount takes them away. */
export interface Credit {
  readonly accountId: string;
  /** Micropoints, not zero. */
  readonly amount: number;
  readonly reason: string;
  /** A second credit under the same key of the same account changes nothing. */
  readonly idempotencyKey: string;
}

/** One line of an account's ledger: everything that changed what it owns, but for charges. */
export interface PointEntry {
  readonly id: string;
  readonly accountId: string;
  readonly amountMicropoints: number;
  /** What was available right after it. */
  readonly availableAfterMicropoints: number;
  readonly reason: string;
  readonly idempotencyKey: string;
  readonly createdAt: Date;
}
