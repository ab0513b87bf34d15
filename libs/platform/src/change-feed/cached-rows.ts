import { DomainError } from '@tokenbay/errors';
import { LRUCache } from 'lru-cache';
import type { ChangeFeed } from './change-feed.js';

/** How rows are found and told apart. */
export interface CachedRowsSource<T> {
  /** The table whose changes drop rows; its trigger names the row's id. */
  readonly table: string;
  readonly sizeMax: number;
  /** Reads one row by what callers look for; null where there is none. */
  readonly load: (key: string) => Promise<T | null>;
  readonly idOf: (row: T) => string;
}

/** A feed silent for longer may have missed a change: rows are then read anew before they are believed. */
const SILENCE_MS_MAX = 3_000;
/** A database that has said nothing for so long counts as one that does not answer. */
const LOAD_TIMEOUT_MS = 2_000;
const ABSENT_MAX = 10_000;

/**
 * Rows of one table by key, kept within bounds, also those that are known not to exist. A changed row is dropped, and what was read
 * while a change arrived is never kept, so that nothing older than the last change heard of is ever answered.
 */
export class CachedRows<T extends object> {
  private readonly rows: LRUCache<string, T>;
  private readonly absent = new LRUCache<string, true>({ max: ABSENT_MAX });
  private readonly keysById = new Map<string, Set<string>>();
  private readonly loading = new Map<string, Promise<T | null>>();
  private generation = 0;

  constructor(
    private readonly feed: ChangeFeed,
    private readonly source: CachedRowsSource<T>,
  ) {
    this.rows = new LRUCache({ max: source.sizeMax, dispose: (row, key) => this.forgetKey(source.idOf(row), key) });
    feed.on(source.table, (id) => this.drop(id));
  }

  /** The row, at once where it is cached, null where there is none. Throws `ledger_unavailable` where it is not cached and the database does not answer. */
  get(key: string): T | null | Promise<T | null> {
    const known = this.peek(key);
    return known === undefined ? this.read(key) : known;
  }

  /** The row, or null, where either is known without reading; undefined where it must be read. */
  peek(key: string): T | null | undefined {
    if (!this.feed.isFresh(SILENCE_MS_MAX)) return undefined;
    return this.rows.get(key) ?? (this.absent.has(key) ? null : undefined);
  }

  private read(key: string): Promise<T | null> {
    const running = this.loading.get(key);
    if (running) return running;
    const generation = this.generation;
    const reading = withinTime(this.source.load(key)).then(
      (row) => {
        if (generation === this.generation) this.keep(key, row);
        return row;
      },
      (error: unknown) => {
        // Without Postgres nothing can be admitted anew, but what is known still refuses correctly.
        const known = this.rows.get(key);
        if (known) return known;
        throw new DomainError('ledger_unavailable', this.source.table, { cause: error });
      },
    );
    this.loading.set(key, reading);
    const forget = () => {
      if (this.loading.get(key) === reading) this.loading.delete(key);
    };
    reading.then(forget, forget);
    return reading;
  }

  private keep(key: string, row: T | null): void {
    if (!row) {
      this.absent.set(key, true);
      return;
    }
    this.rows.set(key, row);
    const id = this.source.idOf(row);
    const keys = this.keysById.get(id);
    if (keys) keys.add(key);
    else this.keysById.set(id, new Set([key]));
  }

  private drop(id: string): void {
    this.generation += 1;
    this.loading.clear();
    this.absent.clear();
    if (id === '*') this.rows.clear();
    else for (const key of [...(this.keysById.get(id) ?? [])]) this.rows.delete(key);
  }

  private forgetKey(id: string, key: string): void {
    const keys = this.keysById.get(id);
    keys?.delete(key);
    if (keys?.size === 0) this.keysById.delete(id);
  }
}

function withinTime<T>(loading: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${LOAD_TIMEOUT_MS} ms`)), LOAD_TIMEOUT_MS);
    loading.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}
