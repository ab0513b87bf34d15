import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { untilHolds } from '@tokenbay/testing';
import { hear } from '../../../test/http1/ear.js';
import { answerOf, RawUpstream } from '../../../test/http1/raw-upstream.js';
import { selfSigned } from '../../../test/self-signed.js';
import { UpstreamClient } from '../upstream.client.js';
import type { UpstreamError } from '../upstream-error.js';
import { Http1Pool } from './http1-pool.js';

const CREDENTIALS = selfSigned('localhost');
const STRANGER = selfSigned('localhost');
const ELSEWHERE = selfSigned('elsewhere.example');
const LIMITS = { connectTimeoutMs: 20_000, firstByteTimeoutMs: 20_000, idleTimeoutMs: 20_000, totalTimeoutMs: 20_000 };

describe('connecting', () => {
  const authorities = getCACertificates();
  const closing: (() => unknown)[] = [];
  const client = new UpstreamClient();

  /** How a call to this base URL fails. */
  async function kindOf(baseUrl: string, limits = LIMITS): Promise<string> {
    const call = client.send({ baseUrl, path: '/', headers: {}, body: '{}', limits });
    return call.started.then(
      () => 'begun',
      (error: unknown) => (error as UpstreamError).kind,
    );
  }

  /** A server that does this with each connection. */
  async function listen(onSocket: (socket: Socket) => void): Promise<number> {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      onSocket(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => {
      sockets.forEach((socket) => socket.destroy());
      server.close();
    });
    return (server.address() as AddressInfo).port;
  }

  beforeAll(() => setDefaultCACertificates([...authorities, CREDENTIALS.cert, ELSEWHERE.cert]));
  afterEach(() => closing.splice(0).forEach((close) => void close()));
  afterAll(() => {
    setDefaultCACertificates(authorities);
    client.onApplicationShutdown();
  });

  it.each(['http', 'https'])('fails as not sent where nobody listens or no such name is known: %s', async (scheme) => {
    const port = await listen(() => undefined);
    closing.splice(0).forEach((close) => void close());
    expect(await kindOf(`${scheme}://127.0.0.1:${port}`)).toBe('connect');
    expect(await kindOf(`${scheme}://localhost:${port}`)).toBe('connect');
    expect(await kindOf(`${scheme}://nowhere.invalid:${port}`)).toBe('connect');
    expect(await kindOf(`${scheme}://127.0.0.1:0`)).toBe('connect');
  });

  it('fails as late where the handshake does not end in time', async () => {
    const port = await listen(() => undefined);
    expect(await kindOf(`https://localhost:${port}`, { ...LIMITS, connectTimeoutMs: 200 })).toBe('connect_timeout');
  });

  it('is not late where this process was too busy to hear that it was in time', async () => {
    const port = await listen((socket) => socket.once('data', () => socket.write('HTTP/1.1 204 No Content\r\n\r\n')));
    const kind = kindOf(`http://127.0.0.1:${port}`, { ...LIMITS, connectTimeoutMs: 100 });
    await new Promise<void>((resolve) => process.nextTick(resolve));
    for (const untilMs = performance.now() + 300; performance.now() < untilMs;);
    expect(await kind).toBe('begun');
  });

  it.each<[string, (socket: Socket) => void]>([
    ['does not speak TLS', (socket) => socket.once('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))],
    ['ends in the handshake', (socket) => socket.once('data', () => socket.end())],
    ['resets in the handshake', (socket) => socket.once('data', () => socket.resetAndDestroy())],
    ['ends at once', (socket) => socket.end()],
  ])('fails as not sent where the upstream %s', async (_name, onSocket) => {
    const port = await listen(onSocket);
    expect(await kindOf(`https://localhost:${port}`)).toBe('connect');
  });

  it.each([
    ['nobody vouches for', STRANGER],
    ['is for another name', ELSEWHERE],
  ])(
    'fails as not sent where the certificate is one that %s, and again where a session could be taken up',
    async (_name, credentials) => {
      const arrived: unknown[] = [];
      for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
        const server = createTlsServer({ ...credentials, maxVersion }, (socket) => {
          socket.on('error', () => undefined).on('data', (bytes) => arrived.push(bytes));
        });
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        const { port } = server.address() as AddressInfo;
        for (let count = 0; count < 3; count += 1) expect(await kindOf(`https://localhost:${port}`)).toBe('connect');
        server.close();
      }
      expect(arrived).toEqual([]);
    },
  );

  it('fails as not sent where the upstream speaks nothing but HTTP/2', async () => {
    const server = createTlsServer({ ...CREDENTIALS, ALPNProtocols: ['h2'] });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => server.close());
    expect(await kindOf(`https://localhost:${(server.address() as AddressInfo).port}`)).toBe('connect');
  });

  it('takes up the session of the last connection, and forgets it where it does not get through', async () => {
    const reused: boolean[] = [];
    let breaks = false;
    const upstream = await RawUpstream.open({
      credentials: CREDENTIALS,
      onRequest: ({ socket }) => {
        reused.push((socket as TLSSocket).isSessionReused());
        socket.write(answerOf('a', 'connection: close\r\n'));
      },
      onCarrier: (socket) => breaks && setImmediate(() => socket.resetAndDestroy()),
    });
    const pool = new Http1Pool(upstream.url, 5_000);
    closing.push(
      () => pool.destroy(),
      () => upstream.close(),
    );
    for (let count = 0; count < 3; count += 1) await hear(pool).over;
    breaks = true;
    expect(await hear(pool).over).toBe('ECONNRESET');
    breaks = false;
    for (let count = 0; count < 2; count += 1) await hear(pool).over;
    expect(reused).toEqual([false, true, true, false, true]);
  });

  it('leaves nothing behind where it is given up before it is there', async () => {
    const sockets: Socket[] = [];
    const port = await listen((socket) => void sockets.push(socket.resume()));
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const pool = new Http1Pool(new URL(`https://localhost:${port}`), 60_000);
    const ear = hear(pool);
    expect(timers()).toBe(before + 1);
    await untilHolds(() => expect(sockets).toHaveLength(1));
    const closed = new Promise((resolve) => sockets[0]!.once('close', resolve));
    pool.destroy();
    expect(await ear.over).toBe('aborted: the pool is closed');
    await closed;
    expect(ear.strays).toEqual([]);
    expect(ear.wire).toBeUndefined();
    expect(timers()).toBeLessThanOrEqual(before);
  });
});
