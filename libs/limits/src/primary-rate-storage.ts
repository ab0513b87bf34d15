import type { DeskClient } from './desk-client.js';
import {
  type RateRecord,
  type RateTake,
  type RateVerdict,
  type RevocableRateStorage,
  toRateRecord,
} from './rate-storage.js';
import type { Seats, SeatVerdict } from './seats.js';
import { SLOTS_MAX } from './sliding-window.js';

/** Counts in the memory of this machine's primary process, which its workers share. Rejects with `system_overloaded` where it is silent. */
export class PrimaryRateStorage implements RevocableRateStorage {
  constructor(private readonly desk: DeskClient) {}

  async take({ kind, key, windowMs, limit, units, isConsumed, steps, blockMs }: RateTake): Promise<RateVerdict> {
    const flags = [isConsumed ? 1 : 0, steps, blockMs] as const;
    const answer = await this.desk.ask(['take', kind, key, windowMs, limit, units, flags]);
    return { isAdmitted: answer[0] === 1, units: answer[1], resetMs: answer[2], atMs: answer[3] };
  }

  giveBack({ kind, key, units }: RateTake, { atMs }: RateVerdict): void {
    this.desk.tell(['back', kind, key, units, atMs]);
  }

  async increment(key: string, windowMs: number, limit: number, blockMs: number, kind: string): Promise<RateRecord> {
    const take = { kind, key, windowMs, limit, blockMs, units: 1, isConsumed: false, steps: SLOTS_MAX };
    return toRateRecord(await this.take(take), limit);
  }
}

/** Seats counted by the primary process, which clears those of a worker that dies. */
export class PrimarySeats implements Seats {
  constructor(private readonly desk: DeskClient) {}

  async enter(key: string, limit: number): Promise<SeatVerdict> {
    const [isAdmitted, taken] = await this.desk.ask(['enter', key, limit]);
    return { isAdmitted: isAdmitted === 1, taken };
  }

  leave(key: string): void {
    this.desk.tell(['leave', key]);
  }
}
