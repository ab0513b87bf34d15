import { ParallelLimiter } from '@tokenbay/limits';
import { DownloadSeats, DOWNLOADS_MAX, DOWNLOADS_PER_ACCOUNT_MAX } from './download-seats.js';

/** Counts as the seats of one process do. */
function newSeats(): { seats: DownloadSeats; taken: Map<string, number> } {
  const taken = new Map<string, number>();
  const store = {
    enter: (key: string, limit: number) => {
      const now = taken.get(key) ?? 0;
      if (now < limit) taken.set(key, now + 1);
      return { isAdmitted: now < limit, taken: Math.min(now + 1, limit) };
    },
    leave: (key: string) => void taken.set(key, (taken.get(key) ?? 0) - 1),
  };
  return { seats: new DownloadSeats(new ParallelLimiter(store)), taken };
}

/** Downloads that run until they are ended. */
class Downloads {
  private readonly ends: (() => void)[] = [];
  readonly running: Promise<void>[] = [];

  constructor(private readonly seats: DownloadSeats) {}

  begin(accountId: string, count: number): void {
    for (let index = 0; index < count; index += 1) {
      const download = new Promise<void>((resolve) => this.ends.push(resolve));
      this.running.push(this.seats.run(accountId, () => download));
    }
  }

  endOne(): void {
    this.ends.shift()?.();
  }
}

const nothing = (): Promise<void> => Promise.resolve();

describe('the seats of downloads', () => {
  it('are refused to an account that has all of its own, and to no other', async () => {
    const { seats } = newSeats();
    const downloads = new Downloads(seats);
    downloads.begin('1', DOWNLOADS_PER_ACCOUNT_MAX);
    await expect(seats.run('1', nothing)).rejects.toMatchObject({
      code: 'account_rate_limited',
      options: { retryAfterSeconds: 2 },
    });
    await expect(seats.run('2', nothing)).resolves.toBeUndefined();
    downloads.endOne();
    await downloads.running[0];
    await expect(seats.run('1', nothing)).resolves.toBeUndefined();
  });

  it('are refused to everybody where the process has as many as it may, and take nothing of the account then', async () => {
    const { seats, taken } = newSeats();
    const downloads = new Downloads(seats);
    for (let account = 0; account < DOWNLOADS_MAX / DOWNLOADS_PER_ACCOUNT_MAX; account += 1)
      downloads.begin(String(account), DOWNLOADS_PER_ACCOUNT_MAX);
    await expect(seats.run('new', nothing)).rejects.toMatchObject({
      code: 'system_overloaded',
      options: { retryAfterSeconds: 2 },
    });
    expect(taken.get('content-parallel:new')).toBe(0);
    downloads.endOne();
    await downloads.running[0];
    await expect(seats.run('new', nothing)).resolves.toBeUndefined();
  });

  it('are left by a download that fails', async () => {
    const { seats, taken } = newSeats();
    await expect(seats.run('1', () => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
    expect(taken.get('content-parallel:1')).toBe(0);
  });
});
