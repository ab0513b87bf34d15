import { setTimeout as sleep } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { untilHolds } from '@tokenbay/testing';
import { hear, type Reaction } from '../../../test/http1/ear.js';
import { answerOf, RawUpstream } from '../../../test/http1/raw-upstream.js';
import { selfSigned } from '../../../test/self-signed.js';
import { UpstreamError } from '../upstream-error.js';
import type { Wire } from './answer-listener.js';
import { Http1Pool } from './http1-pool.js';

const CREDENTIALS = selfSigned('localhost');
const OK = 'HTTP/1.1 200 OK\r\n';
const EVENTS = ['start', 'head', 'data'] as const;

describe.each([
  ['plain', undefined],
  ['TLS', CREDENTIALS],
])('an exchange, %s,', (_mode, credentials) => {
  const authorities = getCACertificates();
  let upstream: RawUpstream;
  let pool: Http1Pool;

  /** Answers each request with these parts, each in a write of its own; then does what is asked. */
  async function open(parts: readonly string[], then?: (connection: number) => unknown): Promise<void> {
    upstream = await RawUpstream.open({
      credentials,
      onRequest: async ({ socket, connection }) => {
        for (const part of parts) {
          socket.write(part, 'latin1');
          await sleep(5);
        }
        then?.(connection);
      },
    });
    pool = new Http1Pool(upstream.url, 5_000);
  }

  /** What a request comes to, and that nothing strange was told of it. */
  async function outcome(reaction?: Reaction): Promise<string> {
    const ear = hear(pool, {}, reaction);
    const text = await ear.over;
    await sleep(20);
    expect(ear.strays).toEqual([]);
    return text;
  }

  beforeAll(() => setDefaultCACertificates([...authorities, CREDENTIALS.cert]));
  afterEach(async () => {
    pool.destroy();
    await upstream.close();
  });
  afterAll(() => setDefaultCACertificates(authorities));

  it.each<[string, string[], string]>([
    ['of a length', [`${OK}content-length: 6\r\n\r\n`, 'abc', 'def'], 'abcdef'],
    ['in chunks', [`${OK}transfer-encoding: chunked\r\n`, '\r\n3\r', '\nabc\r\n3\r\nd', 'ef\r\n0\r\n\r\n'], 'abcdef'],
    ['after those of the meantime', ['HTTP/1.1 100 Continue\r\n\r\n', answerOf('a')], 'a'],
  ])('hands over an answer %s', async (_name, parts, text) => {
    await open(parts);
    expect(await outcome()).toBe(text);
  });

  it.each<[string, string, string]>([
    ['before the head', '', 'cut: closed before its end'],
    ['in the head', `${OK}content-`, 'cut: closed before its end'],
    ['in the body', `${OK}content-length: 5\r\n\r\nabc`, 'cut: closed before its end'],
    ['in a chunk', `${OK}transfer-encoding: chunked\r\n\r\n5\r\nabc`, 'cut: closed before its end'],
    ['before the last chunk', `${OK}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n`, 'cut: closed before its end'],
    ['after a body of no length', `${OK}\r\nabc`, 'abc'],
  ])('ends as it must where the upstream ends %s', async (_name, text, expected) => {
    await open([text], (connection) => upstream.sockets[connection]!.end());
    expect(await outcome()).toBe(expected);
  });

  it('is cut at once where the upstream ends, though it has not taken the request', async () => {
    upstream = await RawUpstream.open({ credentials, onSocket: (socket) => socket.pause().end() });
    pool = new Http1Pool(upstream.url, 5_000);
    const ear = hear(pool, { body: Buffer.alloc(64 * 1_048_576) });
    expect(await ear.over).toMatch(/^(cut: closed before its end|ECONNRESET|EPIPE)$/);
    expect(ear.strays).toEqual([]);
  });

  it.each([
    ['before the head', ''],
    ['in the body', `${OK}content-length: 5\r\n\r\nabc`],
    ['in a body of no length', `${OK}\r\nabc`],
  ])('is broken off where the upstream resets it %s', async (_name, text) => {
    await open([text], (connection) => upstream.reset(connection));
    expect(await outcome()).toBe('ECONNRESET');
  });

  it('is refused where the answer is none, and told so once', async () => {
    await open([`${OK}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n`, 'x\r\n']);
    const bytes: number[] = [];
    expect(await outcome({ error: (_wire, ear) => bytes.push(ear.bytes) })).toBe(
      'malformed: a chunk size that is none',
    );
    expect(bytes).toEqual([3]);
  });

  it.each(EVENTS)('ends at once when it is given up at its %s, whatever came with it', async (event) => {
    const body = `${OK}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n`;
    await open([`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\n\r\n${body}more`]);
    const reason = new UpstreamError('aborted', 'by a test');
    const events: string[] = [];
    const note = (name: string) => (wire: Wire) => {
      events.push(name);
      if (name === event) wire.abort(reason);
    };
    const reaction = Object.fromEntries([...EVENTS, 'end', 'error'].map((name) => [name, note(name)]));
    expect(await outcome(reaction)).toBe('aborted: by a test');
    expect(events.slice(events.indexOf(event))).toEqual([event, 'error']);
    await untilHolds(async () => expect(await upstream.count()).toBe(0));
  });

  it.each([
    ['before the head', ''],
    ['in the head', `${OK}content-`],
    ['in the body', `${OK}content-length: 5\r\n\r\nabc`],
  ])('ends when it is given up from outside %s', async (_name, text) => {
    await open([text]);
    const ear = hear(pool);
    await untilHolds(() => expect(upstream.sockets).toHaveLength(1));
    await sleep(20);
    ear.wire!.abort(new UpstreamError('aborted', 'by a test'));
    ear.wire!.abort(new UpstreamError('aborted', 'again'));
    expect(await ear.over).toBe('aborted: by a test');
    await untilHolds(async () => expect(await upstream.count()).toBe(0));
    expect(ear.strays).toEqual([]);
  });

  it('that is given up at its start sends nothing', async () => {
    const received: Buffer[] = [];
    upstream = await RawUpstream.open({
      credentials,
      onSocket: (socket) => socket.on('data', (bytes: Buffer) => received.push(bytes)),
    });
    pool = new Http1Pool(upstream.url, 5_000);
    await outcome({ start: (wire) => wire.abort(new Error('enough')) });
    await untilHolds(async () => expect(await upstream.count()).toBe(0));
    expect(received).toEqual([]);
  });

  it.each(EVENTS)(
    'whose listener fails at its %s ends with that, its connection too, and harms no other',
    async (event) => {
      await open([answerOf('abc')]);
      await outcome();
      const failure = new TypeError('a mistake of ours');
      const fail = (): void => {
        throw failure;
      };
      const errors: unknown[] = [];
      const said = await outcome({ [event]: fail, error: (_wire, { error }) => errors.push(error?.cause) });
      expect(said).toBe('aborted: its listener failed');
      expect(errors).toEqual([failure]);
      await untilHolds(async () => expect(await upstream.count()).toBe(0));
      expect(await outcome()).toBe('abc');
    },
  );

  it('may be followed by another on its connection as soon as its end is told', async () => {
    await open([answerOf('abc')]);
    const texts: Promise<string>[] = [];
    const lanes = Array.from({ length: 5 }, () => {
      let left = 20;
      const next = (): void => void (left-- > 0 && texts.push(hear(pool, {}, { end: next }).over));
      return next;
    });
    lanes.forEach((next) => next());
    await untilHolds(() => expect(texts).toHaveLength(100));
    expect(new Set(await Promise.all(texts))).toEqual(new Set(['abc']));
    if (!credentials) expect(upstream.sockets).toHaveLength(5);
  });
});
