/** The token by which the counter of parallel requests is injected. */
export const SEATS = Symbol('SEATS');

/** What came of asking for a seat. */
export interface SeatVerdict {
  readonly isAdmitted: boolean;
  /** Seats taken now, this one included. */
  readonly taken: number;
}

/** Counts what runs at the same time: a seat is taken before a request runs and left when it is over. */
export interface Seats {
  /** Takes a seat of the key if fewer than `limit` are taken. */
  enter(key: string, limit: number): SeatVerdict | Promise<SeatVerdict>;
  /** Leaves a seat that was taken, at once or soon; never fails. */
  leave(key: string): void;
}

/** The seats of one process, or of several that it decides for: each holder's seats can be cleared at once when it dies. */
export class MemorySeats {
  private readonly taken = new Map<string, number>();
  private readonly byHolder = new Map<number, Map<string, number>>();

  /** Takes a seat for a holder if fewer than `limit` are taken by all holders together. */
  enter(holder: number, key: string, limit: number): SeatVerdict {
    const taken = this.taken.get(key) ?? 0;
    if (taken >= limit) return { isAdmitted: false, taken };
    this.taken.set(key, taken + 1);
    const own = this.seatsOf(holder);
    own.set(key, (own.get(key) ?? 0) + 1);
    return { isAdmitted: true, taken: taken + 1 };
  }

  /** Leaves a seat of the holder; one that it does not have is nobody's. */
  leave(holder: number, key: string): void {
    const own = this.seatsOf(holder);
    if (!own.has(key)) return;
    lower(own, key, 1);
    lower(this.taken, key, 1);
  }

  /** Clears every seat of a holder that is gone. */
  clear(holder: number): void {
    for (const [key, count] of this.seatsOf(holder)) lower(this.taken, key, count);
    this.byHolder.delete(holder);
  }

  /** Seats taken now, by key. */
  get all(): ReadonlyMap<string, number> {
    return this.taken;
  }

  private seatsOf(holder: number): Map<string, number> {
    let own = this.byHolder.get(holder);
    if (!own) this.byHolder.set(holder, (own = new Map<string, number>()));
    return own;
  }
}

/** The seats of a process that decides alone. */
export class OwnSeats implements Seats {
  private readonly seats = new MemorySeats();

  enter(key: string, limit: number): SeatVerdict {
    return this.seats.enter(0, key, limit);
  }

  leave(key: string): void {
    this.seats.leave(0, key);
  }
}

function lower(counts: Map<string, number>, key: string, by: number): void {
  const left = (counts.get(key) ?? 0) - by;
  if (left > 0) counts.set(key, left);
  else counts.delete(key);
}
