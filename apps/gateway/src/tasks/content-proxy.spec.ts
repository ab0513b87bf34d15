import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { ContentHarness, ResultServer, ScriptedDialer, serveRange } from '../../test/content-harness.js';

const CONTENT = randomBytes(300_000);

describe('the content proxy', () => {
  const server = new ResultServer();
  let harness: ContentHarness;

  beforeAll(async () => {
    await server.start();
    harness = new ContentHarness(new ScriptedDialer(), [server.host]);
    await harness.start();
  });
  beforeEach(() => {
    server.requests.length = 0;
    server.cut = 0;
    server.answer = (request, response) => serveRange(CONTENT, request, response);
    harness.source = { url: `http://${server.host}/video.mp4?signature=a%2Fb` };
  });
  afterAll(async () => {
    await harness.stop();
    await server.stop();
  });

  const ask = async (headers: Record<string, string> = {}, method = 'GET') => {
    const response = await fetch(harness.url, { method, headers });
    return { response, body: Buffer.from(await response.arrayBuffer()) };
  };

  it('hands a whole result through, and says that nobody may keep it', async () => {
    const { response, body } = await ask();
    expect(response.status).toBe(200);
    expect(body.equals(CONTENT)).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      ...{
        'content-type': 'video/mp4',
        'content-length': String(CONTENT.length),
        'accept-ranges': 'bytes',
        etag: '"v1"',
      },
      ...{ 'cache-control': 'private, no-store', 'x-content-type-options': 'nosniff' },
    });
    expect(server.requests[0]?.url).toBe('/video.mp4?signature=a%2Fb');
  });

  it.each([
    ['bytes=0-99', 206, `bytes 0-99/${CONTENT.length}`, CONTENT.subarray(0, 100)],
    ['bytes=299990-', 206, `bytes 299990-299999/${CONTENT.length}`, CONTENT.subarray(299_990)],
    ['bytes=300000-', 416, `bytes */${CONTENT.length}`, Buffer.alloc(0)],
  ])('hands the range %s through as %i', async (range, status, contentRange, part) => {
    const { response, body } = await ask({ range });
    expect([response.status, response.headers.get('content-range')]).toEqual([status, contentRange]);
    expect(response.headers.get('x-should-retry')).toBe(status === 416 ? 'false' : null);
    expect(body.equals(part)).toBe(true);
  });

  it('answers HEAD as GET without the content, and lets go of it', async () => {
    const { response, body } = await ask({}, 'HEAD');
    expect([response.status, body.length]).toEqual([200, 0]);
    expect(response.headers.get('content-length')).toBe(String(CONTENT.length));
    const part = await ask({ range: 'bytes=5-9' }, 'HEAD');
    expect([part.response.status, part.response.headers.get('content-length')]).toEqual([206, '5']);
    expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });

  it('hands conditions through, and what they come to', async () => {
    server.answer = ({ headers }, response) => {
      response.writeHead(headers['if-none-match'] === '"v1"' ? 304 : 200, { etag: '"v1"' }).end();
    };
    const { response } = await ask({ 'if-none-match': '"v1"', 'if-range': '"v1"', range: 'bytes=0-1' });
    expect([response.status, response.headers.get('etag')]).toEqual([304, '"v1"']);
    expect(server.requests[0]?.headers).toMatchObject({
      'if-none-match': '"v1"',
      'if-range': '"v1"',
      range: 'bytes=0-1',
    });
  });

  it("shows no header of the client's elsewhere, and none of elsewhere's to the client, but those of content", async () => {
    const theirs = {
      'set-cookie': 'a=b',
      server: 'inside-7',
      'x-amz-id-2': 'host',
      'access-control-allow-origin': '*',
    };
    server.answer = (_request, response) =>
      void response.writeHead(200, { ...theirs, 'content-type': 'image/svg+xml' }).end('<svg/>');
    const { response } = await ask({ authorization: 'Bearer sk-fake', cookie: 'c=d', 'x-forwarded-for': '1.2.3.4' });
    const { connection, ...asked } = server.requests[0]?.headers ?? {};
    expect([connection, asked]).toEqual([
      'close',
      { host: server.host, accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'tokenbay-gateway' },
    ]);
    for (const name of Object.keys(theirs)) expect(response.headers.get(name)).toBeNull();
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
  });

  it.each([
    [500, true],
    [503, true],
    [400, false],
    [429, false],
    [204, false],
    [206, false],
    [304, false],
    [416, false],
  ])('takes an answer of %i for a failure, worth repeating: %s', async (status, worth) => {
    server.answer = (_request, response) => void response.writeHead(status).end(status === 400 ? 'secret' : undefined);
    expect(await harness.fetchCode(harness.source)).toBe(`502 content_fetch_failed ${worth}`);
  });

  it('takes a page, a broken answer and a closed door for failures', async () => {
    server.answer = (_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>');
    expect(await harness.fetchCode(harness.source)).toBe('502 content_fetch_failed false');
    server.answer = ({ socket }) => void socket.end('HTTP/1.1 twohundred\r\n\r\n');
    expect(await harness.fetchCode(harness.source)).toBe('502 content_fetch_failed false');
    server.answer = ({ socket }) => void socket.destroy();
    expect(await harness.fetchCode(harness.source)).toBe('502 content_fetch_failed true');
    const closed = { url: 'http://127.0.0.1:9/', isChannelUrl: true };
    const credential = { origin: 'http://127.0.0.1:9', headers: {} };
    expect(await harness.fetchCode({ ...closed, credential })).toBe('502 content_fetch_failed true');
  });

  it('asks for an expired URL once more, and not twice', async () => {
    server.answer = (request, response) => {
      if (request.url === '/fresh') serveRange(CONTENT, request, response);
      else response.writeHead(403).end();
    };
    let renewals = 0;
    const to = (path: string | null) => async () => {
      renewals += 1;
      return path === null ? null : { url: `http://${server.host}${path}`, onExpired: to(path) };
    };
    harness.source = { url: `http://${server.host}/stale`, onExpired: to('/fresh') };
    expect((await ask()).body.equals(CONTENT)).toBe(true);
    expect(await harness.fetchCode({ ...harness.source, onExpired: to('/stale') })).toBe(
      '502 content_fetch_failed false',
    );
    expect(await harness.fetchCode({ ...harness.source, onExpired: to(null) })).toBe('502 content_fetch_failed false');
    expect(renewals).toBe(3);
    expect(
      await harness.fetchCode({ ...harness.source, onExpired: () => Promise.reject(new Error('provider away')) }),
    ).toBe('502 content_fetch_failed true');
  });

  /** Resolves once a count has not grown for a while. */
  const untilQuiet = async (count: () => number): Promise<void> => {
    for (let seen = -1; seen !== count();) {
      seen = count();
      await pause(300);
    }
  };
  const begin = async (): Promise<IncomingMessage> => {
    const [response] = (await once(httpRequest(harness.url).end(), 'response')) as [IncomingMessage];
    return response;
  };

  it('cuts the connection where the content breaks off, and never ends it cleanly', async () => {
    server.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'video/mp4' }).write(CONTENT);
      setTimeout(() => response.destroy(), 50);
    };
    const response = await begin();
    await expect(response.resume().toArray()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(response.complete).toBe(false);
  });

  it('makes the upstream wait for a slow client, loses nothing meanwhile, and stops it when the client leaves', async () => {
    const wanted = createHash('sha256');
    let sent = 0;
    server.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'video/mp4' });
      const write = (): void => {
        while (sent < 300 * CONTENT.length && !response.destroyed) {
          sent += CONTENT.length;
          if (sent <= 100 * CONTENT.length) wanted.update(CONTENT);
          if (!response.write(CONTENT)) return void response.once('drain', write);
        }
      };
      write();
    };
    const response = await begin();
    await untilQuiet(() => sent);
    expect(sent).toBeLessThan(100 * CONTENT.length);
    const got = createHash('sha256');
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      got.update(chunk.subarray(0, Math.max(0, 100 * CONTENT.length - bytes)));
      bytes += chunk.length;
      if (bytes >= 100 * CONTENT.length) break;
    }
    expect(got.digest('hex')).toBe(wanted.digest('hex'));
    while (server.cut === 0) await pause(10);
    expect(sent).toBeLessThan(300 * CONTENT.length);
  });
});
