import { randomBytes } from 'node:crypto';
import { asApplicationRole, createLogger, Database } from '@tokenbay/platform';
import { Holds } from '../holds.js';
import type { KeyBudget } from '../key-points.js';
import { LedgerInstance } from '../ledger-instance.js';
import { LedgerKeeper } from '../ledger-keeper.js';
import { LedgerRepository } from '../ledger.repository.js';
import { LedgerTimes } from '../ledger-times.js';
import { PointsRepository } from '../points.repository.js';
import { PointsService } from '../points.service.js';
import { Recovery } from '../recovery.js';
import { ReserveLane } from '../reserve-lane.js';
import { SettleLane } from '../settle-lane.js';

const SILENT = createLogger('test', 'silent');

/** One process's ledger on a database, with what tests need to fill it. */
export interface TestLedger {
  /** Of its database, for further processes on it. */
  readonly url: string;
  /** Connected as the tables' owner, so that tests may look and steer where applications may not. */
  readonly database: Database;
  readonly points: PointsService;
  readonly holds: Holds;
  readonly instance: LedgerInstance;
  readonly keeper: LedgerKeeper;
  readonly ledger: LedgerRepository;
  readonly reserves: ReserveLane;
  readonly settles: SettleLane;
  readonly recovery: Recovery;
  /** A new account with these micropoints. */
  addAccount(micropoints: number): Promise<string>;
  /** A new key of an account; a budget limits it. */
  addKey(accountId: string, budget?: Partial<KeyBudget>): Promise<string>;
  available(accountId: string): Promise<number>;
  /** The process that takes its place after it was killed: on the same connections, and remembering nothing. */
  succeed(): TestLedger;
  close(): Promise<void>;
}

/** Opens a ledger as one gateway process has it; several on one database are several processes. */
export async function openLedger(url: string, changes: Partial<LedgerTimes> = {}): Promise<TestLedger> {
  const options = { applicationName: 'test', entities: [], logger: SILENT };
  const database = new Database({ ...options, url });
  const application = new Database({ ...options, url: asApplicationRole(url) });
  await Promise.all([database.start(), application.start()]);
  return assemble({ url, database, application }, Object.assign(new LedgerTimes(), changes));
}

/** The two ways to one database: as the owner of its tables, and as the applications come to it. */
interface Databases {
  readonly url: string;
  readonly database: Database;
  readonly application: Database;
}

function assemble(databases: Databases, times: LedgerTimes): TestLedger {
  const { url, database, application } = databases;
  const logger = SILENT;
  const ledger = new LedgerRepository(application, times);
  const instance = new LedgerInstance(ledger, times, logger);
  const reserves = new ReserveLane(ledger, instance, times);
  const settles = new SettleLane(ledger, times, logger);
  const recovery = new Recovery(ledger, instance, reserves, settles, times, logger);
  const holds = new Holds(ledger, reserves, settles, instance, recovery, times);
  const keeper = new LedgerKeeper(ledger, instance, holds, times, logger);
  const points = new PointsService(holds, new PointsRepository(), application);
  return {
    ...{ url, database, points, holds, instance, keeper, ledger, reserves, settles, recovery },
    addAccount: (micropoints) => addAccount(application, points, micropoints),
    addKey: (accountId, budget) => addKey(application, points, { accountId, budget }),
    available: async (accountId) => (await points.balances([accountId])).get(accountId)!.availableMicropoints,
    succeed: () => {
      recovery.stop();
      return assemble(databases, times);
    },
    close: async () => {
      recovery.stop();
      await Promise.all([application.stop(), database.stop()]);
    },
  };
}

function addAccount(database: Database, points: PointsService, micropoints: number): Promise<string> {
  return database.transaction(async (tx) => {
    const [{ id }] = await tx.query<[{ id: string }]>(
      `INSERT INTO account (version, name) VALUES (1, 'test') RETURNING id`,
    );
    await points.createAccountPoints(tx, id);
    if (micropoints > 0)
      await points.credit(tx, { accountId: id, amount: micropoints, reason: 'test', idempotencyKey: 'first' });
    return id;
  });
}

function addKey(
  database: Database,
  points: PointsService,
  { accountId, budget }: { accountId: string; budget: Partial<KeyBudget> | undefined },
): Promise<string> {
  return database.transaction(async (tx) => {
    const [{ id }] = await tx.query<[{ id: string }]>(
      `INSERT INTO api_key (version, account_id, name, secret_hash, prefix, last_four)
        VALUES (1, $1, 'test', $2, 'sk-', '0000') RETURNING id`,
      [accountId, randomBytes(32)],
    );
    if (budget) await points.setBudget(tx, id, { pointQuota: null, pointLimits: [], timeZone: 'UTC', ...budget });
    return id;
  });
}
