import { setTimeout as sleep } from 'node:timers/promises';
import { Roster } from '@tokenbay/platform';
import { UpstreamCall } from './upstream-call.js';

const LIMITS = { connectTimeoutMs: 100, firstByteTimeoutMs: 400, idleTimeoutMs: 400, totalTimeoutMs: 5_000 };

function begin(): { call: UpstreamCall; outcome: Promise<string>; atMs: (ms: number) => number } {
  const call = new UpstreamCall(LIMITS, new Roster());
  const startedAtMs = performance.now();
  const outcome = call.started.then(
    () => 'begun',
    (error: unknown) => (error as Error).message,
  );
  return { call, outcome, atMs: (ms) => startedAtMs + ms };
}

describe('a call to an upstream', () => {
  it('is over when its first byte is due and has not come', async () => {
    const { call, outcome, atMs } = begin();
    call.expire(atMs(450));
    call.expire(atMs(600));
    expect(await outcome).toBe('timeout: no first byte');
  });

  it('is not blamed for the time in which this process was too busy to hear of it', async () => {
    const { call, outcome, atMs } = begin();
    call.postpone(1_000);
    call.expire(atMs(1_400));
    call.expire(atMs(1_600));
    expect(await outcome).toBe('timeout: no first byte');
    const busy = begin();
    busy.call.postpone(1_000);
    busy.call.expire(busy.atMs(1_400));
    expect(await Promise.race([busy.outcome, Promise.resolve('waiting')])).toBe('waiting');
    busy.call.abort();
    await busy.outcome;
  });

  it('as a whole gets no longer for that', async () => {
    const { call, outcome, atMs } = begin();
    call.postpone(60_000);
    call.expire(atMs(5_100));
    expect(await outcome).toBe('timeout: no first byte');
  });
});

describe('a call that no connection stood for', () => {
  it.each([
    ['ECONNREFUSED', 'connect'],
    ['ENOTFOUND', 'connect'],
    ['ETIMEDOUT', 'connect_timeout'],
    ['EMFILE', 'exhausted'],
    ['ENFILE', 'exhausted'],
  ])('after %s is told as %s', async (code, kind) => {
    const { call, outcome } = begin();
    call.onResponseError(undefined, Object.assign(new Error('fake'), { code }));
    expect(await outcome).toBe(`${kind}: ${code}`);
  });
});

describe('a call whose total time is over', () => {
  const head = { abort: () => undefined, pause: () => undefined, resume: () => undefined, paused: false };
  const controller = head as unknown as Parameters<UpstreamCall['onRequestStart']>[0];

  /** One that answers, and whose consumer keeps each chunk for so long. */
  async function consumed(holdMs: number): Promise<string> {
    const call = new UpstreamCall({ ...LIMITS, totalTimeoutMs: 200 }, new Roster());
    call.onRequestStart(controller);
    call.onResponseStart(controller, 200, {});
    const over = call
      .consume(() => (holdMs > 0 ? sleep(holdMs) : Promise.resolve()))
      .catch((error: unknown) => (error as Error).message);
    const endsAtMs = performance.now() + 250;
    while (performance.now() < endsAtMs) {
      call.onResponseData(controller, Buffer.from('some'));
      await sleep(20);
    }
    call.expire(performance.now());
    return (await over) ?? 'over';
  }

  it('was cut short by its client where that took most of it', async () => {
    expect(await consumed(60)).toBe('abandoned: its client is too slow');
  });

  it('took too long by itself where its client was quick, however busy that is at the moment', async () => {
    expect(await consumed(0)).toBe('timeout: silent or too long');
  });
});

describe('a body that is read whole', () => {
  const wire = { abort: () => undefined, pause: () => undefined, resume: () => undefined, paused: false };

  it('keeps few chunks at a time, however small they come, and all their bytes in order', async () => {
    const call = new UpstreamCall(LIMITS, new Roster());
    call.onRequestStart(wire);
    call.onResponseStart(wire, 200, {});
    const joined: number[] = [];
    const concat = Buffer.concat.bind(Buffer);
    let copied = 0;
    Buffer.concat = (chunks) => {
      const bytes = concat(chunks);
      joined.push(chunks.length);
      copied += bytes.length;
      return bytes;
    };
    const whole = Promise.resolve(call.readAll(1_000_000));
    for (let count = 0; count < 100_000; count += 1) call.onResponseData(wire, Buffer.of(count & 255));
    call.onResponseEnd();
    const bytes = await whole.finally(() => (Buffer.concat = concat));
    expect(bytes).toHaveLength(100_000);
    expect(bytes.every((byte, at) => byte === (at & 255))).toBe(true);
    expect(copied).toBeLessThanOrEqual(200_000);
    expect(Math.max(...joined)).toBeLessThanOrEqual(1_024 + 100_000 / 1_024);
  });

  it.each([1, 1_023, 1_024, 1_025, 3_000])('is whole in %i chunks', async (count) => {
    const call = new UpstreamCall(LIMITS, new Roster());
    call.onRequestStart(wire);
    call.onResponseStart(wire, 200, {});
    const whole = Promise.resolve(call.readAll(count * 4));
    const chunks = Array.from({ length: count }, (_, index) => Buffer.from(String(index).padStart(4)));
    chunks.forEach((chunk) => call.onResponseData(wire, chunk));
    call.onResponseEnd();
    expect((await whole).equals(Buffer.concat(chunks))).toBe(true);
  });

  it('is refused at the first byte too many', async () => {
    const call = new UpstreamCall(LIMITS, new Roster());
    call.onRequestStart(wire);
    call.onResponseStart(wire, 200, {});
    const whole = Promise.resolve(call.readAll(2_000)).catch((error: unknown) => (error as Error).message);
    for (let count = 0; count < 2_001; count += 1) call.onResponseData(wire, Buffer.of(1));
    expect(await whole).toBe('too_large: body over 2000 bytes');
  });
});
