import { randomBytes } from 'node:crypto';
import { asApplicationRole, createLogger, Database, SecretBox, SecretsKey, uuidv7 } from '@tokenbay/platform';
import { openLedger, type TestLedger } from '@tokenbay/points/testing';
import { cloneDatabase, type ClonedDatabase } from '@tokenbay/testing';
import { WebhookDeliveriesRepository } from './webhook-deliveries.repository.js';
import { WebhookDeliveriesService } from './webhook-deliveries.service.js';
import { WebhookEndpointsRepository } from './webhook-endpoints.repository.js';
import { WebhookEndpointsService } from './webhook-endpoints.service.js';
import { isWebhookSecret } from './webhook-secret.js';

const URL_A = 'https://a.example/hook';
const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const LEASE = { limit: 10, perAccountMax: 10, runningAccountIds: [], leaseMs: 60_000 };

let clone: ClonedDatabase;
let ledger: TestLedger;
let database: Database;
let endpoints: WebhookEndpointsService;
let deliveries: WebhookDeliveriesService;
let accountId: string;

const query = <Row>(sql: string, values: unknown[] = []) => ledger.database.tx.query<Row[]>(sql, values);

beforeAll(async () => {
  clone = await cloneDatabase();
  ledger = await openLedger(clone.url);
  const url = asApplicationRole(clone.url);
  const logger = createLogger('test', 'silent');
  database = new Database({ url, applicationName: 'test', entities: [], logger });
  await database.start();
  const box = new SecretBox(SecretsKey.parse(randomBytes(32).toString('base64'))!);
  endpoints = new WebhookEndpointsService(new WebhookEndpointsRepository(), box);
  deliveries = new WebhookDeliveriesService(new WebhookDeliveriesRepository(database), box, logger);
}, 60_000);

beforeEach(async () => {
  await query('DELETE FROM webhook_delivery');
  accountId = await ledger.addAccount(1_000);
});

afterAll(async () => {
  await Promise.all([ledger.close(), database.stop()]);
  await clone.drop();
});

const change = (wanted: Parameters<WebhookEndpointsService['change']>[2], of = accountId) =>
  endpoints.change(database.tx, of, wanted);

/** A task that runs at its provider. */
async function addTask(of = accountId): Promise<string> {
  const id = uuidv7();
  const apiKeyId = await ledger.addKey(of);
  await query(
    `INSERT INTO task (id, account_id, api_key_id, model, state, deadline_at, held, price_version, multiplier, priced, request_digest, upstream_id, poll_at)
     VALUES ($1, $2, $3, 'video-1', 'queued', now(), 1, 1, '1', '{}', '\\x00', 'up', now())`,
    [id, of, apiKeyId],
  );
  return id;
}

const END = `UPDATE task SET state = $2, refused_with = $3, ended_at = now(), points = 0, poll_at = NULL WHERE id = $1`;
const end = (id: string, state = 'completed', refusedWith: number | null = null) =>
  query(END, [id, state, refusedWith]);

async function addDelivery(of = accountId): Promise<void> {
  await end(await addTask(of));
}

describe('where an account is told', () => {
  it('has a secret that is made, shown once and kept while the URL changes', async () => {
    const made = await change({ webhookUrl: URL_A });
    expect(isWebhookSecret(made ?? '')).toBe(true);
    expect(await change({ webhookUrl: 'https://b.example/' })).toBeUndefined();
    await addDelivery();
    const [due] = await deliveries.lease(LEASE);
    expect(due?.endpoint).toEqual({ url: 'https://b.example/', secrets: [made] });
  });

  it('has the secret it is given, and a new one where null asks for it', async () => {
    expect(await change({ webhookUrl: URL_A, webhookSecret: SECRET })).toBeUndefined();
    await addDelivery();
    expect((await deliveries.lease(LEASE))[0]?.endpoint?.secrets).toEqual([SECRET]);
    const made = await change({ webhookSecret: null });
    expect(made).not.toBe(SECRET);
    await addDelivery();
    expect((await deliveries.lease(LEASE))[0]?.endpoint).toEqual({ url: URL_A, secrets: [made, SECRET] });
  });

  it('signs with the secrets that it replaced within a day too, youngest first, up to three of them', async () => {
    const secrets = [1, 2, 3, 4, 5].map((byte) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`);
    for (const webhookSecret of secrets) await change({ webhookUrl: URL_A, webhookSecret });
    // Told once more: nothing is replaced.
    await change({ webhookSecret: secrets[4]! });
    await addDelivery();
    expect((await deliveries.lease(LEASE))[0]?.endpoint?.secrets).toEqual(secrets.slice(1).toReversed());
    await query(
      `UPDATE webhook_former_secret SET signs_until = signs_until - interval '24 hours' WHERE id IN (
      SELECT id FROM webhook_former_secret WHERE account_id = $1 ORDER BY id DESC OFFSET 1)`,
      [accountId],
    );
    await addDelivery();
    expect((await deliveries.lease(LEASE))[0]?.endpoint?.secrets).toEqual([secrets[4], secrets[3]]);
    await change({ webhookUrl: null });
    const made = await change({ webhookUrl: URL_A });
    await addDelivery();
    expect((await deliveries.lease(LEASE))[0]?.endpoint?.secrets).toEqual([made]);
  });

  it('signs with its own secret where one that it replaced does not open', async () => {
    await change({ webhookUrl: URL_A, webhookSecret: SECRET });
    const made = await change({ webhookSecret: null });
    await query(`UPDATE webhook_former_secret SET secret = '\\x00' WHERE account_id = $1`, [accountId]);
    await addDelivery();
    expect((await deliveries.lease(LEASE))[0]?.endpoint).toEqual({ url: URL_A, secrets: [made] });
  });

  it('is nowhere once the URL is null, and a secret alone is refused', async () => {
    await change({ webhookUrl: URL_A });
    expect(await endpoints.urlsOf(database.tx, [accountId])).toEqual(new Map([[accountId, URL_A]]));
    await change({ webhookUrl: null });
    expect(await endpoints.urlsOf(database.tx, [accountId])).toEqual(new Map());
    for (const wanted of [{ webhookSecret: SECRET }, { webhookSecret: SECRET, webhookUrl: null }])
      await expect(change(wanted)).rejects.toMatchObject({
        code: 'invalid_request',
        options: { param: 'webhookSecret' },
      });
    expect(await change({ webhookSecret: null })).toBeUndefined();
  });

  it('keeps its secret sealed for this account: moved to another it does not open, and that one is not told', async () => {
    await change({ webhookUrl: URL_A, webhookSecret: SECRET });
    const [row] = await query<{ secret: Buffer }>('SELECT secret FROM webhook_endpoint WHERE account_id = $1', [
      accountId,
    ]);
    expect(row?.secret.includes(Buffer.from(SECRET))).toBe(false);
    const thief = await ledger.addAccount(1);
    await change({ webhookUrl: URL_A }, thief);
    await query('UPDATE webhook_endpoint SET secret = $1 WHERE account_id = $2', [row?.secret, thief]);
    await addDelivery(thief);
    expect((await deliveries.lease(LEASE)).map(({ endpoint }) => endpoint)).toEqual([null]);
  });
});

describe('the end of a task', () => {
  it('is told once, in the transaction that ends it', async () => {
    await change({ webhookUrl: URL_A });
    const ids = [await addTask(), await addTask()] as const;
    await ledger.database.transaction(async (tx) => {
      await tx.query(END, [ids[0], 'completed', null]);
      await tx.query('SELECT pg_advisory_xact_lock(1)');
      expect(await query('SELECT FROM webhook_delivery')).toEqual([]);
    });
    const rolledBack = ledger.database.transaction(async (tx) => {
      await tx.query(END, [ids[1], 'completed', null]);
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    await end(ids[1], 'failed');
    await query(`UPDATE task SET state = state, expires_at = now() WHERE id = $1`, [ids[0]]);
    const leased = await deliveries.lease(LEASE);
    expect(leased.map(({ taskId, type, attempts, state }) => ({ taskId, type, attempts, state }))).toEqual([
      { taskId: ids[0], type: 'video.completed', attempts: 1, state: 'pending' },
      { taskId: ids[1], type: 'video.failed', attempts: 1, state: 'pending' },
    ]);
    expect(leased[0]?.eventId).toMatch(/^evt_[0-9a-f]{32}$/);
  });

  it('is told to nobody where there is no URL, or where its client knows of no task', async () => {
    await addDelivery();
    await change({ webhookUrl: URL_A });
    await end(await addTask(), 'failed', 400);
    expect(await deliveries.lease(LEASE)).toEqual([]);
  });
});

describe('a delivery', () => {
  beforeEach(() => change({ webhookUrl: URL_A }));

  const state = async () => (await deliveries.list(accountId, { limit: 50 })).rows;

  it('is leased by one of many at once, and again when that one is not heard of', async () => {
    for (let count = 0; count < 20; count += 1) await addDelivery();
    const leases = await Promise.all(Array.from({ length: 8 }, () => deliveries.lease(LEASE)));
    const ids = leases.flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (let round = 0; round < 3; round += 1) ids.push(...(await deliveries.lease(LEASE)).map(({ id }) => id));
    expect(new Set(ids).size).toBe(20);
    expect(await deliveries.lease(LEASE)).toEqual([]);
    await query(`UPDATE webhook_delivery SET attempt_at = now() - interval '1 second'`);
    expect((await deliveries.lease(LEASE)).every(({ attempts }) => attempts === 2)).toBe(true);
  });

  it('of one account does not hold up those of others', async () => {
    const other = await ledger.addAccount(1);
    await change({ webhookUrl: URL_A }, other);
    for (let count = 0; count < 5; count += 1) await addDelivery();
    await addDelivery(other);
    const shares = (await deliveries.lease({ ...LEASE, perAccountMax: 2 })).map((due) => due.accountId);
    expect(shares.sort()).toEqual([accountId, accountId, other].sort());
    const running = { ...LEASE, perAccountMax: 3, runningAccountIds: [accountId, accountId] };
    expect(await deliveries.lease(running)).toHaveLength(1);
    expect(await deliveries.lease({ ...running, runningAccountIds: [accountId, accountId, accountId] })).toEqual([]);
  });

  it('is over once it has arrived', async () => {
    await addDelivery();
    const [due] = await deliveries.lease(LEASE);
    await deliveries.succeed(due!, 204);
    expect(await state()).toMatchObject([{ state: 'delivered', lastStatus: 204, lastProblem: null, attemptAt: null }]);
    expect(await deliveries.countPending()).toEqual({ pending: 0, oldestSeconds: 0 });
  });

  it('is put off ever longer for a day, and then given up', async () => {
    await addDelivery();
    const [due] = await deliveries.lease(LEASE);
    expect(await deliveries.fail(due!, { status: 500, problem: 'answered 500' })).toBe('pending');
    const [put] = await state();
    expect(put).toMatchObject({ state: 'pending', lastStatus: 500, lastProblem: 'answered 500', endedAt: null });
    const waitMs = put!.attemptAt!.getTime() - Date.now();
    expect(waitMs).toBeGreaterThan(1_000);
    expect(waitMs).toBeLessThan(7_600);
    await query(`UPDATE webhook_delivery SET attempt_at = now(), created_at = created_at - interval '24 hours'`);
    const [again] = await deliveries.lease(LEASE);
    expect(await deliveries.fail(again!, { status: null, problem: 'connect' })).toBe('failed');
    expect(await state()).toMatchObject([{ state: 'failed', attempts: 2, attemptAt: null, lastStatus: null }]);
    expect(await deliveries.lease(LEASE)).toEqual([]);
  });

  it('does not hear of an attempt that was taken for lost', async () => {
    await addDelivery();
    const [lost] = await deliveries.lease(LEASE);
    await query('UPDATE webhook_delivery SET attempt_at = now()');
    const [second] = await deliveries.lease(LEASE);
    expect(await deliveries.fail(lost!, { status: 500, problem: 'late' })).toBeUndefined();
    await deliveries.giveUp(lost!, { status: null, problem: 'late' });
    await deliveries.handBack(lost!);
    expect(await state()).toMatchObject([{ state: 'pending', attempts: 2, lastProblem: null }]);
    await deliveries.handBack(second!);
    expect(await deliveries.lease(LEASE)).toMatchObject([{ attempts: 2, eventId: lost!.eventId }]);
  });

  it('is forgotten a month after it was over, and not before', async () => {
    await addDelivery();
    await addDelivery();
    for (const due of await deliveries.lease(LEASE)) await deliveries.succeed(due, 200);
    const id = (await state())[0]?.id;
    await query(`UPDATE webhook_delivery SET ended_at = now() - interval '31 days' WHERE id = $1`, [id]);
    await deliveries.forgetOld();
    expect((await state()).map((kept) => kept.id)).not.toContain(id);
    expect(await state()).toHaveLength(1);
  });

  it('is listed newest first, page by page', async () => {
    for (let count = 0; count < 3; count += 1) await addDelivery();
    const first = await deliveries.list(accountId, { limit: 2 });
    const second = await deliveries.list(accountId, { limit: 2, cursor: first.nextCursor ?? '' });
    expect([first.rows.length, second.rows.length, second.nextCursor]).toEqual([2, 1, null]);
    const ids = [...first.rows, ...second.rows].map(({ id }) => Number(id));
    expect(ids).toEqual(ids.toSorted((a, b) => b - a));
  });
});
