import { setTimeout as pause } from 'node:timers/promises';
import { findMemoryFaults } from './find-memory-faults.js';
import type { LedgerFleet, Served } from './ledger-fleet.js';
import type { LedgerModel } from './ledger-model.js';
import type { TestLedger } from './open-ledger.js';

/** What the books say of an account, in micropoints. */
interface Books {
  readonly entries: number;
  readonly charges: number;
  readonly available: number;
  readonly held: number;
}

const BOOKS = `SELECT
    (SELECT coalesce(sum(amount), 0) FROM point_entry WHERE account_id = $1) AS entries,
    (SELECT coalesce(sum(points), 0) FROM charge WHERE account_id = $1) AS charges,
    (SELECT available FROM point_account WHERE account_id = $1) AS available,
    (SELECT coalesce(sum(points), 0) FROM hold WHERE account_id = $1) AS held`;

/** Compares a fleet at rest with its model, and its books with themselves: LEDGER's promises, after every step. */
export async function compareFleet(fleet: LedgerFleet, model: LedgerModel, served: Served): Promise<void> {
  const running = fleet.members.filter(({ isPaused }) => !isPaused).map(({ ledger }) => ledger);
  for (const ledger of running) await rest(ledger);
  const { ledger } = fleet.members[0]!;
  const books = await readBooks(ledger, served.accountId);
  expect(books.available).toBeGreaterThanOrEqual(0);
  expect(books.entries - books.charges).toBe(books.available + books.held);
  expect(books).toMatchObject({ available: model.available, held: model.held, charges: model.charged });
  const budgets = await readBudgets(ledger, served.budgeted);
  const expected = Object.entries(model.shown());
  expect(budgets).toEqual(Object.fromEntries(expected.map(([period, { used, held }]) => [period, [used, held]])));
  for (const [period, { most }] of expected) expect(sumOf(budgets[period])).toBeLessThanOrEqual(most);
  for (const one of running) expect(await findMemoryFaults(one)).toEqual([]);
}

/** Resolves when nothing is on its way, no outcome unknown, and nothing lent ahead. */
async function rest({ holds, recovery, instance }: TestLedger): Promise<void> {
  const escrows = () => [...(instance.current?.escrows.values() ?? [])];
  while (!recovery.isOver) await pause(1);
  for (const { demand } of escrows()) demand.forget();
  await holds.tick();
  // What was sent back by itself has left memory, but perhaps not yet arrived.
  while (!recovery.isOver || escrows().some(({ isAsked }) => isAsked)) await pause(1);
}

async function readBooks({ database }: TestLedger, accountId: string): Promise<Books> {
  const { rows } = await database.pool('report').query<Record<keyof Books, string>>(BOOKS, [accountId]);
  const { entries, charges, available, held } = rows[0]!;
  return { entries: +entries, charges: +charges, available: +available, held: +held };
}

async function readBudgets({ database }: TestLedger, apiKeyId: string): Promise<Record<string, [number, number]>> {
  const { rows } = await database
    .pool('report')
    .query<{ period: string; used: string; held: string }>(
      'SELECT period, used, held FROM key_budget_now WHERE api_key_id = $1',
      [apiKeyId],
    );
  return Object.fromEntries(rows.map(({ period, used, held }) => [period, [Number(used), Number(held)]]));
}

function sumOf(numbers: readonly number[] = []): number {
  return numbers.reduce((total, number) => total + number, 0);
}
