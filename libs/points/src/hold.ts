import type { Escrow } from './escrow.js';

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

/**
 * One request's points: its part of a hold that this process has of the account, or of the key with budgets, until they are charged or
 * given back.
 */
export class Hold {
  readonly accountId: string;
  readonly apiKeyId: string;
  readonly budgeted: boolean;
  /** The key's window the points were taken in; 0 without budget. */
  readonly windowNo: number;
  /** Its points were charged or given back, or that is under way. */
  isOver = false;

  constructor(
    /** The hold that it is a part of. */
    readonly escrow: Escrow,
    { accountId, apiKeyId, budgeted }: ReserveRequest,
    /** Micropoints, between `least` and `need` of the request, or `need` and its `extra`. */
    readonly points: number,
  ) {
    this.accountId = accountId;
    this.apiKeyId = apiKeyId;
    this.budgeted = budgeted;
    this.windowNo = escrow.windowNo;
  }

  /** The process that took it, by the id of its registration at that moment. */
  get ownerId(): string {
    return this.escrow.registration.id;
  }

  /** The number of the hold that it is a part of. */
  get holdNo(): number {
    return this.escrow.holdNo;
  }
}
