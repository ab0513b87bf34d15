import type { World } from '@tokenbay/testing';
import { COST, useVideos, type Video } from './use-videos.js';

const house = useVideos();
const LIMITS = { connectTimeoutMs: 500, firstByteTimeoutMs: 800, idleTimeoutMs: 800, totalTimeoutMs: 800 };
const UNKNOWN_ID = `video_${'0'.repeat(32)}`;

describe('a video that is not found', () => {
  it('is a bad request where it is asked about, and not found where its content is', async () => {
    const world = await house.world();
    const stranger = await house.world();
    const foreign = await house.submitted(stranger, 'somebody else’s');
    for (const id of [UNKNOWN_ID, foreign, 'video_', 'x', `${foreign}0`]) {
      for (const path of [`/v1/videos/${id}`, `/v1/video/generations/${id}`])
        expect(await house.ask(world, 'GET', path)).toMatchObject({ status: 400, code: 'task_not_found' });
      const content = await house.ask(world, 'GET', `/v1/videos/${id}/content`);
      expect(content).toMatchObject({ status: 404, code: 'task_not_found' });
      expect((await house.ask(world, 'HEAD', `/v1/videos/${id}/content`)).status).toBe(404);
    }
    expect((await house.ask(world, 'GET', '/v1/videos')).body).toEqual({
      ...{ object: 'list', data: [], first_id: null, last_id: null, has_more: false },
    });
    await house.over(stranger, foreign);
  }, 60_000);

  it('is seen by every key of its account', async () => {
    const world = await house.world();
    const id = await house.submitted(world, 'ours');
    const { key: apiKey } = await house.system.admin.createKey(world.account.id);
    await house.system.settled();
    expect(await house.ask({ apiKey }, 'GET', `/v1/video/generations/${id}`)).toMatchObject({
      status: 200,
      body: { id },
    });
    await house.over(world, id);
  }, 60_000);
});

describe('content', () => {
  it('comes whole, in part, or as its head, and only of a video that is done', async () => {
    const world = await house.world();
    const id = await house.submitted(world, 'in parts');
    const path = `/v1/videos/${id}/content`;
    expect(await house.ask(world, 'GET', path)).toMatchObject({ status: 400, code: 'invalid_request' });
    await house.over(world, id);
    const part = await house.ask(world, 'GET', path, { headers: { range: 'bytes=6-' } });
    expect([part.status, part.text]).toEqual([206, 'seconds of a lighthouse']);
    const head = await house.ask(world, 'HEAD', path);
    expect([head.status, head.text, head.headers.get('content-length')]).toEqual([200, '', '29']);
    for (const variant of ['thumbnail', 'spritesheet'])
      expect(await house.ask(world, 'GET', `${path}?variant=${variant}`)).toMatchObject({
        status: 400,
        code: 'invalid_request',
      });
    expect((await house.ask(world, 'GET', `${path}?variant=video`)).status).toBe(200);
  }, 60_000);
});

describe('a submission that a periodic limit refuses', () => {
  it('is told that waiting does not help where it alone is larger than the limit', async () => {
    const key = { pointLimits: [{ period: 'hour', points: '0.5' }] };
    const world = await house.world({ points: '10', key });
    const refused = await house.submit(world, 'larger than the limit');
    expect(refused).toMatchObject({ status: 429, code: 'api_key_point_limit_exceeded' });
    expect(refused.text).toMatch(/whole limit of 0\.5 points per hour: waiting does not help/);
  });
});

describe('a submission that is refused', () => {
  const free = async (world: World) => expect(await house.pointsOf(world)).toEqual({ available: '10', held: '0' });
  const listed = async (world: World) => ((await house.ask(world, 'GET', '/v1/videos')).body as { data: Video[] }).data;

  it('before its provider is called leaves nothing behind', async () => {
    const world = await house.world({ points: '10', model: { prices: { perSecond: '5' } } });
    const refused = await house.submit(world, 'too dear', { 'idempotency-key': 'one' });
    expect(refused).toMatchObject({ status: 403, code: 'account_point_insufficient' });
    const text = await house.world({ points: '10', model: { capabilities: ['text'] } });
    expect(await house.submit(text, 'no video')).toMatchObject({ status: 403, code: 'model_capability_not_supported' });
    const unpriced = await house.world({ points: '10', model: { prices: { outputPerMillion: '1' } } });
    expect(await house.submit(unpriced, 'unpriced')).toMatchObject({
      status: 403,
      code: 'model_capability_not_supported',
    });
    const nowhere = await house.world({ points: '10', channel: { enabled: false } });
    expect(await house.submit(nowhere, 'nowhere')).toMatchObject({ status: 503, code: 'channel_unavailable' });
    const unable = await house.world({ points: '10', channel: { provider: 'anthropic' } });
    expect(await house.submit(unable, 'unable')).toMatchObject({ status: 501, code: 'conversion_not_implemented' });
    for (const each of [world, text, unpriced, nowhere, unable]) {
      await free(each);
      expect(await listed(each)).toEqual([]);
    }
    expect(
      house.provider.submissions.filter(({ prompt }) => /^(too dear|no video|unpriced|nowhere|unable)$/.test(prompt)),
    ).toEqual([]);
  }, 60_000);

  it('for want of a price takes no unit of the model’s rate', async () => {
    const prices = { perSecond: '0.5', serviceTiers: { '720x1280': '1' } };
    const world = await house.world({ model: { rateLimit: { requests: 1, windowSeconds: 60 }, prices } });
    const ask = (size: string) =>
      house.ask(world, 'POST', '/v1/videos', { body: { model: world.modelName, prompt: 'sized', size } });
    expect(await ask('1792x1024')).toMatchObject({ status: 400, code: 'invalid_request' });
    const taken = await ask('720x1280');
    expect(taken.status).toBe(200);
    expect(await ask('720x1280')).toMatchObject({ status: 429, code: 'model_rate_limited' });
    await house.over(world, (taken.body as Video).id);
  }, 60_000);

  it.each([
    ['please refuse', 400, 'invalid_request'],
    ['wrong key', 503, 'channel_key_unavailable'],
    ['too busy', 429, 'upstream_saturated'],
    ['cut off', 500, 'upstream_failed'],
    ['a page', 500, 'upstream_failed'],
    ['please hang', 504, 'upstream_timeout'],
  ])(
    'by its provider or by fate (%s) is called once, told not to repeat, and costs nothing',
    async (prompt, status, code) => {
      const world = await house.world({ points: '10', channel: LIMITS });
      const answer = await house.submit(world, prompt);
      expect(answer).toMatchObject({ status, code });
      expect(answer.headers.get('x-should-retry')).toBe('false');
      expect(house.provider.timesSubmitted(prompt)).toBe(1);
      await free(world);
      expect(await listed(world)).toEqual([]);
      const requestId = answer.headers.get('x-request-id');
      const receipt = await house.system.admin.get<Record<string, unknown>>(`/usage/${requestId}`);
      const mayRun = ['cut off', 'a page', 'please hang'].includes(prompt);
      expect(receipt).toMatchObject({ status, code, outcome: 'failed', chargePoints: '0', heldPoints: COST });
      expect(receipt['uncollectedPoints']).toBe(mayRun ? COST : '0');
    },
    60_000,
  );

  it('where nobody listens has reached nobody', async () => {
    const world = await house.world({ points: '10', channel: { ...LIMITS, baseUrl: 'http://127.0.0.1:9' } });
    const answer = await house.submit(world, 'into the void');
    expect(answer).toMatchObject({ status: 500, code: 'upstream_failed' });
    expect(answer.headers.get('x-should-retry')).toBe('false');
    const receipt = await house.system.admin.get<object>(`/usage/${answer.headers.get('x-request-id')}`);
    expect(receipt).toMatchObject({ uncollectedPoints: '0' });
    await free(world);
  }, 60_000);

  it('names the field that is wrong', async () => {
    const world = await house.world({ channel: { provider: 'openai' } });
    const ask = (body: object) =>
      house.ask(world, 'POST', '/v1/video/generations', { body: { model: world.modelName, ...body } });
    expect(await ask({ prompt: 'x', seconds: 'long' })).toMatchObject({
      status: 400,
      body: { error: { param: 'seconds' } },
    });
    expect(await ask({})).toMatchObject({ status: 400, body: { error: { param: 'prompt' } } });
    expect(await ask({ prompt: 'x', last_frame_image: 'https://example.com/a.png' })).toMatchObject({ status: 501 });
    for (const path of ['remix', 'edits', 'extensions'])
      expect(await house.ask(world, 'POST', `/v1/videos/${UNKNOWN_ID}/${path}`, { body: {} })).toMatchObject({
        status: 501,
      });
    expect(await house.ask(world, 'DELETE', `/v1/videos/${UNKNOWN_ID}`)).toMatchObject({
      status: 501,
      code: 'not_implemented',
    });
  }, 60_000);
});

describe('the same submission', () => {
  it('under one key is one task, whether it comes later, at once, as JSON or as a form', async () => {
    const world = await house.world({ points: '10' });
    const key = { 'idempotency-key': 'order-7' };
    const answers = await Promise.all(Array.from({ length: 6 }, () => house.submit(world, 'seven times', key)));
    const ids = new Set(answers.map(({ body }) => (body as Video).id));
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
    const form = new FormData();
    form.append('prompt', 'seven times');
    form.append('model', world.modelName);
    const init = { method: 'POST', headers: key, body: form };
    const again = await house.system.gateway.request('/v1/video/generations', world.apiKey, init);
    ids.add((again.body as Video).id);
    expect([...ids]).toHaveLength(1);
    expect(house.provider.timesSubmitted('seven times')).toBe(1);
    expect(await house.pointsOf(world)).toEqual({ available: '8', held: COST });
    const other = await house.submit(world, 'something else', key);
    expect(other).toMatchObject({ status: 400, code: 'invalid_request' });
    await house.over(world, [...ids][0]!);
    expect((await house.submit(world, 'seven times', key)).body).toMatchObject({ status: 'completed' });
  }, 60_000);

  it('is answered with the same error where its task may run, and sent again where it was refused', async () => {
    const world = await house.world({ points: '10', channel: LIMITS });
    const twice = async (prompt: string) => {
      const key = { 'idempotency-key': prompt };
      return [await house.submit(world, prompt, key), await house.submit(world, prompt, key)].map(({ code }) => code);
    };
    expect(await twice('cut twice')).toEqual(['upstream_failed', 'upstream_failed']);
    expect(house.provider.timesSubmitted('cut twice')).toBe(1);
    expect(await twice('refuse twice')).toEqual(['invalid_request', 'invalid_request']);
    expect(house.provider.timesSubmitted('refuse twice')).toBe(2);
  }, 60_000);

  it('is looked for before anything of the model is judged', async () => {
    const world = await house.world();
    const key = { 'idempotency-key': 'before' };
    const id = ((await house.submit(world, 'before', key)).body as Video).id;
    await house.system.admin.patch(`/models/${world.modelName}`, { enabled: false });
    await house.system.settled();
    expect(await house.submit(world, 'before', key)).toMatchObject({ status: 200, body: { id } });
    expect(await house.submit(world, 'after')).toMatchObject({ status: 403, code: 'model_disabled' });
    await house.over(world, id);
  }, 60_000);
});
