import { uuidv7 } from '@tokenbay/platform';
import type { Hold } from './hold.js';
import type { KeyBudget } from './key-points.js';
import { makeCharge, type TestLedger } from './testing/index.js';
import { useLedger } from './testing/use-ledger.js';

describe('settle', () => {
  let ledger: TestLedger;
  useLedger((opened) => (ledger = opened));

  async function hold(points: number, budget?: Partial<KeyBudget>, balance = 100): Promise<Hold> {
    const accountId = await ledger.addAccount(balance);
    const apiKeyId = await ledger.addKey(accountId, budget);
    const request = { accountId, apiKeyId, budgeted: budget !== undefined, least: points, need: points };
    return ledger.points.reserve({ ...request, requestId: uuidv7() });
  }

  /** What a reaper does to a process it takes for dead. */
  const reap = ({ ownerId }: Hold) => ledger.database.tx.query(`SELECT points_reap($1, 'dead')`, [ownerId]);
  const readKey = async ({ apiKeyId }: Hold) => (await ledger.points.budgets([apiKeyId])).get(apiKeyId)!;
  const readCharge = async (requestId: string) => {
    const [row] = await ledger.database.tx.query('SELECT * FROM charge WHERE request_id = $1', [requestId]);
    return row as Record<string, unknown>;
  };

  it('charges the cost and gives the rest back to account and budgets', async () => {
    const held = await hold(60, { pointQuota: 80, pointLimits: [{ period: 'day', points: 70 }] });
    expect(await ledger.points.settle(held, makeCharge({ cost: 25 }))).toEqual({
      funding: 'hold',
      points: 25,
      uncollected: 0,
      repeated: false,
    });
    expect(await ledger.available(held.accountId)).toBe(75);
    expect(await readKey(held)).toMatchObject({
      usedMicropoints: 25,
      heldMicropoints: 0,
      remainingMicropoints: 55,
      limits: [{ period: 'day', limitMicropoints: 70, usedMicropoints: 25, heldMicropoints: 0 }],
    });
  });

  it('charges no more than was held and records the shortfall', async () => {
    const held = await hold(60);
    const charge = makeCharge({ cost: 90 });
    expect(await ledger.points.settle(held, charge)).toMatchObject({ points: 60, uncollected: 30 });
    expect(await ledger.available(held.accountId)).toBe(40);
    expect(await readCharge(charge.requestId)).toMatchObject({ points: '60', held: '60', uncollected: '30' });
  });

  it('charges a failed request nothing; what it cost is the platform’s', async () => {
    const held = await hold(60, { pointQuota: 60 });
    const charge = makeCharge({ cost: 25, outcome: 'failed', status: 504, code: 'upstream_timeout' });
    expect(await ledger.points.settle(held, charge)).toMatchObject({ points: 0, uncollected: 25 });
    expect(await ledger.available(held.accountId)).toBe(100);
    expect(await readKey(held)).toMatchObject({ usedMicropoints: 0, remainingMicropoints: 60 });
  });

  it('books a request once, however often and however simultaneously it is settled', async () => {
    const held = await hold(60, { pointQuota: 80 });
    const charge = makeCharge({ cost: 25 });
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => ledger.points.settle(held, charge)));
    expect(outcomes.filter(({ repeated }) => !repeated)).toHaveLength(1);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ funding: 'hold', points: 25 });
    expect(await ledger.available(held.accountId)).toBe(75);
  });

  it('answers a repetition with the first booking, whatever it says now', async () => {
    const held = await hold(60);
    const charge = makeCharge({ cost: 25 });
    await ledger.points.settle(held, charge);
    const again = await ledger.points.settle(held, { ...charge, cost: 50 });
    expect(again).toEqual({ funding: 'hold', points: 25, uncollected: 0, repeated: true });
  });

  it('gives a second hold of a request that is booked already back whole', async () => {
    const held = await hold(30);
    const second = await ledger.points.reserve({ ...held, requestId: uuidv7(), least: 20, need: 20 });
    const charge = makeCharge({ cost: 25 });
    await ledger.points.settle(held, charge);
    expect(await ledger.points.settle(second, charge)).toMatchObject({ points: 25, repeated: true });
    expect(await ledger.available(held.accountId)).toBe(75);
  });

  it('takes the cost from account and budgets directly where the hold was reaped', async () => {
    const held = await hold(60, { pointQuota: 80, pointLimits: [{ period: 'month', points: 70 }] });
    await reap(held);
    expect(await ledger.available(held.accountId)).toBe(100);
    const charge = makeCharge({ cost: 90 });
    expect(await ledger.points.settle(held, charge)).toMatchObject({ funding: 'account', points: 60, uncollected: 30 });
    expect(await ledger.points.settle(held, charge)).toMatchObject({ funding: 'account', points: 60, repeated: true });
    expect(await ledger.available(held.accountId)).toBe(40);
    expect(await readKey(held)).toMatchObject({ usedMicropoints: 60, remainingMicropoints: 20 });
  });

  it('charges a reaped request once, however simultaneously it is settled', async () => {
    const held = await hold(60);
    await reap(held);
    const charge = makeCharge({ cost: 60 });
    await Promise.all(Array.from({ length: 12 }, () => ledger.points.settle(held, charge)));
    expect(await ledger.available(held.accountId)).toBe(40);
  });

  it.each([
    [
      'the account',
      async (held: Hold) =>
        void (await ledger.points.reserve({ ...held, requestId: uuidv7(), least: 90, need: 90, budgeted: false })),
    ],
    [
      'the quota',
      async (held: Hold) => void (await ledger.points.reserve({ ...held, requestId: uuidv7(), least: 30, need: 30 })),
    ],
    [
      'a period',
      async ({ apiKeyId }: Hold) =>
        ledger.database.transaction((tx) =>
          ledger.points.setBudget(tx, apiKeyId, {
            pointQuota: 80,
            pointLimits: [{ period: 'day', points: 59 }],
            timeZone: 'UTC',
          }),
        ),
    ],
  ])('refuses for ever to charge a reaped request that %s cannot pay any more', async (_, exhaust) => {
    const held = await hold(60, { pointQuota: 80, pointLimits: [{ period: 'day', points: 80 }] });
    await reap(held);
    await exhaust(held);
    const charge = makeCharge({ cost: 60 });
    expect(await ledger.points.settle(held, charge)).toMatchObject({ funding: 'refused', points: 0, uncollected: 60 });
    await ledger.database.transaction((tx) =>
      ledger.points.credit(tx, { accountId: held.accountId, amount: 1_000, reason: 'late', idempotencyKey: 'late' }),
    );
    expect(await ledger.points.settle(held, charge)).toMatchObject({ funding: 'refused', points: 0, repeated: true });
  });

  it.each([
    ['and another has begun', true],
    ['though no other has begun', false],
  ])('refuses a reaped request whose limited period has ended since, %s', async (_, isNextBegun) => {
    const held = await hold(60, { pointLimits: [{ period: 'hour', points: 80 }] });
    await reap(held);
    await ledger.database.tx.query(
      `UPDATE key_budget SET window_end = '-infinity', hour_start = hour_start - interval '1 hour' WHERE api_key_id = $1`,
      [held.apiKeyId],
    );
    if (isNextBegun) await ledger.points.reserve({ ...held, requestId: uuidv7(), least: 1, need: 1 });
    expect(await ledger.points.settle(held, makeCharge({ cost: 60 }))).toMatchObject({ funding: 'refused' });
  });

  it('counts what a key without budget has spent in its life', async () => {
    const held = await hold(60);
    await ledger.points.settle(held, makeCharge({ cost: 25 }));
    const second = await ledger.points.reserve({ ...held, requestId: uuidv7(), least: 60, need: 60 });
    await ledger.points.settle(second, makeCharge({ cost: 5 }));
    expect(await readKey(held)).toEqual({
      usedMicropoints: 30,
      heldMicropoints: null,
      remainingMicropoints: null,
      quotaMicropoints: null,
      limits: [],
    });
  });

  it('keeps every field of the usage log', async () => {
    const held = await hold(60);
    const charge = makeCharge({
      cost: 3,
      stream: true,
      firstByteMs: 7,
      usageSource: 'estimated',
      dialect: 'anthropic',
    });
    await ledger.points.settle(held, charge);
    expect(await readCharge(charge.requestId)).toMatchObject({
      account_id: held.accountId,
      api_key_id: held.apiKeyId,
      model: 'gpt-4o-mini',
      channel_id: '1',
      dialect: 2,
      stream: true,
      status: 200,
      code: null,
      outcome: 1,
      input_tokens: 10,
      output_tokens: 5,
      usage_source: 2,
      price_version: 1,
      latency_ms: 120,
      first_byte_ms: 7,
      receipt: charge.receipt,
    });
  });

  it('books a request whose upstream reported nonsense', async () => {
    const held = await hold(60);
    const tokens = { input: 9e15, cachedInput: -1, cacheWrite: 1.5, output: NaN, reasoning: Infinity };
    const charge = makeCharge({ cost: 3, tokens, model: `a\0b\ud800${'x'.repeat(9_999)}`, code: '\0' });
    expect(await ledger.points.settle(held, charge)).toMatchObject({ points: 3 });
    expect(await readCharge(charge.requestId)).toMatchObject({
      input_tokens: 2_147_483_647,
      cached_input_tokens: 0,
      cache_write_tokens: 2,
      output_tokens: 0,
      reasoning_tokens: 2_147_483_647,
    });
  });

  it('does not charge an impossible cost; the hold comes back with the next sweep', async () => {
    const held = await hold(60);
    await expect(ledger.points.settle(held, makeCharge({ cost: 1.5 }))).rejects.toMatchObject({
      code: 'internal_error',
    });
    await ledger.holds.recover();
    expect(await ledger.available(held.accountId)).toBe(100);
  });

  it('commits durably although the connection’s default is not', async () => {
    const client = await ledger.database.pool('settle').connect();
    await client.query(`BEGIN; SET LOCAL synchronous_commit = off`);
    const held = await hold(5);
    await client.query(
      `SELECT points_settle($1, ARRAY[$2::bigint], '{0}', ARRAY[$3::uuid], ARRAY[$4::bigint], ARRAY[$5::bigint], '{0}', '{1}', '{5}', '{0}',
        '{m}', '{NULL}', '{1}', '{true}', '{200}', '{NULL}', '{1}', '{1}', '{0}', '{0}', '{1}', '{0}', '{1}', '{1}', '{1}', '{NULL}', '[{}]')`,
      [held.ownerId, held.holdNo, uuidv7(), held.accountId, held.apiKeyId],
    );
    const { rows } = await client.query(`SELECT current_setting('synchronous_commit') AS value`);
    await client.query('COMMIT');
    client.release();
    expect(rows).toEqual([{ value: 'on' }]);
  });
});
