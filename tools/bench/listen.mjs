// @ts-check
/** Listens to many streams at once, in a process of its own: `fork(listen.mjs)`, then one message with an {@link Audience}; it answers {@link Heard}. */
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { quantiles } from './statistics.mjs';

/**
 * @typedef {{ host: string, port: number, path: string, headers: Record<string, string>[], streams: number, body: object }} Audience
 * @typedef {{ complete: number, late: { p50: number, p99: number, max: number } }} Heard `late`: how much longer than the upstream's pause an event took, in milliseconds
 */

/** The pause of `bench-calm` between two events; what comes within half of it belongs to the event before. */
const PAUSE_MS = 1_000;
/** Opened so many a second, so that their events are spread over the pause. */
const OPENED_PER_MS = 0.5;

/** @param {Audience} audience @returns {Promise<Heard>} */
async function hear(audience) {
  /** @type {number[]} */
  const late = [];
  const heard = [];
  for (let index = 0; index < audience.streams; index += 1) {
    heard.push(hearOne(audience, index, late));
    await sleep(1 / OPENED_PER_MS);
  }
  const complete = (await Promise.all(heard)).filter(Boolean).length;
  const { p50, p99 } = quantiles(late);
  return { complete, late: { p50, p99, max: late.reduce((most, ms) => Math.max(most, ms), 0) } };
}

/** @param {Audience} audience @param {number} index @param {number[]} late @returns {Promise<boolean>} */
function hearOne({ host, port, path, headers, body }, index, late) {
  const text = JSON.stringify(body);
  const all = { 'content-type': 'application/json', ...headers[index % headers.length] };
  const localAddress = `127.0.0.${1 + (index % 250)}`;
  return new Promise((resolve) => {
    const outgoing = request(
      { host, port, path, localAddress, method: 'POST', headers: all, agent: false },
      (response) => {
        let lastMs = 0;
        let tail = '';
        response.setEncoding('latin1').on('data', (/** @type {string} */ chunk) => {
          const nowMs = performance.now();
          tail = (tail + chunk).slice(-32);
          // The tail waits for the finish, the usage and the charge, so its pause says nothing.
          const isDelta = !tail.includes('[DONE]');
          if (isDelta && lastMs > 0 && nowMs - lastMs > PAUSE_MS / 2) late.push(Math.max(0, nowMs - lastMs - PAUSE_MS));
          lastMs = nowMs;
        });
        response.on('close', () => resolve(tail.includes('[DONE]')));
      },
    );
    outgoing.on('error', () => resolve(false));
    outgoing.end(text);
  });
}

process.once('message', async (/** @type {Audience} */ audience) => {
  const heard = await hear(audience);
  process.send?.(heard, () => process.disconnect());
});
