import { createHash, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { untilHolds } from '@tokenbay/testing';
import { type Ear, hear } from '../../../test/http1/ear.js';
import { type Arrived, RawUpstream } from '../../../test/http1/raw-upstream.js';
import { selfSigned } from '../../../test/self-signed.js';
import { Http1Pool } from './http1-pool.js';

const CREDENTIALS = selfSigned('localhost');
const OK = 'HTTP/1.1 200 OK\r\n';
const MIB = 1_048_576;
/** What the buffers of the system and of both ends may hold on the way. */
const ON_THE_WAY_MAX = 24 * MIB;

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Writes this again and again, no faster than it is taken. */
async function writeMany(socket: Socket, bytes: Buffer, times: number): Promise<void> {
  let wake = (): void => undefined;
  const drained = (): void => wake();
  socket.on('drain', drained).on('close', drained);
  for (let count = 0; count < times && !socket.destroyed; count += 1)
    if (!socket.write(bytes)) await new Promise<void>((resolve) => (wake = resolve));
}

/** Takes what has waited, and then one part at a time. */
function takeOn(ear: Ear): void {
  ear.reaction.data = (wire) => {
    wire.pause();
    setImmediate(() => wire.paused && wire.resume());
  };
  ear.wire!.resume();
}

describe.each([
  ['plain', undefined],
  ['TLS', CREDENTIALS],
])('a body, %s,', (_mode, credentials) => {
  const authorities = getCACertificates();
  let upstream: RawUpstream;
  let pool: Http1Pool;

  async function open(onRequest: (request: Arrived) => unknown): Promise<void> {
    upstream = await RawUpstream.open({ credentials, onRequest });
    pool = new Http1Pool(upstream.url, 5_000);
  }

  beforeAll(() => setDefaultCACertificates([...authorities, CREDENTIALS.cert]));
  afterEach(async () => {
    pool.destroy();
    await upstream.close();
  });
  afterAll(() => setDefaultCACertificates(authorities));

  it.each([
    ['of a length', `${OK}content-length: ${64 * MIB}\r\n\r\n`, '', ''],
    ['in chunks', `${OK}transfer-encoding: chunked\r\n\r\n`, '100000\r\n', '\r\n'],
  ])('%s waits with the upstream while it is not taken, and is whole then', async (_name, head, before, after) => {
    const part = randomBytes(MIB);
    await open(async ({ socket }) => {
      socket.write(head);
      await writeMany(socket, Buffer.concat([Buffer.from(before), part, Buffer.from(after)]), 64);
      if (after) socket.write('0\r\n\r\n');
    });
    const ear = hear(pool, {}, { data: (wire) => wire.pause() });
    await untilHolds(() => expect(upstream.sockets[0]?.writableNeedDrain).toBe(true));
    await sleep(100);
    const [sent, taken] = [upstream.sockets[0]!.bytesWritten, ear.bytes];
    await sleep(100);
    expect(upstream.sockets[0]).toMatchObject({ bytesWritten: sent, writableNeedDrain: true });
    expect(ear.bytes).toBe(taken);
    expect(sent).toBeLessThan(ON_THE_WAY_MAX);
    expect(taken).toBeLessThanOrEqual(128 * 1024);
    takeOn(ear);
    await ear.over;
    expect(ear.bytes).toBe(64 * MIB);
    expect(digestOf(ear.body)).toBe(digestOf(Buffer.concat(Array<Buffer>(64).fill(part))));
    expect(ear.strays).toEqual([]);
  });

  it.each([
    ['of a length', `${OK}content-length: 300000\r\n\r\n${'a'.repeat(300_000)}`],
    ['in chunks', `${OK}transfer-encoding: chunked\r\n\r\n493e0\r\n${'a'.repeat(300_000)}\r\n0\r\n\r\n`],
    ['of no length', `${OK}\r\n${'a'.repeat(300_000)}`],
  ])('%s is whole where the upstream ends while it is not taken', async (_name, answer) => {
    await open(({ socket }) => socket.end(answer));
    const ear = hear(pool, {}, { data: (wire) => wire.pause() });
    await untilHolds(() => expect(ear.bytes).toBeGreaterThan(0));
    await sleep(50);
    expect(ear.bytes).toBeLessThan(300_000);
    takeOn(ear);
    expect(await ear.over).toBe('a'.repeat(300_000));
    expect(ear.strays).toEqual([]);
  });

  it('that is given up while it is not taken ends at once', async () => {
    await open(({ socket }) => writeMany(socket, Buffer.from(`${OK}\r\n${'a'.repeat(MIB)}`), 64));
    const ear = hear(pool, {}, { data: (wire) => wire.pause() });
    await untilHolds(() => expect(upstream.sockets[0]?.writableNeedDrain).toBe(true));
    const { bytes } = ear;
    ear.wire!.abort(new Error('enough'));
    expect(await ear.over).toBe('enough');
    await untilHolds(async () => expect(await upstream.count()).toBe(0));
    expect(ear.bytes).toBe(bytes);
    expect(ear.strays).toEqual([]);
  });

  it('leaves its connection taking the next, though it ended while nothing was to be taken', async () => {
    await open(({ socket }) => socket.write(`${OK}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`));
    for (let count = 0; count < 5; count += 1) {
      expect(await hear(pool, {}, { data: (wire) => wire.pause() }).over).toBe('abc');
      await sleep(10);
    }
    expect(upstream.sockets).toHaveLength(1);
  });

  it.each(['text', 'bytes'])('of megabytes is whole both ways: %s', async (kind) => {
    const bytes = kind === 'text' ? Buffer.from(randomBytes(8 * MIB).toString('base64')) : randomBytes(32 * MIB);
    const digests: string[] = [];
    await open(({ socket, body }) => {
      digests.push(digestOf(body));
      socket.write(`${OK}content-length: ${body.length}\r\n\r\n`);
      socket.write(body);
    });
    const ear = hear(pool, { body: kind === 'text' ? bytes.toString('latin1') : bytes });
    await ear.over;
    digests.push(digestOf(ear.body));
    expect(digests).toEqual([digestOf(bytes), digestOf(bytes)]);
  });

  it('never holds a byte of another, however many are under way, broken off or begun meanwhile', async () => {
    let turn = 0;
    await open(async ({ socket, path }) => {
      const mark = `${path.slice(1)}.`;
      const body = mark.repeat(1 + (Number(path.slice(1)) % 7) * 3_000);
      const isChunked = (turn += 1) % 2 === 0;
      const text = isChunked
        ? `${OK}transfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
        : `${OK}content-length: ${body.length}\r\n\r\n${body}`;
      const size = 1 + ((turn * 7_919) % 40_000);
      for (let at = 0; at < text.length; at += size) {
        if (turn % 3 === 0) await sleep(0);
        socket.write(text.slice(at, at + size));
      }
    });
    let number = 0;
    let broken = 0;
    const wrong: string[] = [];
    const lane = async (): Promise<void> => {
      for (let count = 0; count < 15; count += 1) {
        const id = (number += 1);
        const others: Ear[] = [];
        const ear = hear(
          pool,
          { path: `/${id}` },
          {
            data: (wire) => {
              // Sends, and breaks off, while another's bytes are being taken.
              if (id % 5 === 0) others.push(hear(pool, { path: `/${(number += 1)}`, body: 'x'.repeat(100_000) }));
              if (id % 5 === 0) others[0]!.wire?.abort(new Error('other'));
              if (id % 11 === 0) upstream.sockets[id % upstream.sockets.length]!.destroy();
              if (id % 7 === 0) wire.abort(new Error('own'));
            },
          },
        );
        const text = await ear.over;
        const whole = `${id}.`.repeat(1 + (id % 7) * 3_000);
        const taken = ear.body.toString('latin1');
        if (!whole.startsWith(taken) || (!ear.error && taken !== whole) || ear.strays.length > 0)
          wrong.push(`${id} ${text.slice(0, 40)}`);
        if (ear.error) broken += 1;
        others.forEach(({ wire }) => wire?.abort(new Error('over')));
      }
    };
    await Promise.all(Array.from({ length: 60 }, lane));
    expect(wrong).toEqual([]);
    expect(broken).toBeLessThan(number / 2);
  });
});
