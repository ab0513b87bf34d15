/** What a request asks of the ledger before it is sent anywhere. Amounts are integer micropoints. */
export interface ReserveRequest {
  /** For the log; the ledger itself knows a request only once it is settled. */
  readonly requestId: string;
  readonly accountId: string;
  readonly apiKeyId: string;
  /** Whether the key has a quota or periodic limits (`ApiKey.hasBudget`). */
  readonly budgeted: boolean;
  /** The smallest hold the request can live with: under it, it is refused. */
  readonly least: number;
  /** The request's worst case. */
  readonly need: number;
  /** Taken on top where it is at most a hundredth of what is then left; 0 if absent. */
  readonly extra?: number;
}

/** Points taken out of an account, and out of a key's budgets, until they are charged or given back. */
export interface Hold {
  /** The process that took it, by the id of its registration at that moment. */
  readonly ownerId: string;
  readonly holdNo: number;
  readonly accountId: string;
  readonly apiKeyId: string;
  readonly budgeted: boolean;
  /** The key's window the points were taken in; 0 without budget. */
  readonly windowNo: number;
  /** Micropoints, between `least` and `need` of the request, or `need` and its `extra`. */
  readonly points: number;
}
