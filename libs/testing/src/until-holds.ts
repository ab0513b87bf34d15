import { setTimeout as pause } from 'node:timers/promises';

/** Changes are seen in milliseconds, and within a second by contract; a busy machine is given more before it is doubted that they ever are. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 10;

/** Tries an expectation again and again; resolves to its value once it holds, and throws its last failure after ten seconds. */
export async function untilHolds<T>(expectation: () => T | Promise<T>): Promise<T> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await expectation();
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
      await pause(PAUSE_MS);
    }
  }
}
