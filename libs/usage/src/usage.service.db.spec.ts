import { createLogger, Database, uuidv7 } from '@tokenbay/platform';
import { FixedClock } from '@tokenbay/platform/testing';
import { makeCharge, openLedger, type TestLedger } from '@tokenbay/points/testing';
import { cloneDatabase, type ClonedDatabase } from '@tokenbay/testing';
import { UsageRepository } from './usage.repository.js';
import { UsageService } from './usage.service.js';

describe('the usage log', () => {
  let clone: ClonedDatabase;
  let ledger: TestLedger;
  let database: Database;
  let usage: UsageService;
  let account: { accountId: string; apiKeyId: string };
  let other: { accountId: string; apiKeyId: string };
  const ids: string[] = [];

  beforeAll(async () => {
    clone = await cloneDatabase();
    ledger = await openLedger(clone.url);
    database = new Database({
      url: clone.url,
      applicationName: 'test',
      entities: [],
      logger: createLogger('test', 'silent'),
    });
    usage = new UsageService(new UsageRepository(database), new FixedClock('2026-03-04T00:00:00Z'));
    account = await addAccount();
    other = await addAccount();
    // Two days, five requests: three of one account, two of another.
    await book(account, '2026-03-01T23:59:59.999Z', { cost: 10, model: 'a' });
    await book(account, '2026-03-02T00:00:00.000Z', { cost: 20, model: 'b', channelId: null });
    await book(other, '2026-03-02T00:00:00.001Z', { cost: 30, model: 'a' });
    await book(account, '2026-03-02T12:00:00.000Z', {
      cost: 5,
      model: 'a',
      outcome: 'failed',
      status: 504,
      code: 'upstream_timeout',
    });
    await book(other, '2026-03-02T13:00:00.000Z', { cost: 1, model: 'c' });
  }, 60_000);

  afterAll(async () => {
    await Promise.all([ledger.close(), database.stop()]);
    await clone.drop();
  });

  async function addAccount() {
    const accountId = await ledger.addAccount(1_000);
    return { accountId, apiKeyId: await ledger.addKey(accountId) };
  }

  async function book(of: typeof account, at: string, charge: Parameters<typeof makeCharge>[0]) {
    const time = new Date(at).getTime().toString(16).padStart(12, '0');
    const requestId = `${time.slice(0, 8)}-${time.slice(8)}${uuidv7().slice(13)}`;
    const hold = await ledger.points.reserve({ ...of, requestId, budgeted: false, least: 50, need: 50 });
    await ledger.points.settle(hold, makeCharge({ requestId, ...charge }));
    ids.push(requestId);
  }

  const listed = async (filter: Parameters<UsageService['list']>[0]) =>
    (await usage.list(filter, { limit: 50 })).rows.map(({ requestId }) => ids.indexOf(requestId));

  it('shows a whole receipt to administrators and to the key whose request it was, and to no other', async () => {
    const receipt = await usage.getReceipt(ids[0]!);
    expect(receipt).toEqual({
      requestId: ids[0],
      ...account,
      model: 'a',
      channelId: '1',
      dialect: 'openai',
      stream: false,
      status: 200,
      code: null,
      outcome: 'completed',
      tokens: { input: 10, cachedInput: 0, cacheWrite: 0, output: 5, reasoning: 0 },
      usageSource: 'reported',
      heldMicropoints: 50,
      chargeMicropoints: 10,
      uncollectedMicropoints: 0,
      priceVersion: 1,
      latencyMs: 120,
      firstByteMs: 40,
      createdAt: new Date('2026-03-01T23:59:59.999Z'),
      ...makeCharge().receipt,
    });
    expect(await usage.getForKey(account.apiKeyId, ids[0]!)).toEqual(receipt);
    await expect(usage.getForKey(other.apiKeyId, ids[0]!)).rejects.toMatchObject({ code: 'usage_not_found' });
  });

  it.each(['', 'x', '0', uuidv7(), `${uuidv7()}\0`, "';--"])('knows no request %j', async (requestId) => {
    await expect(usage.getReceipt(requestId)).rejects.toMatchObject({ code: 'not_found' });
    await expect(usage.getForKey(account.apiKeyId, requestId)).rejects.toMatchObject({ code: 'usage_not_found' });
  });

  it('lists newest first by account, key, model and time', async () => {
    expect(await listed({})).toEqual([4, 3, 2, 1, 0]);
    expect(await listed({ accountId: account.accountId })).toEqual([3, 1, 0]);
    expect(await listed({ apiKeyId: other.apiKeyId })).toEqual([4, 2]);
    expect(await listed({ apiKeyId: other.apiKeyId, accountId: account.accountId })).toEqual([]);
    expect(await listed({ model: 'a' })).toEqual([3, 2, 0]);
    const [from, to] = [new Date('2026-03-02T00:00:00Z'), new Date('2026-03-02T12:00:00Z')];
    expect(await listed({ from, to })).toEqual([2, 1]);
    expect(await listed({ from: new Date(-1), to: new Date(8.64e15) })).toHaveLength(5);
  });

  it('lists page by page without gap or repetition', async () => {
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await usage.list({}, { limit: 2, cursor: cursor ?? undefined });
      seen.push(...page.rows.map(({ requestId }) => requestId));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual([...ids].reverse());
    await expect(usage.list({}, { limit: 2, cursor: 'abc' })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('sums by account, key, model, channel and day', async () => {
    const sums = async (groupBy: Parameters<UsageService['summarize']>[0]) =>
      (await usage.summarize(groupBy, {})).map(({ key, requests, failed, chargeMicropoints }) => [
        key,
        requests,
        failed,
        chargeMicropoints,
      ]);
    expect(await sums('account')).toEqual([
      [other.accountId, 2, 0, 31],
      [account.accountId, 3, 1, 30],
    ]);
    expect(await sums('apiKey')).toEqual([
      [other.apiKeyId, 2, 0, 31],
      [account.apiKeyId, 3, 1, 30],
    ]);
    expect(await sums('model')).toEqual([
      ['a', 3, 1, 40],
      ['b', 1, 0, 20],
      ['c', 1, 0, 1],
    ]);
    expect(await sums('channel')).toEqual([
      ['1', 4, 1, 41],
      [null, 1, 0, 20],
    ]);
    expect(await sums('day')).toEqual([
      ['2026-03-01', 1, 0, 10],
      ['2026-03-02', 4, 1, 51],
    ]);
    expect((await usage.summarize('model', { model: 'a', accountId: account.accountId }))[0]).toEqual({
      key: 'a',
      requests: 2,
      failed: 1,
      tokens: { input: 20, cachedInput: 0, cacheWrite: 0, output: 10, reasoning: 0 },
      chargeMicropoints: 10,
      uncollectedMicropoints: 5,
    });
  });

  it.each([
    ['2026-03-02T00:00:00Z', '2026-03-02T00:00:00Z'],
    ['2026-03-03T00:00:00Z', '2026-03-02T00:00:00Z'],
    ['2025-01-01T00:00:00Z', '2026-04-30T00:00:00Z'],
  ])('refuses a summary from %s to %s', async (from, to) => {
    const range = { from: new Date(from), to: new Date(to) };
    await expect(usage.summarize('day', range)).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
