import { Injectable } from '@nestjs/common';

/** Every time limit of the ledger's process side, in milliseconds. Tests bring shorter ones. */
@Injectable()
export class LedgerTimes {
  /** How often a process says that it lives. */
  heartbeatMs = 2_000;
  /** How long after its last heartbeat a process keeps its holds. */
  leaseMs = 10_000;
  /** How long one statement may take before its connection is thrown away and its outcome counts as unknown. */
  statementMs = 2_000;
  /** How long a settle is repeated; after it, the answer's last bytes are not sent and nothing is charged. */
  settleMs = 10_000;
  /** While a charge waits longer than this for the disk, no further request is admitted. */
  staleSettleMs = 2_000;
  /** A reserve that failed sooner than this is tried once more: its connection was stale, or this process had been declared dead. */
  reserveAgainMs = 500;
  /** How long a reserve waits for its turn while the ledger finds out what it holds. */
  reserveMs = 2_000;
  /** The pause before a statement is repeated. */
  pauseMs = 100;
  /** How often idle points are looked for; what nobody used for so long goes back. */
  idleMs = 400;
  /** How often a process compares its holds with its memory. */
  sweepMs = 10_000;
  /** How long a hold without points is kept for the next request. */
  forgetMs = 600_000;
}
