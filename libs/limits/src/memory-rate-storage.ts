import { Clock } from '@tokenbay/platform';
import { LRUCache } from 'lru-cache';
import {
  type RateRecord,
  type RateTake,
  type RateVerdict,
  type RevocableRateStorage,
  toRateRecord,
} from './rate-storage.js';
import { SLOTS_MAX, SlidingWindow } from './sliding-window.js';

/** How much one storage may remember, for each kind of key. */
export interface MemoryBounds {
  readonly keysMax: number;
  /** Slots of 16 bytes over all keys of a kind; two million are 32 MB. */
  readonly slotsMax: number;
}

const DEFAULT_BOUNDS: MemoryBounds = { keysMax: 100_000, slotsMax: 2_000_000 };

/**
 * A sliding window per key in this process's memory. Never are more than `limit` units of a key admitted within `ttlMs`, wherever that
 * stretch begins; a refused unit is not counted. Past the bounds the key that was not asked for longest is forgotten, one kind of key never
 * at another's expense.
 */
export class MemoryRateStorage implements RevocableRateStorage {
  private readonly kinds = new Map<string, Shelf>();

  constructor(
    private readonly clock: Clock,
    private readonly bounds: MemoryBounds = DEFAULT_BOUNDS,
  ) {}

  take(take: RateTake): RateVerdict {
    const { key, windowMs, limit, units, isConsumed, blockMs } = take;
    const nowMs = this.clock.nowMs();
    const shelf = this.shelfOf(take.kind);
    const window = shelf.take(key, nowMs, windowMs);
    const isAdmitted = isConsumed || (window.blockedUntilMs <= nowMs && window.units < limit);
    let atMs = 0;
    if (isAdmitted && units > 0) {
      const { capacity } = window;
      atMs = window.add(nowMs, take);
      if (window.capacity !== capacity) shelf.grew(window.capacity - capacity);
    } else if (!isAdmitted && blockMs > 0 && window.blockedUntilMs <= nowMs) {
      window.blockedUntilMs = nowMs + blockMs;
    }
    const untilFreeMs = window.waitMs(nowMs, windowMs, Math.min(window.units, limit));
    return { isAdmitted, units: window.units, resetMs: Math.max(untilFreeMs, window.blockedUntilMs - nowMs), atMs };
  }

  giveBack({ kind, key, units }: RateTake, { atMs }: RateVerdict): void {
    this.shelfOf(kind).find(key)?.remove(atMs, units);
  }

  increment(key: string, windowMs: number, limit: number, blockMs: number, kind: string): Promise<RateRecord> {
    const take = { kind, key, windowMs, limit, blockMs, units: 1, isConsumed: false, steps: SLOTS_MAX };
    return Promise.resolve(toRateRecord(this.take(take), limit));
  }

  /** Keys and slots now held, over all kinds. */
  get size(): { keys: number; slots: number } {
    const shelves = [...this.kinds.values()];
    return {
      keys: shelves.reduce((sum, shelf) => sum + shelf.keys, 0),
      slots: shelves.reduce((sum, shelf) => sum + shelf.slots, 0),
    };
  }

  private shelfOf(kind: string): Shelf {
    let shelf = this.kinds.get(kind);
    if (shelf === undefined) this.kinds.set(kind, (shelf = new Shelf(this.bounds)));
    return shelf;
  }
}

/** Keys looked at for having run out, each time a new key comes: more than one, so that idle keys go faster than new ones come. */
const SPENT_LOOKED_AT = 2;

/** The windows of one kind of key, least recently asked for first. */
class Shelf {
  private readonly windows: LRUCache<string, SlidingWindow>;
  slots = 0;

  constructor(private readonly bounds: MemoryBounds) {
    const dispose = (window: SlidingWindow) => void (this.slots -= window.capacity);
    this.windows = new LRUCache({ max: bounds.keysMax, dispose });
  }

  get keys(): number {
    return this.windows.size;
  }

  /** The key's window as it was left, without making it recent. */
  find(key: string): SlidingWindow | undefined {
    return this.windows.peek(key);
  }

  /** The key's window as of now, a new one where there is none; it becomes the most recent. */
  take(key: string, nowMs: number, ttlMs: number): SlidingWindow {
    const window = this.windows.get(key) ?? this.create(key, nowMs);
    window.advance(nowMs, ttlMs);
    return window;
  }

  /** Accounts for memory that a window took; makes room where that was too much. */
  grew(slots: number): void {
    this.slots += slots;
    while (this.slots > this.bounds.slotsMax && this.windows.size > 1) this.windows.pop();
  }

  private create(key: string, nowMs: number): SlidingWindow {
    for (let looked = 0; looked < SPENT_LOOKED_AT && this.isOldestSpent(nowMs); looked += 1) this.windows.pop();
    const window = new SlidingWindow();
    this.windows.set(key, window);
    this.grew(window.capacity);
    return window;
  }

  private isOldestSpent(nowMs: number): boolean {
    for (const window of this.windows.rvalues()) return window?.isSpent(nowMs) ?? false;
    return false;
  }
}
