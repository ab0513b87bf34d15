import { setTimeout as sleep } from 'node:timers/promises';
import type { Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { untilHolds } from '@tokenbay/testing';
import { Ear, hear } from '../../../test/http1/ear.js';
import { answerOf, type Arrived, RawUpstream } from '../../../test/http1/raw-upstream.js';
import { selfSigned } from '../../../test/self-signed.js';
import { Http1Pool } from './http1-pool.js';

const CREDENTIALS = selfSigned('localhost');
const GET = { method: 'GET', path: '/', headers: {}, body: undefined } as const;

describe.each([
  ['plain', undefined],
  ['TLS', CREDENTIALS],
])('connections of a pool, %s,', (_mode, credentials) => {
  const authorities = getCACertificates();
  let upstream: RawUpstream;
  let pool: Http1Pool;
  let arrived: Arrived[];

  /** Answers the requests in turn with these bytes, the last one again and again; then does what is asked. */
  async function open(answers: readonly string[], then?: (request: Arrived) => void): Promise<void> {
    arrived = [];
    upstream = await RawUpstream.open({
      credentials,
      onRequest: (request) => {
        const count = arrived.push(request);
        request.socket.write(answers[Math.min(count, answers.length) - 1]!);
        if (count === 1) then?.(request);
      },
    });
    pool = new Http1Pool(upstream.url, 5_000);
  }

  const setClock = (nowMs: number | undefined): void => {
    if (nowMs === undefined) Reflect.deleteProperty(performance, 'now');
    else performance.now = () => nowMs;
  };

  const connectionsUsed = (): number[] => arrived.map(({ connection }) => connection);

  beforeAll(() => setDefaultCACertificates([...authorities, CREDENTIALS.cert]));
  afterEach(async () => {
    setClock(undefined);
    pool.destroy();
    await upstream.close();
  });
  afterAll(() => setDefaultCACertificates(authorities));

  /** A request, and time for its connection to be kept. */
  async function ask(): Promise<string> {
    const ear = hear(pool, GET);
    const text = await ear.over;
    await sleep(20);
    expect(ear.strays).toEqual([]);
    return text;
  }

  it.each([
    ['a length', answerOf('a')],
    ['chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n'],
    ['no content', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['an answer of the meantime', `HTTP/1.1 100 Continue\r\n\r\n${answerOf('a')}`],
    ['HTTP/1.0 that says so', 'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n'],
  ])('are used again after %s', async (_name, answer) => {
    await open([answer]);
    for (let count = 0; count < 3; count += 1) await ask();
    expect(connectionsUsed()).toEqual([0, 0, 0]);
    expect(await upstream.count()).toBe(1);
  });

  it.each([
    ['an answer that closes', answerOf('a', 'connection: close\r\n')],
    ['an answer that forgets the connection at once', answerOf('a', 'keep-alive: timeout=1\r\n')],
    ['more than an answer', `${answerOf('a')}\r\n`],
    ['two answers', answerOf('a') + answerOf('b')],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n'],
    ['no content that says it has some', 'HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n'],
    ['what is no answer', 'HTTP/1.1 200 OK\r\na : b\r\n\r\n'],
  ])('are not used again after %s', async (_name, answer) => {
    await open([answer]);
    for (let count = 0; count < 3; count += 1) await ask();
    expect(connectionsUsed()).toEqual([0, 1, 2]);
    await untilHolds(async () => expect(await upstream.count()).toBe(0));
  });

  it('are not used again after an answer that ends with them', async () => {
    await open(['HTTP/1.1 200 OK\r\n\r\nabc'], ({ socket }) => socket.end());
    const again = new Promise<Ear>((resolve) => {
      hear(pool, GET, { end: () => resolve(hear(pool, GET)) });
    });
    const second = await again;
    await untilHolds(() => expect(connectionsUsed()).toEqual([0, 1]));
    second.wire!.abort(new Error('enough'));
    await second.over;
  });

  it.each<[string, (request: Arrived) => void]>([
    ['bytes that nobody asked for', ({ socket }) => setTimeout(() => socket.write(answerOf('smuggled')), 10)],
    ['its end', ({ socket }) => setTimeout(() => socket.end(), 10)],
    ['its end together with the answer', ({ socket }) => socket.end()],
    ['a reset', ({ connection }) => setTimeout(() => upstream.reset(connection), 10)],
  ])('that lie idle are given up at %s', async (_name, then) => {
    await open([answerOf('a'), answerOf('b')], then);
    await ask();
    await untilHolds(async () => expect(await upstream.count()).toBe(0));
    expect(await ask()).toBe('b');
    expect(connectionsUsed()).toEqual([0, 1]);
  });

  it('carry no answer into the place of the next, however its bytes are cut', async () => {
    // One read of a plain connection takes 65,536 bytes, one record of TLS 16,384.
    const head = answerOf('').replace('length: 0', 'length: 70000');
    for (const size of [65_536, 16_384, 32_768]) {
      const length = size - head.length;
      const first = head.replace('70000', String(length).padStart(5, '0')) + 'a'.repeat(length);
      await open([first + answerOf('smuggled'), answerOf('b')]);
      const texts: Promise<string>[] = [];
      const next = (): void => void texts.push(hear(pool, GET).over);
      const ear = hear(pool, GET, { end: () => (next(), process.nextTick(next), queueMicrotask(next)) });
      await ear.over;
      await untilHolds(() => expect(texts).toHaveLength(3));
      expect(await Promise.all(texts)).toEqual(['b', 'b', 'b']);
      pool.destroy();
      await upstream.close();
    }
    await open([answerOf('a')]);
  });

  it('are given out as the one used last', async () => {
    await open([answerOf('a')]);
    const [first, second] = [hear(pool, GET), hear(pool, GET)];
    await Promise.all([first.over, second.over]);
    await sleep(20);
    const last = connectionsUsed().at(-1);
    for (let count = 0; count < 3; count += 1) await ask();
    expect(connectionsUsed().slice(2)).toEqual([last, last, last]);
  });

  it('are not used again while a body is still being written', async () => {
    arrived = [];
    upstream = await RawUpstream.open({
      credentials,
      onSocket: (socket, connection) =>
        socket.once('data', () => {
          arrived.push({ path: '', head: '', body: Buffer.alloc(0), socket, connection });
          socket.pause();
          socket.write(answerOf('enough'));
        }),
    });
    pool = new Http1Pool(upstream.url, 5_000);
    const ear = hear(pool, { body: Buffer.alloc(64 * 1_048_576) });
    expect(await ear.over).toBe('enough');
    await sleep(20);
    expect(await hear(pool, GET).over).toBe('enough');
    expect(connectionsUsed()).toEqual([0, 1]);
  });

  it('are cut where they end before any byte of the answer, the first time and again', async () => {
    await open([answerOf('a')]);
    await ask();
    arrived[0]!.socket.removeAllListeners('data').once('data', () => arrived[0]!.socket.end());
    expect(await ask()).toBe('cut: closed before its end');
    expect(await upstream.count()).toBe(0);
  });

  it('are kept for a second less than the upstream says, and 30 s at most', async () => {
    await open([answerOf('a', 'keep-alive: timeout=5\r\n'), answerOf('a')]);
    const nowMs = Math.ceil(performance.now());
    setClock(nowMs);
    await ask();
    setClock(nowMs + 3_900);
    await ask();
    setClock(nowMs + 33_800);
    await ask();
    setClock(nowMs + 33_800 + 30_000);
    await ask();
    expect(connectionsUsed()).toEqual([0, 0, 0, 1]);
    setClock(undefined);
    pool.closeIdle(nowMs + 90_000);
    expect(connectionsUsed()).toHaveLength(4);
    await untilHolds(async () => expect(await upstream.count()).toBe(1));
    pool.closeIdle(nowMs + 100_000);
    await untilHolds(async () => expect(await upstream.count()).toBe(0));
  });

  it('carry one request alone where it is to be alone, and say so', async () => {
    await open([answerOf('a')]);
    await ask();
    const alone = new Ear();
    pool.dispatch(GET, alone, true);
    expect(await alone.over).toBe('a');
    await ask();
    expect(connectionsUsed()).toEqual([0, 1, 0]);
    expect(arrived.map(({ head }) => /connection: (.*)/.exec(head)?.[1])).toEqual([
      'keep-alive',
      'close',
      'keep-alive',
    ]);
    await untilHolds(async () => expect(await upstream.count()).toBe(1));
  });

  it('end with a pool that is closed, those under way when their answer has', async () => {
    await open([answerOf('a')]);
    await Promise.all([hear(pool, GET).over, hear(pool, GET).over]);
    await sleep(20);
    const running = hear(pool, GET);
    pool.close();
    expect(await running.over).toBe('a');
    await untilHolds(async () => expect(await upstream.count()).toBe(0));
  });

  it('are cut by a pool that is destroyed, which makes none any more', async () => {
    await open(['HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\na']);
    const ears = [hear(pool, GET), hear(pool, GET)];
    await untilHolds(() => expect(ears.map(({ bytes }) => bytes)).toEqual([1, 1]));
    const connecting = hear(pool, GET);
    pool.destroy();
    for (const { over } of [...ears, connecting]) expect(await over).toBe('aborted: the pool is closed');
    expect(() => hear(pool, GET)).toThrow('stopping');
    await untilHolds(async () => expect(await upstream.count()).toBe(0));
    expect(arrived).toHaveLength(2);
  });

  it('are as many as requests at a time, and no more after 10,000 of them', async () => {
    await open([answerOf('a')]);
    const { connections } = pool as unknown as { connections: Set<{ socket: Socket }> };
    const listenersOf = (socket: Socket): number =>
      socket.eventNames().reduce((sum, name) => sum + socket.listenerCount(name), 0);
    const held = (): number[] => Array.from(connections, ({ socket }) => listenersOf(socket));
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    await Promise.all(Array.from({ length: 20 }, ask));
    const before = { listeners: Math.max(...held()), timers: timers() };
    const lane = async (): Promise<void> => {
      for (let count = 0; count < 500; count += 1) await hear(pool, GET).over;
    };
    await Promise.all(Array.from({ length: 20 }, lane));
    expect(arrived).toHaveLength(10_020);
    // A TLS connection is kept a moment later than its answer is told.
    expect(upstream.sockets.length).toBeLessThanOrEqual(credentials ? 60 : 20);
    expect(connections.size).toBe(upstream.sockets.length);
    expect(Math.max(...held())).toBeLessThanOrEqual(before.listeners);
    expect(timers()).toBeLessThanOrEqual(before.timers);
    pool.close();
    await untilHolds(async () => expect(await upstream.count()).toBe(0));
    expect(connections.size).toBe(0);
  });
});

describe('a pool', () => {
  it('takes what stands in brackets for an address of IPv6', async () => {
    const pool = new Http1Pool(new URL('http://[::1]:1'), 20_000);
    // Nobody listens there, or there is no such network: either way no name was looked for.
    expect(await hear(pool, GET).over).toMatch(/^E(CONNREFUSED|ADDRNOTAVAIL|NETUNREACH|AFNOSUPPORT)$/);
    pool.destroy();
  });

  it('sends what is written in one go, however it is encoded', async () => {
    const arrived: Arrived[] = [];
    const upstream = await RawUpstream.open({
      onRequest: (request) => (arrived.push(request), request.socket.write(answerOf('a'))),
    });
    const pool = new Http1Pool(upstream.url, 5_000);
    for (const body of ['ascii', 'grüße', '\ud83d\ude00', '\ud800', '', Buffer.from([0, 255, 13, 10])])
      await hear(pool, { headers: { a: 'ä\xff' }, body }).over;
    expect(arrived.map(({ body }) => body.toString('utf8'))).toEqual([
      'ascii',
      'grüße',
      '\ud83d\ude00',
      '\ufffd',
      '',
      '\0\ufffd\r\n',
    ]);
    expect(new Set(arrived.map(({ head }) => /\r\na: (.*)/.exec(head)?.[1]))).toEqual(new Set(['ä\xff']));
    pool.destroy();
    await upstream.close();
  });
});
