import OpenAI, { toFile } from 'openai';
import { COST, useVideos } from './use-videos.js';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

describe('the official OpenAI library with nothing changed but baseURL and apiKey', () => {
  const house = useVideos();

  it('creates a video, asks about it until it is done, and downloads it; then it is charged', async () => {
    const world = await house.world({ points: '10' });
    const client = house.client(world);
    const created = await client.videos.create({
      model: world.modelName,
      prompt: 'A lighthouse',
      seconds: '4',
      size: '720x1280',
    });
    expect(created).toMatchObject({
      ...{ object: 'video', model: world.modelName, status: 'queued', progress: 0, seconds: '4', size: '720x1280' },
      ...{ prompt: 'A lighthouse', completed_at: null, expires_at: null, error: null, remixed_from_video_id: null },
      ...{ id: expect.stringMatching(/^video_[0-9a-f]{32}$/), created_at: expect.any(Number) },
    });
    expect(await house.pointsOf(world)).toEqual({ available: '8', held: COST });
    await house.over(world, created.id);
    const done = await client.videos.retrieve(created.id);
    expect(done).toMatchObject({
      id: created.id,
      status: 'completed',
      progress: 100,
      completed_at: expect.any(Number),
    });
    expect(await house.pointsOf(world)).toEqual({ available: '8', held: '0' });
    const content = await client.videos.downloadContent(created.id);
    expect(await content.text()).toBe('a few seconds of a lighthouse');
    expect(content.headers.get('content-type')).toBe('video/mp4');
    expect(content.headers.get('cache-control')).toBe('private, no-store');
  }, 60_000);

  it('sends a picture along, in a form', async () => {
    const world = await house.world();
    const image = await toFile(PNG, 'frame.png', { type: 'image/png' });
    const { id } = await house
      .client(world)
      .videos.create({ model: world.modelName, prompt: 'with a picture', input_reference: image });
    const [submission] = house.provider.submissions.filter(({ prompt }) => prompt === 'with a picture');
    expect(submission?.body).toContain('name="input_reference"; filename="image.png"\r\nContent-Type: image/png');
    expect(submission?.body).toContain(PNG.toString('latin1'));
    expect(submission?.body).toContain('name="model"\r\n\r\nsora-2');
    await house.over(world, id);
  }, 60_000);

  it('lists the videos of its account, page by page', async () => {
    const world = await house.world();
    const client = house.client(world);
    const ids: string[] = [];
    for (const prompt of ['one', 'two', 'three']) ids.push(await house.submitted(world, prompt));
    const listed: string[] = [];
    for await (const { id } of client.videos.list({ limit: 2 })) listed.push(id);
    expect(listed).toEqual([...ids].reverse());
    const page = await client.videos.list({ limit: 2, order: 'asc', after: ids[0]! });
    expect(page.data.map(({ id }) => id)).toEqual(ids.slice(1));
    expect(page.has_more).toBe(false);
    for (const id of ids) await house.over(world, id);
  }, 60_000);

  it('learns of a failed video as an answer, not as an error, and pays nothing', async () => {
    const world = await house.world({ points: '10' });
    const id = await house.submitted(world, 'please fail');
    await house.over(world, id);
    const failed = await house.client(world).videos.retrieve(id);
    expect(failed).toMatchObject({
      status: 'failed',
      error: { code: 'content_policy_violation', message: 'Blocked.' },
    });
    expect(await house.pointsOf(world)).toEqual({ available: '10', held: '0' });
    const refused = house.client(world).videos.downloadContent(id);
    await expect(refused).rejects.toMatchObject({ status: 400, code: 'invalid_request' });
  }, 60_000);

  it('repeats a POST whose answer was lost and gets the task that is there', async () => {
    const world = await house.world();
    let lost = 0;
    const client = new OpenAI({
      ...{ apiKey: world.apiKey, baseURL: `${house.system.gatewayUrl}/v1`, maxRetries: 2 },
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        if (lost > 0) return response;
        lost += 1;
        throw new TypeError('fetch failed');
      },
    });
    const { id } = await client.videos.create({ model: world.modelName, prompt: 'lost on the way' });
    expect(house.provider.timesSubmitted('lost on the way')).toBe(1);
    expect((await house.client(world).videos.list()).data.map((video) => video.id)).toEqual([id]);
    await house.over(world, id);
  }, 60_000);
});
