import type { VideoPollPace } from '@tokenbay/providers';

const GROWTH = 1.4;
/** What is asked about at the same pace is not to be asked at the same moment. */
const JITTER = 0.2;
/** A provider that says when to come again is believed up to here. */
const WAIT_MS_MAX = 600_000;

/** When to ask for the first time, in milliseconds. */
export function firstPollMs({ firstMs }: VideoPollPace): number {
  return spread(firstMs);
}

/** When to ask after so many polls: ever more slowly, and not before the provider wants it, where it says. */
export function nextPollMs({ minMs, maxMs }: VideoPollPace, polls: number, retryAfterSeconds = 0): number {
  const paceMs = Math.min(minMs * GROWTH ** Math.max(polls - 1, 0), maxMs);
  return spread(Math.max(paceMs, Math.min(retryAfterSeconds * 1_000, WAIT_MS_MAX)));
}

function spread(ms: number): number {
  return Math.round(ms * (1 + JITTER * (Math.random() * 2 - 1)));
}
