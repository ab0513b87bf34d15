import type { DomainError } from '@tokenbay/errors';
import { uuidv7 } from '@tokenbay/platform';
import { cloneDatabase, type ClonedDatabase } from '@tokenbay/testing';
import { Unanswered } from './run-bounded.js';
import { findMemoryFaults } from './testing/find-memory-faults.js';
import { findLedgerFaults, makeCharge, openLedger, type TestLedger } from './testing/index.js';

const PROCESSES = 3;
const WORKERS = 12;
const ROUNDS = 25;
const EXPECTED_CODES = new Set([
  'account_point_insufficient',
  'api_key_point_insufficient',
  'api_key_point_limit_exceeded',
  'conflict',
]);

/** A process that was declared dead while it began anew, or whose answers were lost again and again. */
const isGivenUp = ({ code }: DomainError) => code === 'ledger_unavailable';

describe('the ledger under everything at once', () => {
  let clone: ClonedDatabase;
  let ledgers: TestLedger[];

  beforeAll(async () => {
    clone = await cloneDatabase();
    ledgers = await Promise.all(
      Array.from({ length: PROCESSES }, () => openLedger(clone.url, { pauseMs: 1, statementMs: 10_000 })),
    );
  }, 60_000);

  afterAll(async () => {
    for (const ledger of ledgers) await ledger.close();
    await clone.drop();
  });

  /** Small numbers that differ from call to call, the same in every run. */
  let seed = 1;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;

  /** Batches that the server ended as a deadlock: the lanes repeat them, so that nothing else would show it. */
  const deadlocks: string[] = [];

  /** Now and then the answer to a batch is lost, before or after it was committed. */
  const loseSometimes = ({ ledger: statements }: TestLedger) => {
    for (const name of ['reserve', 'settle'] as const) {
      const original = statements[name].bind(statements) as (...args: unknown[]) => Promise<never>;
      statements[name] = async (...args: unknown[]) => {
        const fate = random(40);
        if (fate === 0) throw new Unanswered(new Error('lost before'), null);
        const answer = await original(...args).catch((error: Error) => {
          const { code } = (error.cause ?? error) as { code?: string };
          if (code === '40P01') deadlocks.push(name);
          throw error;
        });
        if (fate === 1) throw new Unanswered(new Error('lost after'), null);
        return answer;
      };
    }
  };

  it('never deadlocks, overdraws or loses a micropoint while processes reserve, settle, lose answers, die and are administered', async () => {
    const [first] = ledgers;
    const accounts = await Promise.all(Array.from({ length: 3 }, () => first!.addAccount(2_000)));
    const keys = await Promise.all(
      accounts.flatMap((accountId) =>
        [0, 1, 2].map(async (n) => ({
          accountId,
          budgeted: n > 0,
          apiKeyId: await first!.addKey(accountId, n > 0 ? { pointQuota: 3_000 } : undefined),
        })),
      ),
    );

    const request = async (ledger: TestLedger) => {
      const key = keys[random(keys.length)]!;
      const hold = await ledger.points.reserve({ ...key, requestId: uuidv7(), least: 1 + random(20), need: 40 });
      const charge = makeCharge({ cost: random(60), outcome: random(5) === 0 ? 'failed' : 'completed' });
      if (random(8) === 0) return ledger.points.release(hold);
      await Promise.all(Array.from({ length: 1 + random(2) }, () => ledger.points.settle(hold, charge)));
    };
    const administer = async (ledger: TestLedger) => {
      const { accountId, apiKeyId } = keys[random(keys.length)]!;
      await ledger.database.transaction(async (tx) => {
        const amount = random(200) - 90 || 1;
        await ledger.points.credit(tx, { accountId, amount, reason: 'x', idempotencyKey: uuidv7() });
        const budget = { pointQuota: 3_000 + random(500), pointLimits: [], timeZone: 'UTC' };
        await ledger.points.setBudget(tx, apiKeyId, budget);
      });
    };
    const die = async (ledger: TestLedger) => {
      const id = ledger.instance.current?.id;
      if (id) await ledger.database.tx.query(`SELECT points_reap($1, 'dead')`, [id]);
    };
    const act = (ledger: TestLedger) => (random(30) === 0 ? die : random(6) === 0 ? administer : request)(ledger);

    for (const ledger of ledgers) loseSometimes(ledger);
    const unexpected: unknown[] = [];
    const work = async (ledger: TestLedger) => {
      for (let round = 0; round < ROUNDS; round += 1)
        await act(ledger).catch((error: DomainError) => {
          if (!EXPECTED_CODES.has(error.code) && !isGivenUp(error)) unexpected.push(error);
        });
    };
    await Promise.all(ledgers.flatMap((ledger) => Array.from({ length: WORKERS }, () => work(ledger))));

    expect(unexpected).toEqual([]);
    expect(deadlocks).toEqual([]);
    for (const ledger of ledgers) {
      await ledger.holds.recover();
      expect(await findMemoryFaults(ledger)).toEqual([]);
      await ledger.holds.close();
      await ledger.instance.stop();
    }
    const pool = first!.database.pool('report');
    expect(await findLedgerFaults(pool)).toEqual([]);
    const { rows } = await pool.query<{ deadlocks: string; held: string; charges: string }>(
      `SELECT deadlocks, (SELECT count(*) FROM hold) AS held, (SELECT count(*) FROM charge) AS charges
        FROM pg_stat_database WHERE datname = current_database()`,
    );
    expect(rows[0]).toMatchObject({ deadlocks: '0', held: '0' });
    expect(Number(rows[0]!.charges)).toBeGreaterThan(200);
  }, 60_000);
});
