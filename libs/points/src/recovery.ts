import { Inject, Injectable } from '@nestjs/common';
import { describeError, isTransient, LOGGER, type Logger } from '@tokenbay/platform';
import { LedgerInstance } from './ledger-instance.js';
import { type HoldRow, LedgerRepository } from './ledger.repository.js';
import { LedgerTimes } from './ledger-times.js';
import type { Registration } from './escrow.js';
import { ReserveLane } from './reserve-lane.js';
import { SettleLane } from './settle-lane.js';
import type { SettleLine } from './settle-line.js';

/** Doubts ended with one statement at most. */
const DOUBTS_AT_ONCE = 256;

/**
 * Finds out what this process holds after a reserve of unknown outcome: with both lanes at rest, and every booking known, it reads its
 * holds again. Until that is done nothing is lent from memory and nothing is reserved.
 */
@Injectable()
export class Recovery {
  /** Answers that were cut although they had been booked, and were refunded, since this process started. */
  refunds = 0;
  private attempt: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isWanted = false;
  private isStopped = false;
  private readonly processIds = new Set<number>();

  constructor(
    private readonly ledger: LedgerRepository,
    private readonly instance: LedgerInstance,
    private readonly reserves: ReserveLane,
    private readonly settles: SettleLane,
    private readonly times: LedgerTimes,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    settles.whenInDoubt = () => this.start();
    reserves.whenInDoubt = (processId) => {
      if (processId !== null) this.processIds.add(processId);
      this.start();
    };
  }

  /** False while memory may differ from the ledger. */
  get isOver(): boolean {
    return !this.isWanted;
  }

  /** Reads the holds again; whoever asks while that is under way shares it. Rejects where the database is away, and goes on trying. */
  run(): Promise<void> {
    this.isWanted = true;
    this.attempt ??= this.once().finally(() => {
      this.attempt = undefined;
      if (this.isWanted && !this.isStopped) this.timer = setTimeout(() => this.start(), this.times.pauseMs).unref();
    });
    return this.attempt;
  }

  /** Reads the holds again, as often as it takes. */
  start(): void {
    clearTimeout(this.timer);
    this.run().catch((error: unknown) => {
      this.logger.debug({ cause: describeError(error) }, 'the ledger cannot be read yet');
      if (this.instance.current) this.reserves.expire(this.instance.current, this.times.reserveAgainMs);
    });
  }

  /** Begins nothing new. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private async once(): Promise<void> {
    try {
      await Promise.all([this.reserves.pause(), this.settles.pause()]);
      await this.endDoubts();
      const processIds = [...this.processIds];
      if (processIds.length > 0) await this.ledger.endProcesses(processIds);
      const registration = this.instance.current;
      const rows = registration && (await this.ledger.listHolds(registration.id));
      for (const processId of processIds) this.processIds.delete(processId);
      this.isWanted = false;
      this.reserves.resume();
      if (registration && rows) this.compare(registration, rows);
      else if (registration) this.reserves.abandon(registration);
    } finally {
      this.settles.resume();
    }
  }

  /** Sets memory right: what a hold has and no request does is free, or less than nothing. */
  private compare(registration: Registration, rows: readonly HoldRow[]): void {
    const byNumber = new Map(rows.map((row) => [row.holdNo, row]));
    for (const row of rows)
      if (!registration.escrows.has(row.holdNo)) registration.adopt(row.holdNo, row.accountId, row.apiKeyId);
    for (const escrow of registration.escrows.values()) {
      const { points = 0, sequence = 0, windowNo = 0 } = byNumber.get(escrow.holdNo) ?? {};
      const { holdNo, free } = escrow;
      if (sequence === 0 && escrow.sequence > 0) escrow.isClosed = true;
      escrow.sequence = sequence;
      if (sequence > 0) escrow.windowNo = windowNo;
      escrow.free = points - escrow.taken;
      if (escrow.free !== free) this.logger.warn({ holdNo, free, found: escrow.free }, 'a hold is not as remembered');
      if (sequence > 0) void this.reserves.giveBack(escrow);
    }
  }

  /**
   * Ends doubts: a request whose answer was cut because it could not be booked in time is booked as failed, for nothing; one that had
   * been booked after all is refunded. One that the ledger refuses for good is given up, so that it does not stand in the others' way.
   */
  private async endDoubts(): Promise<void> {
    const { doubts } = this.settles;
    while (doubts.length > 0) {
      const owner = doubts[0]?.hold.ownerId;
      const lines = doubts.filter(({ hold }) => hold.ownerId === owner).slice(0, DOUBTS_AT_ONCE);
      await this.endThese(lines);
      for (const line of lines) {
        doubts.splice(doubts.indexOf(line), 1);
        line.finish(false);
      }
    }
  }

  private async endThese(lines: readonly SettleLine[]): Promise<void> {
    const [first] = lines;
    if (!first) return;
    try {
      const tombstones = lines.map((line) => line.toTombstone());
      const outcomes = await this.ledger.settle(first.hold.ownerId, tombstones);
      for (const [index, { hold, charge }] of lines.entries()) {
        const { repeated, points } = outcomes[index]!;
        if (!repeated || points === 0) continue;
        await this.ledger.refund(hold, charge.requestId, points);
        this.refunds += 1;
      }
    } catch (error) {
      if (isTransient(error)) throw error;
      if (lines.length > 1) for (const line of lines) await this.endThese([line]);
      else
        this.logger.error(
          { cause: describeError(error), requestId: first.charge.requestId },
          'a request in doubt cannot be booked and is not charged',
        );
    }
  }
}
