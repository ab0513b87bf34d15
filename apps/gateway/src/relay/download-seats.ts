import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { ParallelLimiter, type SeatKey } from '@tokenbay/limits';

/** Downloads that run at the same time: of one account, however many gateways serve it, and through one process. */
export const DOWNLOADS_PER_ACCOUNT_MAX = 32;
export const DOWNLOADS_MAX = 256;
/** Nobody knows when a download will be over. */
const RETRY_SECONDS = 2;

/** Bounds how many downloads run at the same time: each holds two connections for as long as its client takes. */
@Injectable()
export class DownloadSeats {
  private running = 0;

  constructor(private readonly parallel: ParallelLimiter) {}

  /**
   * Runs one download of an account. Rejects with `account_rate_limited` where the account has as many as it may, and with
   * `system_overloaded` where this process has.
   */
  async run(accountId: string, download: () => Promise<void>): Promise<void> {
    const seat: SeatKey = `content-parallel:${accountId}`;
    if (!(await this.parallel.enter(seat, DOWNLOADS_PER_ACCOUNT_MAX))) throw tooMany();
    try {
      await this.runSeated(download);
    } finally {
      this.parallel.leave(seat);
    }
  }

  private async runSeated(download: () => Promise<void>): Promise<void> {
    if (this.running >= DOWNLOADS_MAX)
      throw new DomainError('system_overloaded', 'downloads', { retryAfterSeconds: RETRY_SECONDS });
    this.running += 1;
    try {
      await download();
    } finally {
      this.running -= 1;
    }
  }
}

function tooMany(): DomainError {
  const message = 'The account has as many downloads running as it may.';
  return new DomainError('account_rate_limited', 'downloads', { message, retryAfterSeconds: RETRY_SECONDS });
}
