// @ts-check
/** The load generator, in a process of its own: `fork(load.mjs)`, then one message with a {@link Load}; it answers with a {@link LoadResult}. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from './connection.mjs';
import { quantiles } from './statistics.mjs';

const TICK_MS = 1;
const SETTLE_TIMEOUT_MS = 30_000;

/**
 * What to send. With `perSecond` requests fall due at that rate, whether or not answers come (open loop); without, every connection sends
 * its next request when it has its answer (closed loop).
 *
 * @typedef {{ host: string, port: number, path: string, headers: Record<string, string>[], body: object, connections: number,
 *   warmUpMs: number, durationMs: number, perSecond?: number | undefined }} Load `headers`: one set per connection, in turn
 *
 * @typedef {{ answered: number, failures: Record<string, number>, measured: number, refused: number, seconds: number,
 *   latency: import('./statistics.mjs').Quantiles, firstByte: import('./statistics.mjs').Quantiles, refusal: import('./statistics.mjs').Quantiles }} LoadResult
 *   `answered` is every 200 from first to last, `measured` and `refused` the 200s and the others within the measured time; times are milliseconds
 */

/** One run of a {@link Load}. */
class Run {
  /** @param {Load} load */
  constructor(load) {
    this.load = load;
    this.answered = 0;
    /** @type {Record<string, number>} */
    this.failures = {};
    /** @type {number[]} */
    this.latencies = [];
    /** @type {number[]} */
    this.firstBytes = [];
    /** @type {number[]} */
    this.refusals = [];
    /** @type {{ connection: Connection, request: Buffer, dueMs: number }[]} */
    this.lanes = [];
    /** @type {Run['lanes']} */
    this.free = [];
    /** @type {number[]} */
    this.due = [];
    this.isMeasuring = false;
    this.isOver = false;
  }

  async go() {
    await this.open();
    const pacer = this.load.perSecond === undefined ? undefined : this.pace(this.load.perSecond);
    if (!pacer) for (const lane of this.lanes) this.send(lane, performance.now());
    await sleep(this.load.warmUpMs);
    tell('begin');
    this.isMeasuring = true;
    const startMs = performance.now();
    await sleep(this.load.durationMs);
    this.isMeasuring = false;
    const seconds = (performance.now() - startMs) / 1000;
    tell('end');
    clearInterval(pacer);
    await this.settle();
    return this.result(seconds);
  }

  async open() {
    const { connections, host, port, headers } = this.load;
    for (let index = 0; index < connections; index += 1) {
      const localAddress = host === '127.0.0.1' ? `127.0.0.${1 + (index % 250)}` : undefined;
      /** @type {Run['lanes'][number]} */
      const lane = {
        connection: new Connection({ host, port, localAddress }, (answer) => this.take(lane, answer)),
        request: requestBytes(this.load, headers[index % headers.length] ?? {}),
        dueMs: 0,
      };
      await lane.connection.opened();
      this.lanes.push(lane);
      this.free.push(lane);
    }
  }

  /** Requests fall due evenly; one that finds no free connection waits, and its wait counts. @param {number} perSecond */
  pace(perSecond) {
    const startMs = performance.now();
    let sent = 0;
    return setInterval(() => {
      const nowMs = performance.now();
      for (const dueCount = ((nowMs - startMs) / 1000) * perSecond; sent < dueCount; sent += 1) this.due.push(nowMs);
      this.sendDue();
    }, TICK_MS);
  }

  sendDue() {
    while (this.due.length > 0 && this.free.length > 0) {
      const lane = /** @type {Run['lanes'][number]} */ (this.free.pop());
      this.send(lane, /** @type {number} */ (this.due.shift()));
    }
  }

  /** @param {Run['lanes'][number]} lane @param {number} dueMs */
  send(lane, dueMs) {
    lane.dueMs = dueMs;
    lane.connection.send(lane.request);
  }

  /** @param {Run['lanes'][number]} lane @param {import('./connection.mjs').Answer} answer */
  take(lane, { status, firstByteMs, endMs }) {
    if (status === 200) this.answered += 1;
    else this.failures[status] = (this.failures[status] ?? 0) + 1;
    if (status > 200 && this.isMeasuring) this.refusals.push(endMs - lane.dueMs);
    if (status === 200 && this.isMeasuring) {
      this.latencies.push(endMs - lane.dueMs);
      this.firstBytes.push(firstByteMs - lane.dueMs);
    }
    if (status === 0) return;
    if (this.load.perSecond !== undefined) {
      this.free.push(lane);
      if (!this.isOver) this.sendDue();
    } else if (!this.isOver) this.send(lane, endMs);
  }

  /** Whatever was sent is answered before the run ends, so that answers and charges can be compared. */
  async settle() {
    this.isOver = true;
    const untilMs = performance.now() + SETTLE_TIMEOUT_MS;
    while (this.lanes.some(({ connection }) => connection.isBusy) && performance.now() < untilMs) await sleep(20);
    for (const { connection } of this.lanes) connection.close();
  }

  /** @param {number} seconds @returns {LoadResult} */
  result(seconds) {
    const { answered, failures, latencies, firstBytes, refusals } = this;
    const [measured, refused] = [latencies.length, refusals.length];
    const times = { latency: quantiles(latencies), firstByte: quantiles(firstBytes), refusal: quantiles(refusals) };
    return { answered, failures, measured, refused, seconds, ...times };
  }
}

/** @param {Load} load @param {Record<string, string>} headers */
function requestBytes({ host, port, path, body }, headers) {
  const text = JSON.stringify(body);
  const all = { host: `${host}:${port}`, 'content-type': 'application/json', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\n${lines.join('')}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

/** Where the measured time begins and ends, on the clock that V8's profiles use too. @param {'begin' | 'end'} edge */
function tell(edge) {
  process.send?.({ edge, atUs: Number(process.hrtime.bigint() / 1000n) });
}

process.on('disconnect', () => process.exit(0));
process.once('message', async (/** @type {Load} */ load) => {
  const result = await new Run(load).go();
  process.send?.({ result }, () => process.disconnect());
});
