import type { Escrow } from './escrow.js';
import type { ReserveRequest } from './reserve-request.js';

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
