import { setTimeout as pause } from 'node:timers/promises';
import { uuidv7 } from '@tokenbay/platform';
import type { KeyBudget } from './key-points.js';
import { openLedger, type TestLedger } from './testing/index.js';
import { useLedger } from './testing/use-ledger.js';

const HOUR_SECONDS = 3_600;
const WEEK_SECONDS = 7 * 24 * HOUR_SECONDS;

describe('reserve', () => {
  let ledger: TestLedger;
  useLedger((opened) => (ledger = opened));

  async function reserve(
    accountId: string,
    apiKeyId: string,
    ask: { budgeted?: boolean; least?: number; need?: number; extra?: number } = {},
  ) {
    const { budgeted = false, least = 10, need = least, extra = 0 } = ask;
    return ledger.points.reserve({ requestId: uuidv7(), accountId, apiKeyId, budgeted, least, need, extra });
  }

  async function race(count: number, budget?: Partial<KeyBudget>, balance = 1_000_000) {
    const accountId = await ledger.addAccount(balance);
    const apiKeyId = await ledger.addKey(accountId, budget);
    const tries = Array.from({ length: count }, () => reserve(accountId, apiKeyId, { budgeted: budget !== undefined }));
    const results = await Promise.allSettled(tries);
    const refusals = results
      .filter((result) => result.status === 'rejected')
      .map(({ reason }) => reason.code as string);
    return { accountId, granted: count - refusals.length, codes: new Set(refusals) };
  }

  it('lets exactly twenty of two hundred callers through when points cover twenty, and leaves exactly nothing', async () => {
    const { accountId, granted, codes } = await race(200, undefined, 200);
    expect(granted).toBe(20);
    expect(codes).toEqual(new Set(['account_point_insufficient']));
    const balance = (await ledger.points.balances([accountId])).get(accountId);
    expect(balance).toEqual({ availableMicropoints: 0, heldMicropoints: 200 });
  });

  it('lets exactly twenty of two hundred callers through when the quota of the key covers twenty', async () => {
    const { granted, codes } = await race(200, { pointQuota: 205 });
    expect(granted).toBe(20);
    expect(codes).toEqual(new Set(['api_key_point_insufficient']));
  });

  it.each(['hour', 'day', 'week', 'month'] as const)(
    'lets exactly twenty of two hundred callers through when the limit of the %s covers twenty',
    async (period) => {
      const { granted, codes } = await race(200, { pointLimits: [{ period, points: 209 }] });
      expect(granted).toBe(20);
      expect(codes).toEqual(new Set(['api_key_point_limit_exceeded']));
    },
  );

  it('is exact over several processes', async () => {
    const others = await Promise.all([openLedger(ledger.url), openLedger(ledger.url)]);
    const accountId = await ledger.addAccount(200);
    const apiKeyId = await ledger.addKey(accountId, { pointQuota: 150 });
    const request = { accountId, apiKeyId, budgeted: true, least: 10, need: 10 };
    const tries = Array.from({ length: 120 }, async (_, index) =>
      [ledger, ...others][index % 3]!.points.reserve({ ...request, requestId: uuidv7() }),
    );
    const results = await Promise.allSettled(tries);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(15);
    for (const other of others) {
      await other.instance.stop();
      await other.close();
    }
  });

  it('grants what is left where the need is larger, but nothing under the least', async () => {
    const accountId = await ledger.addAccount(100);
    const apiKeyId = await ledger.addKey(accountId, { pointQuota: 70, pointLimits: [{ period: 'day', points: 60 }] });
    const first = await reserve(accountId, apiKeyId, { budgeted: true, least: 10, need: 500 });
    expect(first).toMatchObject({ points: 60, budgeted: true });
    expect(first.windowNo).toBeGreaterThan(0);
    const second = await reserve(accountId, apiKeyId, { least: 10, need: 500 });
    expect(second).toMatchObject({ points: 40, budgeted: false, windowNo: 0 });
    await expect(reserve(accountId, apiKeyId, { least: 1, need: 500 })).rejects.toMatchObject({
      code: 'account_point_insufficient',
    });
  });

  it('grants extra only where it is at most a hundredth of what every limit then leaves', async () => {
    const accountId = await ledger.addAccount(1_110);
    const apiKeyId = await ledger.addKey(accountId, { pointQuota: 1_060 });
    const ask = (budgeted: boolean) => reserve(accountId, apiKeyId, { budgeted, least: 50, need: 50, extra: 10 });
    expect(await ask(true)).toMatchObject({ points: 60 });
    expect(await ask(true)).toMatchObject({ points: 50 });
    expect(await ask(false)).toMatchObject({ points: 50 });
  });

  it('grants the most on top to all of a crowd at once where even that is little, and else as much as is', async () => {
    const [rich, plain] = [await ledger.addAccount(100_000_000), await ledger.addAccount(100_000)];
    const ask = async (accountId: string) => {
      const request = { requestId: uuidv7(), accountId, apiKeyId: '1', budgeted: false };
      return (await ledger.points.reserve({ ...request, least: 50, need: 50, extra: 10, extraMost: 10_000 })).points;
    };
    expect(await ask(rich)).toBe(10_050);
    const crowd = await Promise.all(Array.from({ length: 50 }, () => ask(rich)));
    expect(crowd).toEqual(crowd.map(() => 10_050));
    const [first, second] = [await ask(plain), await ask(plain)];
    // A hundredth, in whole requests; then what two of a second may have of it, or one where more than a second has passed.
    expect(first).toBeGreaterThan(50 + 900);
    expect(first).toBeLessThanOrEqual(50 + 1_000);
    expect(second).toBeGreaterThan(50 + 400);
    expect(second).toBeLessThanOrEqual(50 + 1_000);
  });

  it('admits a request that can cost nothing on an empty account', async () => {
    const accountId = await ledger.addAccount(0);
    const hold = await reserve(accountId, await ledger.addKey(accountId), { least: 0, need: 0 });
    expect(hold.points).toBe(0);
  });

  it('refuses by account, then by quota, then by period', async () => {
    const accountId = await ledger.addAccount(100);
    const budget = { pointQuota: 50, pointLimits: [{ period: 'hour', points: 20 }] } as const;
    const apiKeyId = await ledger.addKey(accountId, budget);
    const ask = (least: number) => reserve(accountId, apiKeyId, { budgeted: true, least });
    await expect(ask(101)).rejects.toMatchObject({ code: 'account_point_insufficient' });
    await expect(ask(51)).rejects.toMatchObject({ code: 'api_key_point_insufficient' });
    await expect(ask(21)).rejects.toMatchObject({ code: 'api_key_point_limit_exceeded' });
    await expect(ask(20)).resolves.toMatchObject({ points: 20 });
  });

  it('waits for a limit that is being lowered and obeys it', async () => {
    const accountId = await ledger.addAccount(100);
    const apiKeyId = await ledger.addKey(accountId, { pointQuota: 50 });
    await ledger.points.release(await reserve(accountId, apiKeyId, { budgeted: true }));
    let reserving: Promise<unknown> = Promise.resolve();
    await ledger.database.transaction(async (tx) => {
      await ledger.points.setBudget(tx, apiKeyId, { pointQuota: 9, pointLimits: [], timeZone: 'UTC' });
      reserving = reserve(accountId, apiKeyId, { budgeted: true }).catch((error: unknown) => error);
      await pause(100);
    });
    expect(await reserving).toMatchObject({ code: 'api_key_point_insufficient' });
  });

  it('takes nothing from the account where a budget refuses', async () => {
    const accountId = await ledger.addAccount(100);
    const apiKeyId = await ledger.addKey(accountId, { pointQuota: 5 });
    await expect(reserve(accountId, apiKeyId, { budgeted: true })).rejects.toMatchObject({
      code: 'api_key_point_insufficient',
    });
    expect(await ledger.available(accountId)).toBe(100);
  });

  it('tells the wait until the last of the exhausted periods ends', async () => {
    const accountId = await ledger.addAccount(100);
    const limits = (...periods: ('hour' | 'week')[]) => periods.map((period) => ({ period, points: 5 }));
    const hourly = await ledger.addKey(accountId, { pointLimits: limits('hour') });
    const both = await ledger.addKey(accountId, { pointLimits: limits('hour', 'week') });
    const waitOf = (apiKeyId: string) =>
      reserve(accountId, apiKeyId, { budgeted: true }).then(
        () => NaN,
        (error) => error.options.retryAfterSeconds as number,
      );
    const [{ hour, week }] = await ledger.database.tx.query<[{ hour: string; week: string }]>(
      `SELECT extract(epoch FROM points_period_end('hour', now(), 'UTC') - now()) AS hour,
        extract(epoch FROM points_period_end('week', now(), 'UTC') - now()) AS week`,
    );
    const isNear = (actual: number, expected: string) => expect(Math.abs(actual - Number(expected))).toBeLessThan(3);
    isNear(await waitOf(hourly), hour);
    isNear(await waitOf(both), week);
    expect(await waitOf(hourly)).toBeLessThanOrEqual(HOUR_SECONDS);
    expect(await waitOf(both)).toBeLessThanOrEqual(WEEK_SECONDS);
  });

  it('grants nothing to an account that does not exist, whatever its key may spend', async () => {
    const apiKeyId = await ledger.addKey(await ledger.addAccount(100), { pointQuota: 100 });
    await expect(reserve('999999999', apiKeyId, { budgeted: true })).rejects.toMatchObject({
      code: 'account_point_insufficient',
    });
    await expect(reserve('999999999', apiKeyId)).rejects.toMatchObject({ code: 'account_point_insufficient' });
  });

  it.each([
    [-1, 5],
    [5, 4],
    [0.5, 1],
    [NaN, 1],
    [1, Number.MAX_SAFE_INTEGER + 1],
  ])('refuses to hold from %d to %d before it reaches the database', async (least, need) => {
    await expect(reserve('1', '1', { least, need })).rejects.toMatchObject({ code: 'internal_error' });
  });

  it('gives a released hold back whole, once', async () => {
    const accountId = await ledger.addAccount(100);
    const apiKeyId = await ledger.addKey(accountId, { pointQuota: 50, pointLimits: [{ period: 'month', points: 50 }] });
    const hold = await reserve(accountId, apiKeyId, { budgeted: true, least: 50 });
    await Promise.all([ledger.points.release(hold), ledger.points.release(hold)]);
    expect(await ledger.available(accountId)).toBe(100);
    await expect(reserve(accountId, apiKeyId, { budgeted: true, least: 50 })).resolves.toMatchObject({ points: 50 });
  });
});
