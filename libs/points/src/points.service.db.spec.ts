import { uuidv7 } from '@tokenbay/platform';
import { makeCharge, type TestLedger } from './testing/index.js';
import { useLedger } from './testing/use-ledger.js';

describe('points as administrators see them', () => {
  let ledger: TestLedger;
  useLedger((opened) => (ledger = opened));

  const credit = (accountId: string, amount: number, idempotencyKey = uuidv7()) =>
    ledger.database.transaction((tx) =>
      ledger.points.credit(tx, { accountId, amount, reason: 'because', idempotencyKey }),
    );

  it('adds and takes points, and lists the entries newest first, page by page', async () => {
    const accountId = await ledger.addAccount(0);
    for (const amount of [100, -30, 5]) await credit(accountId, amount);
    const first = await ledger.points.listEntries(ledger.database.tx, accountId, { limit: 2 });
    expect(
      first.rows.map(({ amountMicropoints, availableAfterMicropoints }) => [
        amountMicropoints,
        availableAfterMicropoints,
      ]),
    ).toEqual([
      [5, 75],
      [-30, 70],
    ]);
    const second = await ledger.points.listEntries(ledger.database.tx, accountId, {
      limit: 2,
      cursor: first.nextCursor ?? '',
    });
    expect(second).toMatchObject({ rows: [{ amountMicropoints: 100, reason: 'because' }], nextCursor: null });
  });

  it('takes exactly five of fifty simultaneous withdrawals where points cover five', async () => {
    const accountId = await ledger.addAccount(50);
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => credit(accountId, -10)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'conflict' } });
    expect(await ledger.available(accountId)).toBe(0);
  });

  it('answers a repeated idempotency key with the first entry, however simultaneous', async () => {
    const accountId = await ledger.addAccount(0);
    const entries = await Promise.all(Array.from({ length: 10 }, () => credit(accountId, 10, 'once')));
    expect(new Set(entries.map(({ id }) => id)).size).toBe(1);
    expect(await ledger.available(accountId)).toBe(10);
    await expect(credit(accountId, 11, 'once')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('refuses what no account can own, and accounts that do not exist', async () => {
    const accountId = await ledger.addAccount(10);
    await expect(credit(accountId, Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({ code: 'conflict' });
    await expect(credit(accountId, 0)).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(credit('999999999', 1)).rejects.toMatchObject({ code: 'not_found' });
    const entries = ledger.points.listEntries(ledger.database.tx, '999999999', { limit: 2 });
    await expect(entries).rejects.toMatchObject({ code: 'not_found' });
  });

  it('counts what is held towards the most that an account can own', async () => {
    const accountId = await ledger.addAccount(Number.MAX_SAFE_INTEGER - 10);
    const request = { requestId: uuidv7(), accountId, apiKeyId: await ledger.addKey(accountId), budgeted: false };
    const hold = await ledger.points.reserve({ ...request, least: 1_000, need: 1_000 });
    await expect(credit(accountId, 11)).rejects.toMatchObject({ code: 'conflict' });
    await credit(accountId, 10);
    await ledger.points.release(hold);
    expect(await ledger.available(accountId)).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('withdraws nothing that is held', async () => {
    const accountId = await ledger.addAccount(100);
    const apiKeyId = await ledger.addKey(accountId);
    const hold = await ledger.points.reserve({
      requestId: uuidv7(),
      accountId,
      apiKeyId,
      budgeted: false,
      least: 60,
      need: 60,
    });
    await expect(credit(accountId, -50)).rejects.toMatchObject({ code: 'conflict' });
    await credit(accountId, -40);
    expect(await ledger.points.settle(hold, makeCharge({ cost: 60 }))).toMatchObject({ points: 60 });
  });

  it('shows a quota and what is held of it', async () => {
    const accountId = await ledger.addAccount(100);
    const pointLimits = [{ period: 'day' as const, points: 90 }];
    const apiKeyId = await ledger.addKey(accountId, { pointQuota: 80, pointLimits, timeZone: 'Asia/Tokyo' });
    const request = { accountId, apiKeyId, budgeted: true };
    const first = await ledger.points.reserve({ ...request, requestId: uuidv7(), least: 30, need: 30 });
    await ledger.points.reserve({ ...request, requestId: uuidv7(), least: 20, need: 20 });
    await ledger.points.settle(first, makeCharge({ cost: 10 }));
    const points = (await ledger.points.budgets([apiKeyId])).get(apiKeyId);
    expect(points).toMatchObject({
      quotaMicropoints: 80,
      usedMicropoints: 10,
      heldMicropoints: 20,
      remainingMicropoints: 50,
    });
    const [day] = points?.limits ?? [];
    expect(day).toMatchObject({ limitMicropoints: 90, usedMicropoints: 10, heldMicropoints: 20 });
    expect(day?.resetsAt.toISOString()).toMatch(/T15:00:00.000Z$/);
  });

  it('knows nothing of a key without budget but what it has spent', async () => {
    expect((await ledger.points.budgets(['123456'])).get('123456')).toEqual({
      usedMicropoints: 0,
      heldMicropoints: null,
      remainingMicropoints: null,
      quotaMicropoints: null,
      limits: [],
    });
    expect((await ledger.points.balances(['123456'])).get('123456')).toEqual({
      availableMicropoints: 0,
      heldMicropoints: 0,
    });
  });
});
