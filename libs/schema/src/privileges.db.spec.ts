import { APPLICATION_ROLE, asApplicationRole, createLogger } from '@tokenbay/platform';
import { findLedgerFaults, makeCharge, openLedger, type TestLedger } from '@tokenbay/points/testing';
import { cloneDatabase, type ClonedDatabase, startPostgres, type TestPostgres } from '@tokenbay/testing';
import { Client, type DatabaseError, type QueryResultRow } from 'pg';
import { runMigrations, toApplicationUrl } from './index.js';

const LEDGER_TABLES = [
  ...['charge', 'hold', 'point_account', 'point_entry', 'key_budget'],
  ...['charge_fresh', 'charge_retired', 'charge_horizon', 'usage_hour', 'key_usage'],
  ...['gateway_instance', 'gateway_lease', 'schema_migration', 'installation'],
];
const FORBIDDEN = '42501';

/** Runs statements one after the other on a connection of their own; answers the last one's rows. */
async function run<Row extends QueryResultRow>(url: string, ...statements: string[]): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    let rows: Row[] = [];
    for (const statement of statements) ({ rows } = await client.query<Row>(statement));
    return rows;
  } finally {
    await client.end();
  }
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'allowed',
    (error: unknown) => (error as DatabaseError).code,
  );

describe('the role of applications', () => {
  let clone: ClonedDatabase;
  let ledger: TestLedger;
  let app: string;

  beforeAll(async () => {
    clone = await cloneDatabase();
    app = asApplicationRole(clone.url);
    ledger = await openLedger(clone.url);
    const accountId = await ledger.addAccount(1_000);
    const apiKeyId = await ledger.addKey(accountId, { pointQuota: 500 });
    const charge = makeCharge({ cost: 30 });
    const of = { accountId, apiKeyId, budgeted: true, requestId: charge.requestId };
    await ledger.points.settle(await ledger.points.reserve({ ...of, least: 50, need: 50 }), charge);
  }, 60_000);

  afterAll(async () => {
    expect(await findLedgerFaults(ledger.database.pool('report'))).toEqual([]);
    await ledger.close();
    await clone.drop();
  });

  it('is what every connection of an application acts as', async () => {
    const [row] = await run(app, 'SELECT current_user AS user, session_user AS login');
    expect(row).toEqual({ user: APPLICATION_ROLE, login: 'postgres' });
    await ledger.points.balances([]);
    const { rows } = await ledger.database
      .pool('report')
      .query<{ count: number }>(
        `SELECT count(*)::integer AS count FROM pg_stat_activity WHERE datname = current_database()`,
      );
    expect(rows[0]?.count).toBeGreaterThan(1);
  });

  it.each(LEDGER_TABLES)('reads %s and writes nothing to it', async (table) => {
    const [column] = await run<{ name: string }>(
      clone.url,
      `SELECT quote_ident(attname) AS name FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attnum > 0 AND attidentity = '' ORDER BY attnum LIMIT 1`,
    );
    const name = column?.name ?? '';
    expect(await codeOf(run(app, `SELECT ${name} FROM ${table}`))).toBe('allowed');
    for (const statement of [
      `INSERT INTO ${table} DEFAULT VALUES`,
      `UPDATE ${table} SET ${name} = ${name}`,
      `DELETE FROM ${table}`,
      `TRUNCATE ${table}`,
      `BEGIN; LOCK TABLE ${table} IN EXCLUSIVE MODE`,
      `SELECT FROM ${table} FOR UPDATE`,
    ])
      expect([statement, await codeOf(run(app, statement))]).toEqual([statement, FORBIDDEN]);
    // They are good statements: the owner is stopped by nothing.
    expect(await codeOf(run(clone.url, 'BEGIN', `UPDATE ${table} SET ${name} = ${name}`, 'ROLLBACK'))).toBe('allowed');
  });

  it('touches no partition, not of today and not of the months to come', async () => {
    const partitions = await run<{ name: string }>(
      clone.url,
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'charge'::regclass`,
    );
    expect(partitions.length).toBeGreaterThanOrEqual(4);
    await run(
      clone.url,
      "CREATE TABLE charge_2999_01 PARTITION OF charge FOR VALUES FROM (charge_first_id('2999-01-01')) TO (charge_first_id('2999-02-01'))",
    );
    for (const { name } of [...partitions, { name: 'charge_2999_01' }])
      for (const statement of [
        `SELECT FROM ${name}`,
        `DELETE FROM ${name}`,
        `UPDATE ${name} SET points = 0`,
        `TRUNCATE ${name}`,
      ])
        expect([statement, await codeOf(run(app, statement))]).toEqual([statement, FORBIDDEN]);
  });

  it('can neither change tables and functions nor make any', async () => {
    for (const statement of [
      'ALTER TABLE point_account DROP CONSTRAINT point_account_available_in_range',
      'ALTER FUNCTION points_at SECURITY DEFINER',
      'DROP FUNCTION points_settle',
      'CREATE TABLE mine (id integer)',
      'CREATE FUNCTION mine() RETURNS integer LANGUAGE sql RETURN 1',
      'CREATE TRIGGER mine BEFORE INSERT ON charge FOR EACH ROW EXECUTE FUNCTION notify_change()',
    ])
      expect([statement, await codeOf(run(app, statement))]).toEqual([statement, FORBIDDEN]);
  });

  it('may call nothing that runs as the owner with a search path of the caller’s, and everybody else nothing at all', async () => {
    const rows = await run<{ name: string; isDoor: boolean; path: string | null; isOpen: boolean; isPublic: boolean }>(
      clone.url,
      `SELECT proname AS name, prosecdef AS "isDoor", has_function_privilege('${APPLICATION_ROLE}', oid, 'EXECUTE') AS "isOpen",
          has_function_privilege('public', oid, 'EXECUTE') AS "isPublic", (SELECT s FROM unnest(proconfig) AS s WHERE s LIKE 'search_path=%') AS path
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'`,
    );
    expect(rows.filter(({ isPublic }) => isPublic)).toEqual([]);
    const doors = rows.filter(({ isDoor }) => isDoor);
    expect(doors.filter(({ path, isOpen }) => path !== 'search_path=public, pg_temp' || !isOpen)).toEqual([]);
    expect(doors.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['points_reserve', 'points_settle', 'points_credit', 'points_set_budget']),
    );
    // What is open and no door only reckons, or ends processes of one's own: it has no rights to lend.
    expect(
      rows
        .filter(({ isOpen, isDoor }) => isOpen && !isDoor)
        .map(({ name }) => name)
        .sort(),
    ).toEqual([
      'charge_first_id',
      'charge_hour',
      'key_points_used',
      'points_at',
      'points_end_processes',
      'points_period_end',
    ]);
    for (const name of ['points_take_budgets', 'points_give_back', 'points_fund_short', 'points_roll'])
      expect(rows.find((row) => row.name === name)).toMatchObject({ isOpen: false });
  });

  it('cannot slip a table or a function of its own under a door', async () => {
    const account = await ledger.addAccount(100);
    const rows = await run<{ outcome: string }>(
      app,
      'CREATE TEMP TABLE point_account (account_id bigint, available bigint)',
      `INSERT INTO point_account VALUES (${account}, 1000000)`,
      'CREATE TEMP TABLE point_entry (LIKE public.point_entry INCLUDING ALL)',
      `CREATE FUNCTION pg_temp.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'infinity'::timestamptz $$`,
      `SET search_path = pg_temp, public`,
      `SELECT outcome FROM public.points_credit(${account}, -500, 'theft', 'x')`,
    );
    expect(rows).toEqual([{ outcome: 'insufficient' }]);
    expect(await ledger.available(account)).toBe(100);
  });

  it('ends no process but those of its own login that were given up on', async () => {
    const bystander = new Client({ connectionString: clone.url, application_name: 'somebody' });
    await bystander.connect();
    const { rows } = await bystander.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await run(app, `SET application_name = 'test/config'`, `SELECT points_end_processes(ARRAY[${rows[0]?.pid}], 1000)`);
    expect((await bystander.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await bystander.query(`SET application_name = 'test/reserve'`);
    const lost = new Promise((done) => bystander.on('error', done));
    await run(app, `SET application_name = 'test/config'`, `SELECT points_end_processes(ARRAY[${rows[0]?.pid}], 1000)`);
    await lost;
  });
});

describe('databases of one cluster', () => {
  let postgres: TestPostgres;
  const logger = createLogger('test', 'silent');
  const warnings: string[] = [];

  beforeAll(async () => {
    postgres = await startPostgres();
    logger.warn = ((_: object, text: string) => void warnings.push(text)) as typeof logger.warn;
  }, 60_000);
  afterAll(() => postgres.stop());
  beforeEach(() => void warnings.splice(0));

  const as = (login: string, database: string) => postgres.url(database).replace(/\/\/[^@]*@/, `//${login}:secret@`);
  const addLogin = (name: string, rights: string) =>
    run(postgres.url(), `CREATE ROLE ${name} LOGIN PASSWORD 'secret' ${rights}`);
  const addDatabase = (name: string, owner = 'postgres') =>
    run(postgres.url(), `CREATE DATABASE ${name} OWNER ${owner}`);
  const userOf = async (url: string) => (await run<{ user: string }>(url, 'SELECT current_user AS user'))[0]?.user;

  it('go without the role where an operator’s login may not make it, say so once, and take it up when it is there', async () => {
    await addLogin('plain', '');
    await addDatabase('managed', 'plain');
    const url = as('plain', 'managed');
    await runMigrations(url);
    expect(await toApplicationUrl(url, logger)).toBe(url);
    expect(warnings).toEqual([expect.stringContaining('CREATE ROLE tokenbay_app NOLOGIN')]);
    await run(postgres.url(), `CREATE ROLE ${APPLICATION_ROLE} NOLOGIN`, `GRANT ${APPLICATION_ROLE} TO plain`);
    // It exists, but was given nothing in this database yet.
    expect(await toApplicationUrl(url, logger)).toBe(url);
    await runMigrations(url);
    warnings.splice(0);
    expect(await userOf(await toApplicationUrl(url, logger))).toBe(APPLICATION_ROLE);
    expect(warnings).toEqual([]);
    await run(
      postgres.url(),
      `REVOKE ${APPLICATION_ROLE} FROM plain`,
      'DROP DATABASE managed',
      `DROP ROLE ${APPLICATION_ROLE}`,
    );
  }, 60_000);

  it('share one role, also when several are prepared at the same moment by logins that may make roles', async () => {
    const names = ['one', 'two', 'three', 'four'];
    for (const name of names) {
      await addLogin(`owner_${name}`, 'CREATEROLE');
      await addDatabase(name, `owner_${name}`);
    }
    await run(postgres.url(), `CREATE ROLE ${APPLICATION_ROLE} NOLOGIN`);
    for (const name of names)
      await run(postgres.url(), `GRANT ${APPLICATION_ROLE} TO owner_${name} WITH ADMIN TRUE, SET FALSE, INHERIT FALSE`);
    await Promise.all(names.map((name) => runMigrations(as(`owner_${name}`, name))));
    for (const name of names) {
      const url = await toApplicationUrl(as(`owner_${name}`, name), logger);
      expect(await userOf(url)).toBe(APPLICATION_ROLE);
      expect(await codeOf(run(url, 'DELETE FROM charge'))).toBe(FORBIDDEN);
    }
    await runMigrations(as('owner_one', 'one'));
  }, 60_000);

  it('are made by superusers at once without a quarrel, and serve a login that is nothing but a member', async () => {
    const names = ['five', 'six', 'seven'];
    for (const name of names) await addDatabase(name);
    await Promise.all(names.map((name) => runMigrations(postgres.url(name))));
    await addLogin('member', `IN ROLE ${APPLICATION_ROLE}`);
    const url = await toApplicationUrl(as('member', 'five'), logger);
    expect(await userOf(url)).toBe(APPLICATION_ROLE);
    expect(await codeOf(run(as('member', 'five'), 'UPDATE point_account SET available = 0'))).toBe(FORBIDDEN);
  }, 60_000);

  it('do without a role that could write the ledger all the same', async () => {
    await addDatabase('eight');
    await runMigrations(postgres.url('eight'));
    await run(postgres.url(), `ALTER ROLE ${APPLICATION_ROLE} SUPERUSER`);
    expect(await toApplicationUrl(postgres.url('eight'), logger)).toBe(postgres.url('eight'));
    expect(warnings).toHaveLength(1);
    await run(postgres.url(), `ALTER ROLE ${APPLICATION_ROLE} NOSUPERUSER`);
  }, 60_000);

  it('keep the options that an operator put into the URL', async () => {
    const url = `${postgres.url('eight')}?options=${encodeURIComponent('-c work_mem=7MB')}`;
    const [row] = await run(
      await toApplicationUrl(url, logger),
      `SELECT current_user AS user, current_setting('work_mem') AS memory`,
    );
    expect(row).toEqual({ user: APPLICATION_ROLE, memory: '7MB' });
  });
});
