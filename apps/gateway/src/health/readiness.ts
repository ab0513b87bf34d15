import { Injectable } from '@nestjs/common';
import { ChangeFeed } from '@tokenbay/platform';

/** Without Postgres for so long, a gateway is not ready. Its change feed hears from Postgres each second. */
const SILENCE_MS_MAX = 10_000;

/** Whether this process can admit requests. */
@Injectable()
export class Readiness {
  private isStopping = false;

  constructor(private readonly feed: ChangeFeed) {}

  /** True while Postgres was heard of within the last ten seconds, until the process is told to stop. */
  isReady(): boolean {
    return !this.isStopping && this.feed.heardWithin(SILENCE_MS_MAX);
  }

  /** Says from now on that this process is not ready, for whoever balances load to see before it stops listening. */
  stop(): void {
    this.isStopping = true;
  }
}
