import { setTimeout as pause } from 'node:timers/promises';
import { timeOfUuidv7 } from '@tokenbay/platform';
import { makeCharge, openLedger, type TestLedger } from '@tokenbay/points/testing';
import { type RunningAdmin, startAdmin } from './start-admin.js';

let admin: RunningAdmin;
let ledger: TestLedger;
let account: { accountId: string; apiKeyId: string };
const booked: string[] = [];
const get = (path: string) => admin.client.request('GET', path);

beforeAll(async () => {
  admin = await startAdmin();
  ledger = await openLedger(admin.database.url);
  const accountId = await ledger.addAccount(5_000_000);
  account = { accountId, apiKeyId: await ledger.addKey(accountId) };
  for (const fields of [{ cost: 1_500_000 }, { cost: 3_000_000, model: 'org/big:1' }]) {
    await pause(2); // A request id sorts by its millisecond.
    const charge = makeCharge(fields);
    const request = { ...account, requestId: charge.requestId, budgeted: false, least: 2_000_000, need: 2_000_000 };
    await ledger.points.settle(await ledger.points.reserve(request), charge);
    booked.push(charge.requestId);
  }
}, 60_000);

afterAll(async () => {
  await ledger.close();
  await admin.stop();
});

describe('usage', () => {
  it('lists requests newest first with all their fields', async () => {
    const { status, body } = await get('/usage');
    expect(status).toBe(200);
    const { data, nextCursor } = body as { data: Record<string, unknown>[]; nextCursor: string | null };
    expect(nextCursor).toBeNull();
    expect(data.map(({ requestId }) => requestId)).toEqual([booked[1], booked[0]]);
    expect(data[1]).toEqual({
      requestId: booked[0],
      ...account,
      model: 'gpt-4o-mini',
      channelId: '1',
      dialect: 'openai',
      stream: false,
      status: 200,
      code: null,
      outcome: 'completed',
      tokens: { input: 10, cachedInput: 0, cacheWrite: 0, output: 5, reasoning: 0 },
      usageSource: 'reported',
      heldPoints: '2',
      chargePoints: '1.5',
      uncollectedPoints: '0',
      priceVersion: 1,
      latencyMs: 120,
      firstByteMs: 40,
      createdAt: new Date(timeOfUuidv7(booked[0] ?? '')).toISOString(),
    });
    expect(data[0]).toMatchObject({ chargePoints: '2', uncollectedPoints: '1' });
  });

  it('filters by account, key, model and time, and pages', async () => {
    const idsOf = async (query: string) =>
      ((await get(`/usage?${query}`)).body as { data: { requestId: string }[] }).data.map(({ requestId }) => requestId);
    expect(await idsOf(`accountId=${account.accountId}&apiKeyId=${account.apiKeyId}`)).toHaveLength(2);
    expect(await idsOf('accountId=999999')).toEqual([]);
    expect(await idsOf(`model=${encodeURIComponent('org/big:1')}`)).toEqual([booked[1]]);
    expect(await idsOf('from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z')).toEqual([]);
    const first = (await get('/usage?limit=1')).body as { nextCursor: string };
    expect(await idsOf(`limit=1&cursor=${first.nextCursor}`)).toEqual([booked[0]]);
  });

  it('shows a whole receipt', async () => {
    expect(await get(`/usage/${booked[0]}`)).toMatchObject({
      status: 200,
      body: {
        requestId: booked[0],
        lines: [{ kind: 'inputPerMillion', quantity: 10, unitPrice: '0.1', points: '0.000001' }],
        multiplier: '1',
        attempts: [{ channelId: '1', keyId: '1', status: 200, ms: 118, reason: null }],
      },
    });
  });

  it('sums up', async () => {
    expect(await get('/usage/summary?groupBy=model')).toMatchObject({
      status: 200,
      body: {
        data: [
          { key: 'org/big:1', requests: 1, failed: 0, chargePoints: '2', uncollectedPoints: '1' },
          { key: 'gpt-4o-mini', requests: 1, chargePoints: '1.5', tokens: { input: 10, output: 5 } },
        ],
      },
    });
  });

  it.each([
    '/usage?accountId=x',
    '/usage?model=a%20b',
    '/usage?from=yesterday',
    '/usage?cursor=x',
    '/usage?colour=red',
    '/usage?from=2027-01-02T00:00:00Z&to=2027-01-01T00:00:00Z',
    '/usage?limit=0',
    '/usage/summary',
    '/usage/summary?groupBy=year',
    '/usage/summary?groupBy=day&from=2026-01-01T00:00:00Z&to=2027-01-03T00:00:00Z',
  ])('refuses %s', async (path) => {
    expect(await get(path)).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } });
  });

  it('says in words why a range or a cursor is refused', async () => {
    const errorOf = async (path: string) => ((await get(path)).body as { error: object }).error;
    expect(await errorOf('/usage?from=2027-01-02T00:00:00Z&to=2027-01-01T00:00:00Z&limit=0')).toMatchObject({
      problems: expect.arrayContaining(['from must not lie after to.', expect.stringMatching(/^limit must be /)]),
    });
    const message = 'cursor must be a nextCursor that this list answered.';
    expect(await errorOf('/usage?cursor=zzz')).toMatchObject({ message, problems: [message] });
  });

  it.each(['/usage/x', '/usage/01a00000-0000-7000-8000-000000000000', '/usage/%00'])('knows no %s', async (path) => {
    expect(await get(path)).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
  });
});
