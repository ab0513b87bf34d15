import { setTimeout as pause } from 'node:timers/promises';

const HOUR_MS = 3_600_000;
const MARGIN_MS = 60_000;

/** Waits out the last minute of an hour, for tests in which a period must not end by itself. */
export async function steerClearOfHour(): Promise<void> {
  const leftMs = HOUR_MS - (Date.now() % HOUR_MS);
  if (leftMs < MARGIN_MS) await pause(leftMs + 100);
}
