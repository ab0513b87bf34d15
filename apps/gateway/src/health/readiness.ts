import { Injectable } from '@nestjs/common';
import { ChangeFeed } from '@tokenbay/platform';

/** Without Postgres for so long, a gateway is not ready. Its change feed hears from Postgres each second. */
const SILENCE_MS_MAX = 10_000;

/** Whether this process can admit requests. */
@Injectable()
export class Readiness {
  constructor(private readonly feed: ChangeFeed) {}

  /** True while Postgres was heard of within the last ten seconds. */
  isReady(): boolean {
    return this.feed.heardWithin(SILENCE_MS_MAX);
  }
}
