import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { HostAllowList } from '@tokenbay/platform';
import type { VideoCall } from '@tokenbay/protocol';
import { fastify } from 'fastify';
import { ResultServer, ScriptedDialer } from '../../test/content-harness.js';
import { selfSigned } from '../../test/self-signed.js';
import { ClientConnection } from '../relay/client-connection.js';
import { ForeignFetch } from '../upstream/foreign-fetch.js';
import { PictureFetcher } from './picture-fetcher.js';

const PNG = Buffer.from([137, 80, 78, 71]);
const BYTES = { kind: 'bytes', mediaType: 'image/png', bytes: PNG } as const;
const BODY_BYTES_MAX = 4 * PNG.length;
const PUBLIC = '93.184.216.34';
const CREDENTIALS = selfSigned('pictures.example');

/** Leads what is meant for the public address here, and says that it has led there. */
class PublicDialer extends ScriptedDialer {
  constructor(private readonly port: number) {
    super({ 'pictures.example': [[PUBLIC]] });
  }

  override connect(addresses: readonly string[], port: number): Socket {
    if (addresses[0] !== PUBLIC) return super.connect(addresses, port);
    const socket = super.connect(['127.0.0.1'], this.port);
    return Object.defineProperty(socket, 'remoteAddress', { get: () => PUBLIC });
  }
}

describe('pictures that are named by their address', () => {
  const authorities = getCACertificates();
  const inside = new ResultServer();
  const paths: (string | undefined)[] = [];
  let answer: RequestListener;
  let server: Server;
  let foreign: ForeignFetch;
  let fetcher: PictureFetcher;

  beforeAll(async () => {
    setDefaultCACertificates([...authorities, CREDENTIALS.cert]);
    await inside.start();
    server = createServer(CREDENTIALS, (request, response) => {
      paths.push(request.url);
      answer(request, response);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    foreign = new ForeignFetch({ contentProxyAllow: HostAllowList.parse([inside.host]) }, new PublicDialer(port));
    fetcher = new PictureFetcher(foreign, { bodyBytesMax: BODY_BYTES_MAX });
  });
  beforeEach(() => {
    paths.length = 0;
    answer = (_request, response) =>
      void response.writeHead(200, { 'content-type': 'image/png; charset=binary' }).end(PNG);
  });
  afterAll(async () => {
    foreign.onApplicationShutdown();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    await inside.stop();
    setDefaultCACertificates(authorities);
  });

  const at = (url: string) => ({ kind: 'url', url }) as const;
  const there = (name: string) => at(`https://pictures.example/${name}`);
  const callOf = (fields: Partial<VideoCall>): VideoCall => ({
    ...{ referenceImages: [], metadata: {}, spelling: { firstFrame: 'image' } },
    ...fields,
  });

  const bring = (call: VideoCall) => fetcher.bring(call, new AbortController().signal);

  it('are brought, each in its place', async () => {
    const call = callOf({ prompt: 'A cat', firstFrame: there('a'), lastFrame: BYTES, referenceImages: [there('b')] });
    const { video, free } = await bring(call);
    expect(video).toEqual({ ...call, firstFrame: BYTES, lastFrame: BYTES, referenceImages: [BYTES] });
    expect(paths.sort()).toEqual(['/a', '/b']);
    free();
    expect((await bring(callOf({ firstFrame: BYTES }))).video).toEqual(callOf({ firstFrame: BYTES }));
  });

  it.each<[string, number, string]>([
    ['a page', 200, 'text/html'],
    ['nothing said of it', 200, ''],
    ['an error', 404, 'image/png'],
  ])('are refused by the field where there is %s', async (_, status, type) => {
    answer = (_request, response) => void response.writeHead(status, { 'content-type': type }).end(PNG);
    await expect(bring(callOf({ firstFrame: there('a') }))).rejects.toMatchObject({
      code: 'invalid_request',
      options: { param: 'image', message: expect.stringMatching(/^image: /) },
    });
  });

  it.each([true, false])(
    'are no larger together than a body, whether they say how large they are (%s)',
    async (says) => {
      answer = (_request, response) => {
        response.writeHead(200, { 'content-type': 'image/png', ...(says && { 'content-length': PNG.length }) });
        response.write(PNG.subarray(0, 1));
        response.end(PNG.subarray(1));
      };
      const pictures = (count: number) => callOf({ referenceImages: Array.from({ length: count }, () => there('a')) });
      (await bring(pictures(4))).free();
      await expect(bring(pictures(5))).rejects.toMatchObject({ code: 'invalid_request' });
    },
  );

  it.each(['http://169.254.169.254/latest/meta-data', 'https://127.0.0.1/a.png', 'http://example.com/a.png'])(
    'are not fetched from %s',
    async (url) => {
      const bringing = bring(callOf({ referenceImages: [at(url)] }));
      await expect(bringing).rejects.toMatchObject({ code: 'invalid_request', options: { param: 'referenceImages' } });
    },
  );

  it('are not fetched from what the operator lists for results and webhooks, nor over a redirect to it', async () => {
    const listed = `http://${inside.host}/a.png`;
    inside.answer = (_request, response) => void response.writeHead(200, { 'content-type': 'image/png' }).end(PNG);
    answer = (_request, response) => void response.writeHead(302, { location: listed }).end();
    for (const firstFrame of [at(listed), there('a')])
      await expect(bring(callOf({ firstFrame }))).rejects.toMatchObject({ code: 'invalid_request' });
    expect(inside.requests).toEqual([]);
  });

  it.each(['before its head', 'in its middle'])('are fetched no more once their client has left (%s)', async (when) => {
    const app = fastify();
    const ended = new Promise<unknown>((done) => {
      app.get('/', (_request, reply) =>
        fetcher
          .bring(callOf({ referenceImages: [there('slow'), there('next')] }), new ClientConnection(reply).untilGone())
          .catch(done),
      );
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const client = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await new Promise((cut) => {
      answer = (_request, response) => {
        response.on('close', cut);
        if (when === 'in its middle')
          response.writeHead(200, { 'content-type': 'image/png' }).write(PNG.subarray(0, 1));
        client.destroy();
      };
    });
    expect(await ended).toMatchObject({ code: 'upstream_timeout', cause: { kind: 'abandoned' } });
    expect(paths).toEqual(['/slow']);
    await app.close();
  });
});
