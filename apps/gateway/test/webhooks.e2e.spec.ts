import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { startSystem, type System, type World } from '@tokenbay/testing';
import OpenAI from 'openai';
import { FakeVideoProvider } from './fake-video-provider.js';
import { TaskEnder } from './task-ender.js';
import { WebhookReceiver } from './webhook-receiver.js';

const SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;

const receiver = new WebhookReceiver();
const provider = new FakeVideoProvider();
let system: System;
let tasks: TaskEnder;

beforeAll(async () => {
  await Promise.all([receiver.start(), provider.start()]);
  const env = { CONTENT_PROXY_ALLOW: receiver.host };
  system = await startSystem({ gateway: env, admin: env });
  tasks = new TaskEnder(system.databaseUrl);
}, 60_000);

afterAll(async () => {
  await tasks.close();
  await system.stop();
  await Promise.all([receiver.stop(), provider.stop()]);
}, 60_000);

const told = (webhookUrl: string): Promise<World> => system.world({ account: { webhookUrl, webhookSecret: SECRET } });

interface Delivery {
  readonly taskId: string;
  readonly eventId: string;
  readonly state: string;
  readonly attempts: number;
  readonly lastStatus: number | null;
  readonly lastProblem: string | null;
}

async function deliveriesOf({ account }: World): Promise<Delivery[]> {
  return (await system.admin.get<{ data: Delivery[] }>(`/accounts/${account.id}/webhook-deliveries`)).data;
}

const until = (isSo: () => boolean | Promise<boolean>, ms = 15_000) =>
  system.gatewayProcess.waitUntil(async () => isSo(), ms);

/** What is no longer pending is never attempted again: it has no time for it. */
const untilState = (world: World, state: string) =>
  until(async () => (await deliveriesOf(world)).every((delivery) => delivery.state === state));

/** Makes what was put off due, as if the time had passed. */
const pass = (world: World, hours = 0) =>
  tasks.query(
    `UPDATE webhook_delivery SET attempt_at = now(), created_at = created_at - $2 * interval '1 hour'
     WHERE account_id = $1 AND state = 'pending'`,
    [world.account.id, hours],
  );

const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(code, headers).end();

describe('webhooks', () => {
  it("are taken by OpenAI's library with the old and with the new secret on the day of a change, and by nobody with another", async () => {
    const world = await told(receiver.path('rotated'));
    const made = await system.admin.request('PATCH', `/accounts/${world.account.id}`, { webhookSecret: null });
    const { webhookSecret } = made.body as { webhookSecret: string };
    await tasks.complete(world);
    await until(() => receiver.at('rotated').length > 0);
    const [{ headers, body }] = receiver.at('rotated') as [ReturnType<WebhookReceiver['at']>[number]];
    const client = new OpenAI({ apiKey: 'sk-unused' });
    for (const secret of [SECRET, webhookSecret])
      expect(await client.webhooks.unwrap(body, headers, secret)).toMatchObject({ type: 'video.completed' });
    const foreign = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    await expect(client.webhooks.unwrap(body, headers, foreign)).rejects.toThrow();
    expect(headers['webhook-signature']?.toString().split(' ')).toHaveLength(2);
  });

  it("tell of a completed video once, signed so that OpenAI's library takes it", async () => {
    const world = await told(receiver.path('completed'));
    const id = await tasks.complete(world);
    await until(() => receiver.at('completed').length > 0);
    const [{ headers, body }] = receiver.at('completed') as [ReturnType<WebhookReceiver['at']>[number]];
    const client = new OpenAI({ apiKey: 'sk-unused' });
    const event = await client.webhooks.unwrap(body, headers, SECRET);
    const publicId = TaskEnder.publicIdOf(id);
    expect(event).toEqual({
      ...{ object: 'event', id: headers['webhook-id'], type: 'video.completed', created_at: expect.any(Number) },
      data: expect.objectContaining({
        ...{ id: publicId, object: 'video', status: 'completed', progress: 100, model: 'video-1', seconds: '8' },
        ...{ size: '720x1280', prompt: 'A lighthouse', error: null, completed_at: expect.any(Number) },
      }),
    });
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const hmac = createHmac('sha256', Buffer.alloc(32, 3)).update(signed).digest('base64');
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'webhook-signature': `v1,${hmac}` });
    await expect(client.webhooks.unwrap(`${body} `, headers as Record<string, string>, SECRET)).rejects.toThrow();
    await untilState(world, 'delivered');
    expect(receiver.at('completed')).toHaveLength(1);
    expect(await deliveriesOf(world)).toMatchObject([
      { taskId: publicId, eventId: headers['webhook-id'], state: 'delivered', attempts: 1, lastStatus: 204 },
    ]);
  });

  it('tell of a failed video why', async () => {
    const world = await told(receiver.path('failed'));
    await tasks.fail(world);
    await until(() => receiver.at('failed').length === 1);
    expect(JSON.parse(receiver.at('failed')[0]?.body ?? '')).toMatchObject({
      type: 'video.failed',
      data: { status: 'failed', error: { code: 'upstream_failed', message: 'The provider could not do it.' } },
    });
  });

  it('tell of what clients submitted and know of, as they would be told if they asked', async () => {
    const world = await system.world({
      ...{ account: { webhookUrl: receiver.path('submitted'), webhookSecret: SECRET }, upstreamModel: 'sora-2' },
      ...{ model: { capabilities: ['video'], prices: { perSecond: '0.5' } }, channel: { baseUrl: provider.baseUrl } },
    });
    const client = new OpenAI({ apiKey: world.apiKey, baseURL: `${system.gatewayUrl}/v1`, maxRetries: 0 });
    const create = (prompt: string) => client.videos.create({ model: world.modelName, prompt });
    const [done, failed] = await Promise.all([create('a lighthouse'), create('please fail')]);
    await expect(create('please refuse')).rejects.toThrow();
    await until(() => receiver.at('submitted').length === 2, 30_000);
    const events = receiver
      .at('submitted')
      .map(({ body }) => JSON.parse(body) as { type: string; data: { id: string } });
    const typeOf = ({ id }: { id: string }) => events.find(({ data }) => data.id === id)?.type;
    expect([typeOf(done), typeOf(failed)]).toEqual(['video.completed', 'video.failed']);
    for (const { data } of events) expect(data).toEqual(await client.videos.retrieve(data.id));
    await untilState(world, 'delivered');
    expect(receiver.at('submitted')).toHaveLength(2);
    // None of what was refused.
    expect((await deliveriesOf(world)).map(({ attempts }) => attempts)).toEqual([1, 1]);
  }, 60_000);

  it('come again with the same id after an error, by themselves, and no more once they arrived', async () => {
    let answers = 0;
    const world = await told(
      receiver.path(
        'flaky',
        (response) => void response.writeHead((answers += 1) === 1 ? 500 : 200).end('{"ok":true}'),
      ),
    );
    await tasks.complete(world);
    await until(() => receiver.at('flaky').length === 2, 15_000);
    const [first, second] = receiver.at('flaky');
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.body).toBe(first?.body);
    expect(Number(second?.headers['webhook-timestamp'])).toBeGreaterThan(Number(first?.headers['webhook-timestamp']));
    await untilState(world, 'delivered');
    expect(await deliveriesOf(world)).toMatchObject([{ attempts: 2, lastStatus: 200, lastProblem: null }]);
  });

  it('are given up after a day, and at once where the receiver is gone for good', async () => {
    const world = await told(receiver.path('down', status(503)));
    const gone = await told(receiver.path('gone', status(410)));
    await Promise.all([tasks.complete(world), tasks.complete(gone)]);
    await untilState(gone, 'failed');
    await until(async () => (await deliveriesOf(world))[0]?.lastStatus === 503);
    expect((await deliveriesOf(world))[0]?.state).toBe('pending');
    await pass(world, 24);
    await untilState(world, 'failed');
    expect(await deliveriesOf(world)).toMatchObject([{ attempts: 2, lastProblem: 'answered 503' }]);
    expect(await deliveriesOf(gone)).toMatchObject([{ attempts: 1, lastStatus: 410 }]);
    expect([receiver.at('down').length, receiver.at('gone').length]).toEqual([2, 1]);
  });

  it('are given up where the account wants none any more', async () => {
    const world = await told(receiver.path('unwanted', status(500)));
    await tasks.complete(world);
    await until(async () => (await deliveriesOf(world))[0]?.lastStatus === 500);
    await system.admin.patch(`/accounts/${world.account.id}`, { webhookUrl: null });
    await pass(world);
    await untilState(world, 'failed');
    expect(receiver.at('unwanted')).toHaveLength(1);
  });

  it('follow no redirect, and read no endless answer', async () => {
    const moved = await told(receiver.path('moved', status(307, { location: receiver.path('elsewhere') })));
    const endless = await told(
      receiver.path('endless', (response) => {
        const more = setInterval(() => response.write('x'.repeat(1_000)), 5);
        response.on('close', () => clearInterval(more));
      }),
    );
    await Promise.all([tasks.complete(moved), tasks.complete(endless)]);
    await untilState(endless, 'delivered');
    await until(async () => (await deliveriesOf(moved))[0]?.lastProblem === 'answered 307');
    expect(receiver.at('elsewhere')).toEqual([]);
  });

  it.each([
    'https://127.0.0.1:PORT/',
    'http://localhost:PORT/',
    'https://169.254.169.254/',
    'https://[::ffff:127.0.0.1]:PORT/',
  ])('are not sent to %s, however it came to stand there', async (url) => {
    const world = await told(receiver.path('inside'));
    await tasks.query('UPDATE webhook_endpoint SET url = $2 WHERE account_id = $1', [
      world.account.id,
      url.replace('127.0.0.1:PORT', '127.0.0.1:8443').replace('PORT', receiver.host.split(':')[1] ?? ''),
    ]);
    const id = TaskEnder.publicIdOf(await tasks.complete(world));
    await until(async () => (await deliveriesOf(world))[0]?.lastProblem != null);
    const [delivery] = await deliveriesOf(world);
    expect(delivery).toMatchObject({
      state: 'pending',
      lastStatus: null,
      lastProblem: expect.stringMatching(/^forbidden/),
    });
    expect(receiver.received.filter(({ body }) => body.includes(id))).toEqual([]);
  });

  it("reach others while one account's receiver hangs", async () => {
    const hanging = await told(receiver.path('hanging', () => undefined));
    for (let count = 0; count < 20; count += 1) await tasks.complete(hanging);
    await until(() => receiver.at('hanging').length >= 4);
    const world = await told(receiver.path('others'));
    await tasks.complete(world);
    // Before the first of the hanging ones is given up.
    await until(() => receiver.at('others').length === 1, 10_000);
    expect(receiver.at('hanging').length).toBeLessThanOrEqual(4);
  });

  it('are counted in the metrics', async () => {
    const text = await (await fetch(system.metricsUrl)).text();
    for (const result of ['delivered', 'put_off', 'given_up'])
      expect(text).toMatch(new RegExp(`tokenbay_webhook_attempts_total\\{result="${result}"\\} [1-9]`));
    expect(text).toMatch(/^tokenbay_webhook_deliveries_pending \d+$/m);
  });
});
