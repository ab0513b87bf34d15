import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { describeError, isTransient, LOGGER, type Logger } from '@tokenbay/platform';
import type { SettleOutcome } from './charge.js';
import type { Escrow } from './escrow.js';
import { LedgerRepository } from './ledger.repository.js';
import { LedgerTimes } from './ledger-times.js';
import { unavailable } from './refusals.js';
import type { SettleLine } from './settle-line.js';

/** Requests one batch books at most. */
const LINES_MAX = 512;
/** Requests that wait to be booked at most; beyond it none is admitted. */
const QUEUE_MAX = 10_000;
/** A line that the ledger refuses is tried so often before it is left out. */
const TRIES_MAX = 3;
/** Requests whose booking is in doubt that are remembered; beyond it their points merely come back. */
const DOUBTS_MAX = 10_000;

/**
 * Books requests, many with one statement and one statement at a time. A batch of unknown outcome is repeated until it is known: booking
 * a request twice changes nothing. What cannot be booked in time is kept as a doubt.
 */
@Injectable()
export class SettleLane {
  /** Told of each line that was answered, before its caller is; the caller waits for what it promises. */
  whenBooked: (line: SettleLine, outcome: SettleOutcome) => Promise<void> | undefined = () => undefined;
  /** Told of each line that nobody waits for any more. */
  whenGivenUp: (line: SettleLine) => void = () => undefined;
  /** Told when there are doubts. */
  whenInDoubt: () => void = () => undefined;
  /** Lines that were answered `ledger_unavailable`, whether or not they were booked. */
  readonly doubts: SettleLine[] = [];
  /** Lines that the ledger refused for good, since this process started. */
  quarantined = 0;
  /** Lines that were booked before with another amount, since this process started. */
  conflicts = 0;
  private readonly queue: SettleLine[] = [];
  /**
   * Lines that wait and lines of the batch on its way, by request. A batch leaves with its map: one map whose entries come and go grows
   * tables that keep every line that was in them from the young generation's collector.
   */
  private waiting = new Map<string, SettleLine>();
  private underWay = new Map<string, SettleLine>();
  private batch: readonly SettleLine[] = [];
  private isPaused = false;
  private isScheduled = false;
  private sending: Promise<void> | undefined;

  constructor(
    private readonly ledger: LedgerRepository,
    private readonly times: LedgerTimes,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Whether charges wait so long, or so many, that no further request may be admitted. */
  isStuck(nowMs: number): boolean {
    return this.queue.length >= QUEUE_MAX || this.ageMs(nowMs) > this.times.staleSettleMs;
  }

  /** How long the oldest line has waited, milliseconds; 0 where none waits. */
  ageMs(nowMs: number): number {
    const oldest = this.batch[0] ?? this.queue[0];
    return oldest === undefined ? 0 : nowMs - oldest.sinceMs;
  }

  /** Lines that wait or are on their way. */
  get waitingCount(): number {
    return this.queue.length + this.batch.length;
  }

  /** The line of a request that is on its way now. */
  find(requestId: string): SettleLine | undefined {
    return this.waiting.get(requestId) ?? this.underWay.get(requestId);
  }

  /** Books a line with the next batch. */
  push(line: SettleLine): void {
    this.waiting.set(line.charge.requestId, line);
    this.queue.push(line);
    this.schedule();
  }

  /** Sends only what was sent before; resolves once the outcome of all of that is known. */
  async pause(): Promise<void> {
    this.isPaused = true;
    while (this.sending || this.hasUnknown()) await (this.sending ?? this.sendSoon());
  }

  /** Sends again. */
  resume(): void {
    this.isPaused = false;
    this.schedule();
  }

  /** Resolves when nothing is left to be booked. */
  async drain(): Promise<void> {
    while (this.sending || this.queue.length > 0) await (this.sending ?? this.sendSoon());
  }

  private hasUnknown(): boolean {
    return (this.queue[0]?.tries ?? 0) > 0;
  }

  private schedule(): void {
    if (this.isScheduled || this.sending || this.queue.length === 0) return;
    if (this.isPaused && !this.hasUnknown()) return;
    void this.sendSoon();
  }

  private sendSoon(): Promise<void> {
    this.isScheduled = true;
    this.sending = new Promise<void>((done) => setImmediate(done)).then(async () => {
      this.isScheduled = false;
      const failed = await this.sendNext();
      if (failed) await new Promise((done) => setTimeout(done, this.times.pauseMs));
      this.sending = undefined;
      this.schedule();
    });
    return this.sending;
  }

  /** True where the database did not answer. */
  private async sendNext(): Promise<boolean> {
    const batch = this.takeBatch();
    this.batch = batch;
    const unknown = batch.length > 0 ? await this.send(batch) : [];
    this.endBatch();
    if (unknown.length === 0) return false;
    this.queue.unshift(...unknown);
    for (const line of unknown) this.waiting.set(line.charge.requestId, line);
    this.expire(performance.now());
    return true;
  }

  /** Lines of one owner, in their order; while the lane is paused only such as were sent before. */
  private takeBatch(): SettleLine[] {
    const first = this.queue[0];
    let count = 0;
    while (count < LINES_MAX) {
      const line = this.queue[count];
      if (!line || line.hold.ownerId !== first?.hold.ownerId || (this.isPaused && line.tries === 0)) break;
      count += 1;
    }
    if (count === this.queue.length) {
      this.underWay = this.waiting;
      this.waiting = new Map();
      return this.queue.splice(0);
    }
    const batch = this.queue.splice(0, count);
    for (const line of batch) {
      this.waiting.delete(line.charge.requestId);
      this.underWay.set(line.charge.requestId, line);
    }
    return batch;
  }

  private endBatch(): void {
    this.batch = [];
    this.underWay = new Map();
  }

  /** Answers the lines whose outcome is unknown. A batch that is refused is halved until the line at fault stands alone. */
  private async send(batch: readonly SettleLine[]): Promise<readonly SettleLine[]> {
    const [first] = batch;
    if (!first) return [];
    decideBacks(batch);
    for (const line of batch) line.tries += 1;
    try {
      const outcomes = await this.ledger.settle(first.hold.ownerId, batch);
      // Whoever is told that a charge is booked finds it waiting no more.
      if (batch === this.batch) this.endBatch();
      batch.forEach((line, index) => this.book(line, outcomes[index]!));
      return [];
    } catch (error) {
      if (isTransient(error)) return batch;
      if (batch.length > 1) {
        const middle = Math.ceil(batch.length / 2);
        const unknown = await this.send(batch.slice(0, middle));
        return [...unknown, ...(await this.send(batch.slice(middle)))];
      }
      if (first.tries < TRIES_MAX) return this.send(batch);
      this.quarantine(first, error);
      return [];
    }
  }

  private book(line: SettleLine, outcome: SettleOutcome): void {
    this.underWay.delete(line.charge.requestId);
    if (outcome.repeated && outcome.funding !== 'refused' && outcome.points !== line.points) this.alarm(line, outcome);
    const following = this.whenBooked(line, outcome);
    line.resolve(following ? following.then(() => outcome) : outcome);
  }

  /** One request has two prices: the first stands, and somebody has to find out why. */
  private alarm({ charge, points }: SettleLine, outcome: SettleOutcome): void {
    this.conflicts += 1;
    const { requestId } = charge;
    this.logger.error({ requestId, points, booked: outcome.points }, 'a request was booked before with another amount');
  }

  private quarantine(line: SettleLine, error: unknown): void {
    this.quarantined += 1;
    const { requestId } = line.charge;
    this.logger.error({ cause: describeError(error), requestId }, 'a request cannot be booked and is not charged');
    this.underWay.delete(requestId);
    this.whenGivenUp(line);
    line.reject(new DomainError('internal_error', 'the ledger refused a charge', { cause: error }));
  }

  private expire(nowMs: number): void {
    for (const line of this.queue.splice(0)) {
      if (nowMs - line.sinceMs + this.times.pauseMs <= this.times.settleMs) {
        this.queue.push(line);
        continue;
      }
      this.waiting.delete(line.charge.requestId);
      if (this.doubts.length < DOUBTS_MAX) this.doubts.push(line);
      else this.whenGivenUp(line);
      line.reject(unavailable(line.charge.requestId));
    }
    if (this.doubts.length > 0) this.whenInDoubt();
  }
}

/** What goes back together with each charge, hold by hold. */
function decideBacks(batch: readonly SettleLine[]): void {
  const nowMs = performance.now();
  const kept = new Map<Escrow, number>();
  for (const line of batch) {
    if (line.back !== undefined) continue;
    const { escrow } = line.hold;
    kept.set(escrow, line.decideBack(kept.get(escrow) ?? 0, nowMs));
  }
}
