import { setTimeout as pause } from 'node:timers/promises';
import { uuidv7 } from '@tokenbay/platform';
import { cloneDatabase, type ClonedDatabase } from '@tokenbay/testing';
import { findLedgerFaults, makeCharge, openLedger, type TestLedger } from './testing/index.js';

const RESERVE = `SELECT outcome FROM
  points_reserve($1, ARRAY[$2::bigint], '{1}', ARRAY[$3::bigint], NULL, '{50}', '{50}', '{0}', '{0}', '{50}', '{100}')`;
const TIMES = { heartbeatMs: 20, leaseMs: 300, sweepMs: 0 };

describe('processes of the ledger', () => {
  let clone: ClonedDatabase;
  let mine: TestLedger;
  let other: TestLedger;

  beforeEach(async () => {
    clone = await cloneDatabase();
    [mine, other] = await Promise.all([openLedger(clone.url, TIMES), openLedger(clone.url, TIMES)]);
  }, 60_000);

  afterEach(async () => {
    expect(await findLedgerFaults(mine.database.pool('report'))).toEqual([]);
    await Promise.all([mine.close(), other.close()]);
    await clone.drop();
  });

  async function addAccount(micropoints = 100) {
    const accountId = await mine.addAccount(micropoints);
    const apiKeyId = await mine.addKey(accountId, { pointQuota: micropoints });
    return { accountId, apiKeyId, budgeted: true };
  }

  const reserve = async (
    ledger: TestLedger,
    of: { accountId: string; apiKeyId: string; budgeted: boolean },
    points: number,
  ) => ledger.points.reserve({ ...of, requestId: uuidv7(), least: points, need: points });

  const expire = (ledger: TestLedger) =>
    ledger.database.tx.query(`UPDATE gateway_lease SET lease_until = '-infinity' WHERE instance_id = $1`, [
      ledger.instance.current?.id,
    ]);

  it('gives everything back when a process stops in good order', async () => {
    const account = await addAccount();
    await mine.keeper.start();
    await reserve(mine, account, 30);
    await reserve(mine, { ...account, budgeted: false }, 20);
    await mine.keeper.stop();
    expect(await mine.available(account.accountId)).toBe(100);
    const [{ state }] = await mine.database.tx.query<[{ state: string }]>('SELECT state FROM gateway_instance');
    expect(state).toBe('stopped');
  });

  it('gives a dead process’s holds back within the lease time', async () => {
    const account = await addAccount();
    await other.keeper.beat();
    await reserve(other, account, 60);
    await mine.keeper.start();
    // A busy machine is late with everything; what never came back would not within this either.
    const endsAtMs = performance.now() + TIMES.leaseMs * 20;
    while ((await mine.available(account.accountId)) < 100 && performance.now() < endsAtMs)
      await pause(TIMES.leaseMs / 2);
    await mine.keeper.stop();
    expect(await mine.available(account.accountId)).toBe(100);
  });

  it('leaves the living alone', async () => {
    // A lease that a busy machine keeps up as well.
    const times = { ...TIMES, leaseMs: 2_000 };
    const [one, two] = [await openLedger(clone.url, times), await openLedger(clone.url, times)];
    const account = await addAccount();
    await Promise.all([one.keeper.start(), two.keeper.start()]);
    const hold = await reserve(two, account, 60);
    await pause(times.leaseMs * 1.5);
    expect(await one.available(account.accountId)).toBe(40);
    expect(await two.points.settle(hold, makeCharge({ cost: 60 }))).toMatchObject({ funding: 'hold' });
    await Promise.all([one.keeper.stop(), two.keeper.stop()]);
    await Promise.all([one.close(), two.close()]);
  });

  it('reaps nobody whose lease runs', async () => {
    const lasting = await openLedger(clone.url, { ...TIMES, leaseMs: 60_000 });
    const account = await addAccount();
    const hold = await reserve(lasting, account, 60);
    expect(await mine.ledger.reapNext()).toBeNull();
    expect(await mine.available(account.accountId)).toBe(40);
    await lasting.points.release(hold);
    await lasting.close();
  });

  it('calls nobody dead before a whole lease time of its own heartbeats has passed', async () => {
    const account = await addAccount();
    await reserve(other, account, 60);
    await expire(other);
    await mine.keeper.beat();
    await mine.keeper.beat();
    expect(await mine.available(account.accountId)).toBe(40);
    await pause(TIMES.leaseMs);
    await mine.keeper.beat();
    expect(await mine.available(account.accountId)).toBe(40);
    await mine.instance.stop();
  });

  it('charges a request that outlasted its process’s lease from the account, and lets the process begin anew', async () => {
    const account = await addAccount();
    const hold = await reserve(other, account, 60);
    await expire(other);
    await mine.ledger.reapNext();
    expect(await mine.available(account.accountId)).toBe(100);
    const second = await reserve(other, account, 10);
    expect(second.ownerId).not.toBe(hold.ownerId);
    expect(await other.points.settle(hold, makeCharge({ cost: 60 }))).toMatchObject({ funding: 'account', points: 60 });
    expect(await other.points.settle(second, makeCharge({ cost: 10 }))).toMatchObject({ funding: 'hold', points: 10 });
  });

  it('learns from a heartbeat that it was declared dead', async () => {
    await mine.keeper.beat();
    const before = mine.instance.current?.id;
    await expire(mine);
    await other.ledger.reapNext();
    await mine.keeper.beat();
    expect(mine.instance.current?.id).not.toBe(before);
  });

  it('never leaves a hold behind a process that is ended while it reserves', async () => {
    const account = await addAccount();
    const { id } = await mine.instance.register();
    const pool = mine.database.pool('config');
    const [reserving, reaping] = await Promise.all([pool.connect(), pool.connect()]);
    await reserving.query('BEGIN');
    await reserving.query(RESERVE, [id, 1, account.accountId]);
    const reaped = reaping.query<{ points: string }>(`SELECT points_reap($1, 'dead') AS points`, [id]);
    const isBlocked = await Promise.race([reaped.then(() => false), pause(200).then(() => true)]);
    expect(isBlocked).toBe(true);
    await reserving.query('COMMIT');
    expect((await reaped).rows).toEqual([{ points: '50' }]);
    const { rows } = await reserving.query(RESERVE, [id, 2, account.accountId]);
    expect(rows).toEqual([]);
    reserving.release();
    reaping.release();
  });

  it('sweeps up a hold whose reserve went through although nobody heard of it', async () => {
    const account = await addAccount();
    const used = await reserve(mine, account, 10);
    await mine.database.tx.query(RESERVE, [used.ownerId, 77, account.accountId]);
    await mine.keeper.beat();
    expect(await mine.available(account.accountId)).toBe(90);
    await mine.points.release(used);
  });

  it('reaps many holds of many accounts and keys at once', async () => {
    const accounts = await Promise.all(Array.from({ length: 10 }, () => addAccount(1_000)));
    await Promise.all(
      accounts.flatMap((account) =>
        Array.from({ length: 20 }, (_, index) => reserve(other, { ...account, budgeted: index % 2 === 0 }, 7)),
      ),
    );
    await expire(other);
    await Promise.all([mine.ledger.reapNext(), other.ledger.reapNext()]);
    for (const { accountId } of accounts) expect(await mine.available(accountId)).toBe(1_000);
  });
});
