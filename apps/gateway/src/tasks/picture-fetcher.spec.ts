import type { Channel } from '@tokenbay/channels';
import { HostAllowList } from '@tokenbay/platform';
import type { VideoCall } from '@tokenbay/protocol';
import { ResultServer, ScriptedDialer } from '../../test/content-harness.js';
import { ForeignFetch } from '../upstream/foreign-fetch.js';
import { PictureFetcher } from './picture-fetcher.js';

const PNG = Buffer.from([137, 80, 78, 71]);
const BYTES = { kind: 'bytes', mediaType: 'image/png', bytes: PNG } as const;
const VEO = { provider: 'gemini' } as Channel;
const ARK = { provider: 'volcengine' } as Channel;

describe('pictures that are named by their address', () => {
  const server = new ResultServer();
  let foreign: ForeignFetch;
  let fetcher: PictureFetcher;
  beforeAll(async () => {
    await server.start();
    foreign = new ForeignFetch({ contentProxyAllow: HostAllowList.parse([server.host]) }, new ScriptedDialer());
    fetcher = new PictureFetcher(foreign);
  });
  beforeEach(() => {
    server.requests.length = 0;
    server.answer = (_request, response) =>
      void response.writeHead(200, { 'content-type': 'image/png; charset=binary' }).end(PNG);
  });
  afterAll(async () => {
    foreign.onApplicationShutdown();
    await server.stop();
  });

  const at = (url: string) => ({ kind: 'url', url }) as const;
  const callOf = (fields: Partial<VideoCall>): VideoCall => ({
    ...{ referenceImages: [], metadata: {}, spelling: { firstFrame: 'image' } },
    ...fields,
  });

  it('stay where they are for providers that fetch them', async () => {
    const call = callOf({ firstFrame: at(`http://${server.host}/a.png`) });
    expect(await fetcher.bring(call, [ARK])).toBe(call);
    expect(server.requests).toEqual([]);
  });

  it('are brought, each in its place, to one that takes bytes only', async () => {
    const url = at(`http://${server.host}/a.png`);
    const call = callOf({ prompt: 'A cat', firstFrame: url, lastFrame: BYTES, referenceImages: [BYTES, url] });
    const brought = { ...call, firstFrame: BYTES, lastFrame: BYTES, referenceImages: [BYTES, BYTES] };
    expect(await fetcher.bring(call, [ARK, VEO])).toEqual(brought);
    expect(server.requests).toHaveLength(2);
    expect(await fetcher.bring(callOf({}), [VEO])).toEqual(callOf({}));
  });

  it.each<[string, number, string]>([
    ['a page', 200, 'text/html'],
    ['nothing said of it', 200, ''],
    ['an error', 404, 'image/png'],
  ])('are refused by the field where there is %s', async (_, status, type) => {
    server.answer = (_request, response) => void response.writeHead(status, { 'content-type': type }).end(PNG);
    await expect(fetcher.bring(callOf({ firstFrame: at(`http://${server.host}/a`) }), [VEO])).rejects.toMatchObject({
      code: 'invalid_request',
      options: { param: 'image', message: expect.stringMatching(/^image: /) },
    });
  });

  it.each(['http://169.254.169.254/latest/meta-data', 'https://127.0.0.1/a.png', 'http://example.com/a.png'])(
    'are not fetched from %s',
    async (url) => {
      const bringing = fetcher.bring(callOf({ referenceImages: [at(url)] }), [VEO]);
      await expect(bringing).rejects.toMatchObject({ code: 'invalid_request', options: { param: 'referenceImages' } });
    },
  );
});
