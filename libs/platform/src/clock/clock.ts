import { Injectable } from '@nestjs/common';

/** The process's wall clock. Leases and budget windows are the database's business and never use it. */
export abstract class Clock {
  /** Milliseconds since the Unix epoch. */
  abstract nowMs(): number;
}

/** The real clock. */
@Injectable()
export class SystemClock extends Clock {
  nowMs(): number {
    return Date.now();
  }
}
