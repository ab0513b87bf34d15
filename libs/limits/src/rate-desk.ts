import type { MemoryRateStorage } from './memory-rate-storage.js';
import type { RateTake, RateVerdict } from './rate-storage.js';
import { MemorySeats, type SeatVerdict } from './seats.js';

/** One question of a worker, as it travels: short, since each request asks up to three. */
export type DeskAsk =
  | readonly ['take', kind: string, key: string, windowMs: number, limit: number, units: number, flags: DeskFlags]
  | readonly ['back', kind: string, key: string, units: number, atMs: number]
  | readonly ['enter', key: string, limit: number]
  | readonly ['leave', key: string];

/** The rarer parts of a take: consumed already, steps, penalty. */
type DeskFlags = readonly [isConsumed: 0 | 1, steps: number, blockMs: number];

/** The answer to each ask that has one: admitted, units or seats, milliseconds to the next, when it counts from. */
export type DeskAnswer = readonly [isAdmitted: 0 | 1, units: number, resetMs: number, atMs: number];

/** What a worker sends, and what it gets: all questions of one turn of its event loop together. */
interface DeskRequest {
  readonly rates: number;
  readonly asks: readonly DeskAsk[];
}
export interface DeskReply {
  readonly rates: number;
  readonly answers: readonly DeskAnswer[];
}

/** Where the primary process decides the rates of its workers: every worker's questions meet here, one after the other. */
export class RateDesk {
  private readonly seats = new MemorySeats();

  constructor(private readonly storage: MemoryRateStorage) {}

  /** Answers a worker's questions; undefined where the message is none. */
  answer(worker: number, message: unknown): DeskReply | undefined {
    if (!isDeskRequest(message)) return undefined;
    const answers: DeskAnswer[] = [];
    for (const ask of message.asks) {
      const answer = this.answerOne(worker, ask);
      if (answer) answers.push(answer);
    }
    return { rates: message.rates, answers };
  }

  /** Leaves the seats of a worker that is gone. */
  forget(worker: number): void {
    this.seats.clear(worker);
  }

  private answerOne(worker: number, ask: DeskAsk): DeskAnswer | undefined {
    switch (ask[0]) {
      case 'take':
        return toAnswer(this.storage.take(toTake(ask)));
      case 'back': {
        const [, kind, key, units, atMs] = ask;
        const take = { kind, key, units, windowMs: 0, limit: 0, isConsumed: false, steps: 1, blockMs: 0 };
        this.storage.giveBack(take, { isAdmitted: true, units, resetMs: 0, atMs });
        return undefined;
      }
      case 'enter':
        return toSeatAnswer(this.seats.enter(worker, ask[1], ask[2]));
      case 'leave':
        this.seats.leave(worker, ask[1]);
        return undefined;
    }
  }
}

function toTake([, kind, key, windowMs, limit, units, flags]: Extract<DeskAsk, { 0: 'take' }>): RateTake {
  const [isConsumed, steps, blockMs] = flags;
  return { kind, key, windowMs, limit, units, steps, blockMs, isConsumed: isConsumed === 1 };
}

function toAnswer({ isAdmitted, units, resetMs, atMs }: RateVerdict): DeskAnswer {
  return [isAdmitted ? 1 : 0, units, resetMs, atMs];
}

function toSeatAnswer({ isAdmitted, taken }: SeatVerdict): DeskAnswer {
  return [isAdmitted ? 1 : 0, taken, 0, 0];
}

function isDeskRequest(message: unknown): message is DeskRequest {
  return typeof message === 'object' && message !== null && 'rates' in message && 'asks' in message;
}
