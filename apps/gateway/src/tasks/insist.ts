import { setTimeout as pause } from 'node:timers/promises';
import { DomainError } from '@tokenbay/errors';

const FIRST_PAUSE_MS = 50;
const PAUSE_MS_MAX = 2_000;

/**
 * Does what must not be lost again until it is done, for so long: a sentence of the database that may be repeated. Throws
 * `ledger_unavailable`, not to be retried by the client, with the last failure.
 */
export async function insist<T>(work: () => Promise<T>, forMs: number): Promise<T> {
  const untilMs = performance.now() + forMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX)) {
    try {
      return await work();
    } catch (cause) {
      if (performance.now() + pauseMs > untilMs)
        throw new DomainError('ledger_unavailable', 'a task', { cause, shouldRetry: false });
      await pause(pauseMs);
    }
  }
}
