import { createHash } from 'node:crypto';
import pg from 'pg';
import { uuidv7 } from '@tokenbay/platform';
import { openLedger, type TestLedger } from '@tokenbay/points/testing';
import { type RunningAdmin, startAdmin } from './start-admin.js';

let admin: RunningAdmin;
let ledger: TestLedger;
let accountId: string;
let apiKeyId: string;

beforeAll(async () => {
  admin = await startAdmin();
  ledger = await openLedger(admin.database.url);
}, 60_000);

beforeEach(async () => {
  accountId = await ledger.addAccount(10_000_000);
  apiKeyId = await ledger.addKey(accountId);
});

afterAll(async () => {
  await ledger.close();
  await admin.stop();
});

/** A task as a gateway leaves it: accepted, or with its provider. */
async function addTask({ model = 'video-1', runs = true } = {}): Promise<string> {
  const id = uuidv7();
  const client = new pg.Client({ connectionString: admin.database.url });
  await client.connect();
  const digest = createHash('sha256').update(id).digest();
  await client.query(
    `SELECT task_accept($1, $2, $3, false, 4000000, $4, 1, '1', '{"seconds":8,"images":0,"tier":null}', 'a secret prompt', 8, NULL, NULL, $5, false, interval '1 hour')`,
    [id, accountId, apiKeyId, model, digest],
  );
  if (runs) {
    await client.query(
      `SELECT task_submit($1, 5, 8, 'openai', 'https://api.example.com/v1', 'sora-2', '\\x00', 8, '720x1280', interval '1 minute')`,
      [id],
    );
    await client.query(
      `SELECT task_submitted($1, 'video_up', '[{"channelId":"5","keyId":"8","status":200,"ms":12,"reason":null}]', interval '1 hour', interval '1 day')`,
      [id],
    );
  }
  await client.end();
  return id;
}

const get = (path: string) => admin.client.request('GET', path);
const post = (path: string, body: unknown) => admin.client.request('POST', path, body);
const publicId = (id: string) => `video_${id.replaceAll('-', '')}`;

describe('tasks', () => {
  it('are listed newest first, by account, key, model and state', async () => {
    const ids = [await addTask(), await addTask({ model: 'video-2', runs: false })];
    const idsOf = async (query: string) =>
      ((await get(`/tasks?${query}`)).body as { data: { requestId: string }[] }).data.map(({ requestId }) => requestId);
    expect(await idsOf(`accountId=${accountId}`)).toEqual([...ids].reverse());
    expect(await idsOf(`apiKeyId=${apiKeyId}&model=video-2`)).toEqual([ids[1]]);
    expect(await idsOf(`accountId=${accountId}&state=queued`)).toEqual([ids[0]]);
    expect(await idsOf(`accountId=${accountId}&state=failed`)).toEqual([]);
    const page = (await get(`/tasks?accountId=${accountId}&limit=1`)).body as { nextCursor: string };
    expect(await idsOf(`accountId=${accountId}&limit=1&cursor=${page.nextCursor}`)).toEqual([ids[0]]);
    for (const query of ['state=lost', 'accountId=x', 'cursor=x', 'colour=red'])
      expect((await get(`/tasks?${query}`)).status).toBe(400);
  });

  it('are read with their try and timeline, by either id, and show neither prompt nor secret', async () => {
    const id = await addTask();
    const { status, body, text } = await get(`/tasks/${publicId(id)}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ id: publicId(id), requestId: id, accountId, apiKeyId, model: 'video-1', state: 'queued', progress: 0 },
      ...{ seconds: 8, size: '720x1280', channelId: '5', keyId: '8', upstreamId: 'video_up' },
      ...{ heldPoints: '4', chargePoints: null, uncollectedPoints: null, polls: 0, endedAt: null },
      attempts: [{ channelId: '5', keyId: '8', status: 200, ms: 12, reason: null }],
      timeline: [{ event: 'accepted' }, { event: 'submitting', detail: 'channel 5, key 8' }, { event: 'queued' }],
    });
    expect(text).not.toContain('secret');
    expect((await get(`/tasks/${id}`)).body).toEqual(body);
    for (const unknown of [uuidv7(), publicId(uuidv7()), '7', "' OR true"])
      expect(await get(`/tasks/${encodeURIComponent(unknown)}`)).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('are cancelled in whatever state they are stuck, once; their points go back', async () => {
    const accepted = await addTask({ runs: false });
    const running = await addTask();
    const cancelled = await post(`/tasks/${publicId(running)}/cancel`, { reason: 'ticket 4711' });
    expect(cancelled).toMatchObject({
      status: 201,
      body: { state: 'failed', errorCode: 'cancelled', chargePoints: '0', uncollectedPoints: '4' },
    });
    const { timeline } = cancelled.body as { timeline: object[] };
    expect(timeline.at(-1)).toMatchObject({ event: 'cancelled', detail: 'ticket 4711' });
    expect((await post(`/tasks/${accepted}/cancel`, { reason: 'stuck' })).body).toMatchObject({
      uncollectedPoints: '0',
    });
    expect(await get(`/accounts/${accountId}`)).toMatchObject({ body: { availablePoints: '10', heldPoints: '0' } });
    expect(await post(`/tasks/${running}/cancel`, { reason: 'again' })).toMatchObject({
      status: 409,
      code: 'conflict',
    });
    expect(await post(`/tasks/${uuidv7()}/cancel`, { reason: 'x' })).toMatchObject({ status: 404 });
    expect(await post(`/tasks/${running}/cancel`, {})).toMatchObject({ status: 400, code: 'invalid_request' });
    expect((await get(`/usage/${running}`)).body).toMatchObject({
      outcome: 'failed',
      code: 'cancelled',
      chargePoints: '0',
    });
  });
});
