import { setTimeout as pause } from 'node:timers/promises';
import { uuidv7 } from '@tokenbay/platform';
import type { PoolClient } from 'pg';
import type { Hold } from './hold.js';
import { SettleLine } from './settle-line.js';
import { makeCharge, openLedger, type TestLedger } from './testing/index.js';
import { useLedger } from './testing/use-ledger.js';

/** Two holds of one process, on two accounts with a budgeted key each, all numbered upwards. */
interface Scene {
  readonly holds: readonly [Hold, Hold];
  readonly owner: string;
}

/** What a test has beside its transaction. */
interface Beside {
  readonly probe: PoolClient;
  /** Resolves when somebody waits for what the transaction has locked. */
  untilBlocking(): Promise<void>;
}

/** The rows of a scene, in the one order in which whoever needs several of them takes them. */
const ORDER = [
  ['hold 1', ({ owner, holds }: Scene) => ['hold', 'owner_id = $1 AND hold_no = $2', owner, holds[0].holdNo]],
  ['hold 2', ({ owner, holds }: Scene) => ['hold', 'owner_id = $1 AND hold_no = $2', owner, holds[1].holdNo]],
  ['account 1', ({ holds }: Scene) => ['point_account', 'account_id = $1', holds[0].accountId]],
  ['account 2', ({ holds }: Scene) => ['point_account', 'account_id = $1', holds[1].accountId]],
  ['budget 1', ({ holds }: Scene) => ['key_budget', 'api_key_id = $1', holds[0].apiKeyId]],
  ['budget 2', ({ holds }: Scene) => ['key_budget', 'api_key_id = $1', holds[1].apiKeyId]],
] as const;

const [FIRST, SECOND] = [1, 2].map((n) => `01a1b2c3-0000-7000-8000-00000000000${n}`) as [string, string];
/** How long a call may take to come to the row that is locked. */
const WAIT_MS = 1_500;
const NAMES = ORDER.map(([name]) => name);

describe('locks of the ledger', () => {
  let ledger: TestLedger;
  useLedger((opened) => (ledger = opened));

  async function open(): Promise<Hold> {
    const accountId = await ledger.addAccount(100);
    const apiKeyId = await ledger.addKey(accountId, { pointQuota: 90 });
    return ledger.points.reserve({
      ...{ requestId: uuidv7(), accountId, apiKeyId },
      ...{ budgeted: true, least: 50, need: 50 },
    });
  }

  async function openScene(): Promise<Scene> {
    const holds = [await open(), await open()] as const;
    return { holds, owner: holds[0].ownerId };
  }

  /** What moves points, called with its lines in the wrong order. */
  const CALLS: Record<string, (scene: Scene) => Promise<unknown>> = {
    reserve: ({ owner, holds }) => {
      const ask = { least: 0, need: 5, tip: 0, extra: 0, unit: 1 };
      return ledger.ledger.reserve(
        owner,
        holds.toReversed().map(({ escrow }) => ({ escrow, ...ask })),
      );
    },
    'the settle that gives back': ({ owner, holds }) =>
      ledger.ledger.settle(
        owner,
        holds.toReversed().map((hold) => Object.assign(new SettleLine(hold, makeCharge(), true), { back: 5 })),
      ),
    'the settle of more than is there': ({ owner, holds }) =>
      ledger.ledger.settle(
        owner,
        holds.toReversed().map((hold) => Object.assign(new SettleLine(hold, makeCharge(), true), { back: 70 })),
      ),
    reap: ({ owner }) => ledger.ledger.stop(owner),
  };

  function select(client: PoolClient, row: (typeof ORDER)[number], scene: Scene) {
    const [table, where, ...values] = row[1](scene);
    return client.query(`SELECT FROM ${table} WHERE ${where} FOR UPDATE SKIP LOCKED`, values);
  }

  /** Resolves when somebody waits for what a process of the server has locked; rejects where nobody comes to. */
  async function untilBlocking(processId: number, probe: PoolClient): Promise<void> {
    const deadlineMs = performance.now() + WAIT_MS;
    const waiting = 'SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))';
    while ((await probe.query(waiting, [processId])).rowCount === 0) {
      if (performance.now() > deadlineMs) throw new Error('nobody waits for this row');
      await pause(2);
    }
  }

  /** Work in a transaction that is rolled back unless it commits, beside a connection that looks on. */
  async function inTransaction<T>(work: (client: PoolClient, beside: Beside) => Promise<T>): Promise<T> {
    const pool = ledger.database.pool('report');
    const [client, probe] = await Promise.all([pool.connect(), pool.connect()]);
    try {
      await client.query('BEGIN');
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      return await work(client, { probe, untilBlocking: () => untilBlocking(rows[0]!.pid, probe) });
    } finally {
      await client.query('ROLLBACK');
      client.release();
      probe.release();
    }
  }

  /** Lets a call run into a row that somebody else has; answers which rows the call itself has by then. */
  async function lockedBefore(place: number, scene: Scene, call: (scene: Scene) => Promise<unknown>) {
    let calling: Promise<unknown> = Promise.resolve();
    const locked = await inTransaction(async (blocker, { probe, untilBlocking }) => {
      await select(blocker, ORDER[place]!, scene);
      calling = call(scene);
      await untilBlocking();
      const names: string[] = [];
      for (const row of ORDER)
        if (row !== ORDER[place] && (await select(probe, row, scene)).rowCount === 0) names.push(row[0]);
      return names;
    });
    await calling;
    return locked;
  }

  describe.each(Object.keys(CALLS))('of %s', (name) => {
    it.each(NAMES.map((row, place) => [row, place] as const))(
      'are taken in the one order: whoever waits for %s has what comes before, and nothing that comes after',
      async (_, place) => {
        const scene = await openScene();
        expect(await lockedBefore(place, scene, CALLS[name]!)).toEqual(NAMES.slice(0, place));
      },
    );
  });

  it('make a settle wait for the reaper that was there first, and then not count on what it had', async () => {
    const hold = await open();
    const booking = await inTransaction(async (reaper, { untilBlocking }) => {
      await reaper.query(`SELECT points_reap($1, 'dead')`, [hold.ownerId]);
      const settling = ledger.points.settle(hold, makeCharge({ cost: 20 }));
      await untilBlocking();
      await reaper.query('COMMIT');
      return { settling };
    });
    expect(await booking.settling).toMatchObject({ funding: 'account', points: 20 });
    expect(await ledger.available(hold.accountId)).toBe(80);
  });

  it('never wait for a charge while another has been written that comes after it', async () => {
    const other = await openLedger(ledger.url);
    const hold = await open();
    const [first, second] = [makeCharge({ requestId: FIRST }), makeCharge({ requestId: SECOND })];
    const line = (charge: typeof first) => Object.assign(new SettleLine(hold, charge, true), { back: 0 });
    const booking = await inTransaction(async (client, { untilBlocking }) => {
      await client.query(`INSERT INTO charge SELECT (jsonb_populate_record(null::charge, $1::jsonb)).*`, [
        JSON.stringify({ ...BARE_CHARGE, request_id: first.requestId, account_id: hold.accountId }),
      ]);
      const settling = ledger.ledger.settle(hold.ownerId, [line(second), line(first)]);
      await untilBlocking();
      const failed = { ...second, outcome: 'failed' as const };
      expect(await other.ledger.settle(uuidv7(), [line(failed)])).toMatchObject([{ points: 0, repeated: false }]);
      return { settling };
    });
    expect(await booking.settling).toMatchObject([
      { points: 0, repeated: true },
      { points: 1, repeated: false },
    ]);
    await other.close();
  });
});

/** The smallest line of the usage log. */
const BARE_CHARGE = {
  ...{ api_key_id: 1, points: 0, held: 0, uncollected: 0, window_no: 0, price_version: 1, latency_ms: 1 },
  ...{ input_tokens: 0, cached_input_tokens: 0, cache_write_tokens: 0, output_tokens: 0, reasoning_tokens: 0 },
  ...{ funding: 'hold', status: 200, dialect: 1, outcome: 1, usage_source: 1, stream: false, model: 'm', receipt: {} },
};
