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
  /** Up to so much is taken in its place, by the same rule, as far as what is left goes; `extra` if absent. */
  readonly extraMost?: number;
}
