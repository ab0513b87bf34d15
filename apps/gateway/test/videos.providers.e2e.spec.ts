import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startFakeUpstream, startSystem, type FakeUpstreamClient, type System, type World } from '@tokenbay/testing';

const PNG = 'data:image/png;base64,iVBORw0KGgo=';
const MODEL = { capabilities: ['video'], prices: { perSecond: '0.5' } };
const OVER_TIMEOUT_MS = 60_000;
const LOOK_MS = 250;

/** Where each provider's own paths begin, and a model of it. */
const PROVIDERS = [
  { provider: 'openai', path: '/v1', model: 'sora-2', seconds: 8 },
  { provider: 'openai-compatible', path: '/v1', model: 'my-video', seconds: 7 },
  { provider: 'gemini', path: '/v1beta', model: 'veo-3.1-generate-preview', seconds: 8 },
  { provider: 'volcengine', path: '/api/v3', model: 'doubao-seedance-2-0-260128', seconds: 5 },
  { provider: 'dashscope', path: '/api/v1', model: 'wan2.7-i2v', seconds: 6 },
  { provider: 'dashscope', path: '/api/v1', model: 'happyhorse-1.0-i2v', seconds: 3 },
];

interface Video {
  readonly id: string;
  readonly status: string;
  readonly error: { code: string; message: string } | null;
}

describe('videos of every provider', () => {
  let upstream: FakeUpstreamClient;
  let system: System;
  let picturesAsked = 0;
  const pictures: Server = createServer((_request, response) => {
    picturesAsked += 1;
    response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from(PNG.split(',')[1] ?? '', 'base64'));
  });
  const pictureHost = () => `127.0.0.1:${(pictures.address() as AddressInfo).port}`;
  beforeAll(async () => {
    upstream = await startFakeUpstream();
    await new Promise<void>((done) => void pictures.listen(0, '127.0.0.1', done));
    system = await startSystem({
      gateway: { CONTENT_PROXY_ALLOW: `127.0.0.1:${upstream.port},${pictureHost()}` },
    });
  }, 60_000);
  afterAll(async () => {
    await system.stop();
    await upstream.stop();
    pictures.closeAllConnections();
    await new Promise((done) => pictures.close(done));
  }, 60_000);

  const worldOf = ({ provider, path, model }: (typeof PROVIDERS)[number], directives: string): Promise<World> =>
    system.world({
      ...{ points: '100', upstreamModel: `${model}@${directives}`, model: MODEL },
      channel: { provider, baseUrl: `${upstream.origin}${path}` },
    });
  const submit = (world: World, fields: object = {}) =>
    system.gateway.post('/v1/videos', world.apiKey, { model: world.modelName, prompt: 'A cat', ...fields });
  const over = async (world: World, id: string): Promise<Video> => {
    for (const untilMs = Date.now() + OVER_TIMEOUT_MS; Date.now() < untilMs;) {
      const video = (await system.gateway.request(`/v1/videos/${id}`, world.apiKey)).body as Video;
      if (video.status === 'completed' || video.status === 'failed') return video;
      await new Promise((done) => setTimeout(done, LOOK_MS));
    }
    throw new Error(`video ${id} is not over\n${system.logs()}`);
  };
  const pointsOf = async ({ account }: World) => {
    const { availablePoints, heldPoints } = await system.admin.get<World['account']>(`/accounts/${account.id}`);
    return [availablePoints, heldPoints];
  };

  it(
    'go from picture to file, asked for once and charged by the second',
    async () => {
      await Promise.all(
        PROVIDERS.map(async (row, index) => {
          const bytes = 100_000 + index;
          const world = await worldOf(row, `polls:1+odd-polls:1:500+result-bytes:${bytes}`);
          const answer = await submit(world, {
            seconds: String(row.seconds),
            input_reference: PNG,
            resolution: '720p',
          });
          expect(answer).toMatchObject({ status: 200, body: { object: 'video', seconds: String(row.seconds) } });
          const { id } = answer.body as Video;
          expect(await over(world, id)).toMatchObject({ status: 'completed', progress: 100, error: null });
          expect(await pointsOf(world)).toEqual([String(100 - row.seconds / 2), '0']);
          const content = await system.gateway.request(`/v1/videos/${id}/content`, world.apiKey, {
            headers: { range: 'bytes=250-252' },
          });
          expect([content.status, content.headers.get('content-range')]).toEqual([206, `bytes 250-252/${bytes}`]);
          const submissions = (await upstream.requests()).filter(({ method }) => method === 'POST');
          expect(submissions.filter(({ behaviour }) => behaviour.includes(`bytes:${bytes}`))).toHaveLength(1);
        }),
      );
    },
    OVER_TIMEOUT_MS,
  );

  it(
    'that a content policy stops are failed, in the words for it, and cost nothing',
    async () => {
      const rows = PROVIDERS.filter(
        ({ provider }, index) => PROVIDERS.findIndex((row) => row.provider === provider) === index,
      );
      const ended = rows.map(async (row) => {
        const world = await worldOf(row, 'polls:0+task-fails:policy');
        const { id } = (await submit(world, { input_reference: PNG })).body as Video;
        return [await over(world, id), await pointsOf(world)];
      });
      for (const [video, points] of await Promise.all(ended)) {
        expect(video).toMatchObject({ status: 'failed', error: { code: 'content_policy_violation' } });
        expect(points).toEqual(['100', '0']);
      }
    },
    OVER_TIMEOUT_MS,
  );

  it('are refused by the name of the field that a provider does not offer, before anything is sent or held', async () => {
    const [, , , ark] = PROVIDERS;
    const world = await worldOf(ark!, 'polls:0');
    await upstream.mark();
    for (const [fields, status, code, param] of [
      [{ duration: 99 }, 400, 'invalid_request', 'duration'],
      [{ size: '1024x1792' }, 400, 'invalid_request', 'size'],
      [{ last_frame_image: PNG }, 400, 'invalid_request', 'last_frame_image'],
      [{ negative_prompt: 'rain' }, 501, 'conversion_not_implemented', 'negative_prompt'],
    ] as const)
      expect(await submit(world, fields)).toMatchObject({ status, body: { error: { code, param } } });
    expect(await pointsOf(world)).toEqual(['100', '0']);
    expect(await upstream.requests()).toEqual([]);
  });

  it('whose provider refuses them for what the client sent are refused in its words, and for nothing', async () => {
    const world = await worldOf(PROVIDERS[0]!, 'polls:0');
    const refused = await submit(world, { seconds: '7' });
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'invalid_request', param: 'seconds' } } });
    expect(refused.headers.get('x-should-retry')).toBe('false');
    expect(await pointsOf(world)).toEqual(['100', '0']);
  });

  it('whose pictures are named by their address are not sought inside, not even where results may be', async () => {
    const [, , veo] = PROVIDERS;
    const world = await worldOf(veo!, 'polls:0');
    await upstream.mark();
    for (const host of ['169.254.169.254', pictureHost()]) {
      const hostile = await submit(world, { image: `http://${host}/a.png` });
      expect(hostile).toMatchObject({ status: 400, body: { error: { code: 'invalid_request', param: 'image' } } });
      expect(hostile.text).not.toContain(host);
    }
    expect(picturesAsked).toBe(0);
    expect(await upstream.requests()).toEqual([]);
    expect(await pointsOf(world)).toEqual(['100', '0']);
  });
});
