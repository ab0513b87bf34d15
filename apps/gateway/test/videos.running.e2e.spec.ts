import { setTimeout as pause } from 'node:timers/promises';
import type { HttpAnswer } from '@tokenbay/testing';
import { COST, useVideos, type Video } from './use-videos.js';

const house = useVideos();

interface Detail {
  readonly state: string;
  readonly errorCode: string | null;
  readonly timeline: readonly { event: string; detail: string | null }[];
}

const idOf = ({ body }: HttpAnswer): string => (body as Video).id;
const detailOf = (id: string) => house.system.admin.get<Detail>(`/tasks/${id}`);

describe('points', () => {
  it('that pay for three videos let exactly three of fifteen through', async () => {
    const world = await house.world({ points: '7' });
    const answers = await Promise.all(Array.from({ length: 15 }, (_, n) => house.submit(world, `scarce ${n}`)));
    const taken = answers.filter(({ status }) => status === 200);
    expect(taken).toHaveLength(3);
    for (const { status, code } of answers.filter((answer) => !taken.includes(answer)))
      expect([status, code]).toEqual([403, 'account_point_insufficient']);
    expect(await house.pointsOf(world)).toEqual({ available: '1', held: '6' });
    await Promise.all(taken.map((answer) => house.over(world, idOf(answer))));
    expect(await house.pointsOf(world)).toEqual({ available: '1', held: '0' });
  }, 60_000);

  it('of a key with a daily limit are held and charged by that limit too', async () => {
    const world = await house.world({
      points: '100',
      key: { pointQuota: '3', pointLimits: [{ period: 'day', points: '5' }] },
    });
    const id = await house.submitted(world, 'limited');
    expect(await house.submit(world, 'over the quota')).toMatchObject({
      status: 403,
      code: 'api_key_point_insufficient',
    });
    await house.over(world, id);
    const { body } = await house.ask(world, 'GET', '/v1/account');
    expect(body).toMatchObject({
      api_key: { points_used: COST, points_remaining: '1', point_limits: [{ period: 'day', used: COST, held: '0' }] },
    });
    const receipt = await house.ask(world, 'GET', `/v1/usage/${toRequestId(id)}`);
    expect(receipt.body).toMatchObject({
      ...{ outcome: 'completed', status: 200, held_points: COST, charge_points: COST, usage_source: 'reported' },
      lines: [{ kind: 'perSecond', quantity: 4, unit_price: '0.5', points: COST }],
      attempts: [{ channel_id: world.channel.id, status: 200, reason: null }],
    });
  }, 60_000);
});

describe('a video that runs', () => {
  it('is asked about by one of several gateways at a time, and completed once', async () => {
    const world = await house.world();
    await Promise.all([house.system.addGateway(), house.system.addGateway()]);
    const prompts = Array.from({ length: 30 }, (_, n) => `shared ${n}`);
    const ids = await Promise.all(prompts.map((prompt) => house.submitted(world, prompt)));
    const videos = await Promise.all(ids.map((id) => house.over(world, id)));
    expect(videos.map(({ status }) => status)).toEqual(ids.map(() => 'completed'));
    expect(house.provider.pollsAtOnce).toBe(1);
    for (const { polls } of house.provider.submissions.filter(({ prompt }) => prompt.startsWith('shared')))
      expect(polls).toBe(2);
  }, 90_000);

  it('does not feel that its channel, and the key it was submitted with, are gone', async () => {
    const world = await house.world();
    const id = await house.submitted(world, 'its channel goes');
    await house.system.admin.remove(`/channels/${world.channel.id}`);
    await house.system.settled();
    expect(await house.over(world, id)).toMatchObject({ status: 'completed' });
    const content = await house.ask(world, 'GET', `/v1/videos/${id}/content`);
    expect([content.status, content.text]).toEqual([200, 'a few seconds of a lighthouse']);
    expect(await house.submit(world, 'nowhere to go')).toMatchObject({ status: 503, code: 'channel_unavailable' });
  }, 60_000);

  it('survives an odd answer, of which administrators hear and its client does not', async () => {
    const world = await house.world();
    const id = await house.submitted(world, 'an odd answer');
    expect(await house.over(world, id)).toMatchObject({ status: 'completed', error: null });
    const { timeline } = await detailOf(id);
    const events = timeline.map(({ event }) => event);
    expect(events).toEqual(['accepted', 'submitting', 'queued', 'poll_failed', 'completed']);
    expect(timeline).toContainEqual(expect.objectContaining({ event: 'poll_failed', detail: 'server 502' }));
  }, 60_000);

  it('is given up when it takes longer than its channel allows, and costs nothing', async () => {
    const world = await house.world({ points: '10', channel: { taskTimeoutMs: 3_000 } });
    const id = await house.submitted(world, 'endless');
    expect(await house.over(world, id)).toMatchObject({ status: 'failed', error: { code: 'upstream_timeout' } });
    expect(await house.pointsOf(world)).toEqual({ available: '10', held: '0' });
    expect(await house.system.admin.get(`/usage/${toRequestId(id)}`)).toMatchObject({
      chargePoints: '0',
      uncollectedPoints: COST,
    });
  }, 60_000);

  it('is cancelled by an administrator, and its client is told so', async () => {
    const world = await house.world({ points: '10' });
    const id = await house.submitted(world, 'endless, cancelled');
    await house.system.admin.call('POST', `/tasks/${id}/cancel`, { reason: 'test' });
    expect(await house.get(world, id)).toMatchObject({ status: 'failed', error: { code: 'cancelled' } });
    expect(await house.pointsOf(world)).toEqual({ available: '10', held: '0' });
  }, 60_000);

  it('is counted while it is open, for whoever watches', async () => {
    const world = await house.world();
    const id = await house.submitted(world, 'counted');
    const metrics = await (await fetch(house.system.metricsUrl)).text();
    expect(metrics).toMatch(/tokenbay_tasks_open\{state="queued"\} [1-9]/);
    expect(metrics).toMatch(/tokenbay_tasks_stuck\{state="queued"\} 0/);
    await house.over(world, id);
  }, 60_000);
});

describe('a gateway that is told to stop', () => {
  it('finishes the submission that is under way, and leaves its videos to others', async () => {
    const world = await house.world();
    const { program, client } = await house.system.addGateway();
    let open = (): void => undefined;
    house.provider.gate = new Promise((done) => (open = done));
    const answer = house.ask(world, 'POST', '/v1/videos', {
      ...{ url: client.baseUrl, body: { model: world.modelName, prompt: 'just before the end' } },
    });
    while (house.provider.timesSubmitted('just before the end') === 0) await pause(20);
    const stopped = program.stop();
    while (await isReady(client.baseUrl)) await pause(20);
    open();
    house.provider.gate = undefined;
    const { status, body } = await answer;
    expect(status).toBe(200);
    expect(await stopped).toBe(true);
    expect(program.exitCode).toBe(0);
    expect(await house.over(world, (body as Video).id)).toMatchObject({ status: 'completed' });
  }, 60_000);
});

/** Whether a gateway wants requests: not any more once it stops. */
const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/health/ready`).then(
    ({ ok }) => ok,
    () => false,
  );

/** The id of the request that a video was submitted with. */
function toRequestId(id: string): string {
  return id.replace(/^video_(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
