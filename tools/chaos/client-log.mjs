// @ts-check
import { appendFileSync } from 'node:fs';

/**
 * What a client knows of one of its requests. `mark` is in the body it sent, so that the upstream's log tells the same request.
 *
 * @typedef {{ mark: string, keyId: string, accountId: string, model: string, slot: number, isStream: boolean, sentAtMs: number }} Sent
 * @typedef {{ mark: string, end: import('./ask.mjs').End, requestId: string | null, status: number, code: string | null, isForeign: boolean,
 *   hasCanary: boolean, endedAtMs: number }} Ended
 */

/** The log of one client process: a line when a request is sent and one when it is over, on disk at once. */
export class ClientLog {
  /** @param {string} file @param {string} prefix of its marks, of no other process */
  constructor(file, prefix) {
    this.file = file;
    this.prefix = prefix;
    this.count = 0;
  }

  /** Notes a request that is about to be sent; answers its mark. @param {Omit<Sent, 'mark' | 'sentAtMs'>} sent */
  noteSent(sent) {
    const mark = `${this.prefix}-${(this.count += 1)}`;
    appendFileSync(this.file, `${JSON.stringify({ mark, ...sent, sentAtMs: Date.now() })}\n`);
    return mark;
  }

  /** Notes how it ended. @param {Ended} ended */
  noteEnded(ended) {
    appendFileSync(this.file, `${JSON.stringify(ended)}\n`);
  }
}
