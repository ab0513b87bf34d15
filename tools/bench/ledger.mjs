// @ts-check
/**
 * Measures the ledger alone: `node tools/bench/ledger.mjs [seconds]` after `npm run build`. Each round is one to three processes, each its
 * own ledger as a gateway has it, against one durable Postgres that is started for it. Prints charges per second, waiting times, log bytes
 * and processor time for each charge.
 */
import { execFileSync, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { APPLICATION_NODE_ARGS } from '../bootstrap/node-args.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SECONDS = Number(process.argv[2] ?? 3);
const TICKS_PER_SECOND = 100;

/** @typedef {{ name: string, processes: number, inFlight: number, accounts: number, budgets: boolean, scarce: boolean }} Round */
/** @type {Round[]} */
const ROUNDS = [
  round('one account', { inFlight: 1 }),
  round('one account', { inFlight: 32 }),
  round('one account', { inFlight: 128 }),
  round('one account', { inFlight: 512 }),
  round('16 budgeted keys', { inFlight: 32, accounts: 16, budgets: true }),
  round('1,000 accounts', { inFlight: 32, accounts: 1_000 }),
  round('1,000 accounts', { inFlight: 128, accounts: 1_000 }),
  round('1,000 budgeted keys', { inFlight: 32, accounts: 1_000, budgets: true }),
  round('1,000 budgeted keys', { inFlight: 128, accounts: 1_000, budgets: true }),
  round('1,000 accounts, exact', { inFlight: 128, accounts: 1_000, scarce: true }),
  round('1,000 budgeted keys, exact', { inFlight: 128, accounts: 1_000, budgets: true, scarce: true }),
  round('one account', { processes: 3, inFlight: 32 }),
  round('one account, exact', { processes: 3, inFlight: 32, scarce: true }),
];

/** @param {string} name @param {Partial<Round>} changes @returns {Round} */
function round(name, changes) {
  return { name, processes: 1, inFlight: 32, accounts: 1, budgets: false, scarce: false, ...changes };
}

const { startPostgres } = await import(`${ROOT}/dist/node_modules/@tokenbay/testing/postgres/start-postgres.js`);
const { runMigrations } = await import(`${ROOT}/dist/node_modules/@tokenbay/schema/index.js`);
const { openLedger, findLedgerFaults } = await import(`${ROOT}/dist/node_modules/@tokenbay/points/testing/index.js`);

const only = process.argv[3];
for (const one of ROUNDS) {
  const label = `${one.processes} × ${one.inFlight}, ${one.name}`;
  if (only === undefined || label.includes(only)) console.log(label.padEnd(42), await measure(one));
}

/** @param {Round} round */
async function measure({ processes, inFlight, accounts, budgets, scarce }) {
  const postgres = await startPostgres({ durable: true });
  try {
    await runMigrations(postgres.url());
    const ledger = await openLedger(postgres.url());
    // Scarce: a part in a hundred is less than one request, so nothing is ever lent ahead.
    const points = scarce ? (accounts === 1 ? 200 * inFlight * processes : 9_000) : 1_000_000_000_000;
    /** @type {object[]} */
    const keys = [];
    for (let n = 0; n < accounts; n += 1) {
      const accountId = await ledger.addAccount(points);
      const budget = budgets ? { pointQuota: points, pointLimits: [{ period: 'month', points }] } : undefined;
      keys.push({ accountId, apiKeyId: await ledger.addKey(accountId, budget), budgeted: budgets });
    }
    const workers = await Promise.all(Array.from({ length: processes }, () => startWorker(postgres.url())));
    await Promise.all(workers.map((worker) => worker.run({ keys, inFlight, seconds: 1, isFree: scarce })));
    const before = await state(ledger, postgres.pid);
    const results = await Promise.all(
      workers.map((worker) => worker.run({ keys, inFlight, seconds: SECONDS, isFree: scarce })),
    );
    const after = await state(ledger, postgres.pid);
    await Promise.all(workers.map((worker) => worker.stop()));
    const faults = await findLedgerFaults(ledger.database.pool('report'));
    await ledger.close();
    if (faults.length > 0) throw new Error(faults.join('\n'));
    const charges = results.reduce((sum, result) => sum + result.count, 0);
    const ms = (/** @type {string} */ kind) => results.map((result) => result[kind].toFixed(2)).join('/');
    return [
      `${Math.round(charges / SECONDS)} per s`,
      `reserve ${ms('reserveP50')}, settle ${ms('settleP50')}, p99 ${ms('p99')} ms`,
      `refused ${results.reduce((sum, result) => sum + result.refused, 0)}`,
      `Postgres ${((1e6 * (after.cpu - before.cpu)) / charges).toFixed(1)} µs, Node ${(results.reduce((sum, result) => sum + result.cpu, 0) / charges).toFixed(1)} µs`,
      `${Math.round((after.wal - before.wal) / charges)} B`,
      `hot ${((100 * (after.hot - before.hot)) / (after.updates - before.updates)).toFixed(1)} %`,
    ].join(' · ');
  } finally {
    await postgres.stop();
  }
}

/** @param {string} url */
async function startWorker(url) {
  const child = fork(fileURLToPath(new URL('ledger-worker.mjs', import.meta.url)), [url], {
    execArgv: APPLICATION_NODE_ARGS,
  });
  const answer = () => new Promise((resolve) => child.once('message', resolve));
  await answer();
  return {
    /** @param {object} work @returns {Promise<any>} */
    run: (work) => {
      child.send(work);
      return answer();
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.send({ stop: true });
      await ended;
    },
  };
}

/** @param {any} ledger @param {number} pid */
async function state(ledger, pid) {
  await ledger.database.tx.query('SELECT pg_stat_force_next_flush()').catch(() => undefined);
  const [row] = await ledger.database.tx.query(
    `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float AS wal, sum(n_tup_hot_upd)::int AS hot, sum(n_tup_upd)::int AS updates
      FROM pg_stat_user_tables WHERE relname IN ('hold', 'point_account', 'key_budget')`,
  );
  const pids = [
    pid,
    ...execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)])
      .toString()
      .trim()
      .split(/\s+/)
      .map(Number),
  ];
  return { ...row, cpu: pids.reduce((sum, one) => sum + cpuSeconds(one), 0) };
}

/** @param {number} pid */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
