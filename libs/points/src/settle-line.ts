import type { Charge, SettleOutcome } from './charge.js';
import { type ChargeRow, toChargeRow } from './charge-row.js';
import type { Hold } from './hold.js';

/** One request on its way into the books. */
export class SettleLine {
  readonly row: ChargeRow;
  /** Micropoints to be charged: never more than was held, nothing where the request failed. */
  readonly points: number;
  readonly uncollected: number;
  /** Micropoints that go back to account and budgets together with the charge; decided when it is first sent, and kept. */
  back: number | undefined;
  /** What of that was free: memory gave it away when the line was sent. */
  private lent = 0;
  /** How often it was sent, as far as anybody knows. */
  tries = 0;
  readonly sinceMs = performance.now();
  readonly promise: Promise<SettleOutcome>;
  resolve!: (outcome: SettleOutcome | Promise<SettleOutcome>) => void;
  reject!: (error: Error) => void;

  constructor(
    readonly hold: Hold,
    readonly charge: Charge,
    /** False where the hold's points were charged or given back before: then they are not this line's to spend. */
    readonly ownsPoints: boolean,
  ) {
    this.row = toChargeRow(charge);
    this.points = charge.outcome === 'failed' ? 0 : Math.min(charge.cost, hold.points);
    this.uncollected = charge.cost - this.points;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** The hold that pays; 0, which is none, where its points are no longer this line's. */
  get holdNo(): number {
    return this.ownsPoints ? this.hold.holdNo : 0;
  }

  /**
   * Decides what goes back with the charge. Of an account that is quiet everything, its last line bringing back what `kept`, the rests of
   * the lines before it, and memory have; of one that is busy nothing, as the next request takes it up. Answers what the line leaves.
   */
  decideBack(kept: number, nowMs: number): number {
    const { escrow, points: held } = this.hold;
    const rest = held - this.points;
    this.back = 0;
    if (!this.ownsPoints) return kept;
    escrow.settling += held;
    if (escrow.isQuiet(escrow.settling) && !escrow.isSteady(nowMs)) {
      this.back = Math.max(kept + rest + escrow.free, 0);
      this.lent = Math.max(escrow.free, 0);
      escrow.free -= this.lent;
      return 0;
    }
    if (escrow.waiters.length > 0 || escrow.isBusy(nowMs)) return kept + rest;
    this.back = Math.max(rest + Math.min(escrow.free, 0), 0);
    return kept;
  }

  /** Ends it in memory: paid from its hold, or not at all from there. */
  finish(isPaid: boolean): void {
    if (!this.ownsPoints) return;
    const { escrow, points: held } = this.hold;
    if (this.back !== undefined) escrow.settling -= held;
    escrow.untake(held, isPaid ? this.points + (this.back ?? 0) - this.lent : -this.lent);
  }

  /** The same request, failed: where it was not booked yet, this bars it from ever being charged. */
  toTombstone(): SettleLine {
    const failed: Charge = { ...this.charge, outcome: 'failed', code: 'ledger_unavailable' };
    const tombstone = new SettleLine(this.hold, failed, this.ownsPoints);
    tombstone.back = 0;
    return tombstone;
  }
}
