// @ts-check
import { randomBytes } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../bootstrap/bootstrap.mjs';
import { waitForHealth, waitForPort } from './programs.mjs';
import { createWorld } from './world.mjs';

const LIBRARIES = join(ROOT, 'dist', 'node_modules', '@tokenbay');
const SYNCS = 50;
const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };

/**
 * What stands behind the gateway.
 *
 * @typedef {{ postgresPid: number, databaseUrl: string, upstream: import('./programs.mjs').Program, upstreamOrigin: string,
 *   gatewayEnv: Record<string, string>, keys: string[], syncMs: number, stop: () => Promise<void> }} House
 */

/**
 * Starts Postgres as durable as production, the fake upstream and the admin app, and sets up everything that a request is judged by.
 *
 * @param {import('./programs.mjs').Programs} programs
 * @param {import('./options.mjs').Options} options
 * @returns {Promise<House>}
 */
export async function startHouse(programs, options) {
  const { startPostgres } = await import(`${LIBRARIES}/testing/index.js`);
  const { runMigrations } = await import(`${LIBRARIES}/schema/index.js`);
  const postgres = await startPostgres(options.isInMemory ? { settings: DURABLE } : { durable: true });
  try {
    const databaseUrl = postgres.url();
    await runMigrations(databaseUrl);
    const upstream = programs.start({
      name: 'upstream',
      file: join(LIBRARIES, 'testing', 'fake-upstream', 'main.js'),
      args: ['--log-size', '0', '--port', String(options.upstreamPort)],
    });
    const upstreamOrigin = `http://127.0.0.1:${await waitForPort(upstream)}`;
    const shared = { DATABASE_URL: databaseUrl, SECRETS_KEY: randomBytes(32).toString('base64') };
    const keys = await withAdmin(programs, shared, (admin) => createWorld(admin, upstreamOrigin, options.accounts));
    const gatewayEnv = { ...shared, ...LIMITS };
    const syncMs = options.isInMemory ? 0 : measureSync(programs.folder);
    const stop = () => postgres.stop();
    return { postgresPid: postgres.pid, databaseUrl, upstream, upstreamOrigin, gatewayEnv, keys, syncMs, stop };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

/** Every limit is in force and none refuses: clients come from many addresses. Load shedding would judge the machine, not the gateway. */
const LIMITS = {
  REQUESTS_PER_MINUTE_PER_IP: '100000',
  OVERLOAD_CPU_PERCENT: '0',
  OVERLOAD_MEMORY_PERCENT: '0',
  OVERLOAD_DISK_PERCENT: '0',
};

/**
 * Runs the admin app for as long as `work` takes: while figures are taken it does not run.
 *
 * @template T
 * @param {import('./programs.mjs').Programs} programs
 * @param {Record<string, string>} env
 * @param {(admin: any) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withAdmin(programs, env, work) {
  const { AdminClient, findFreePort } = await import(`${LIBRARIES}/testing/index.js`);
  const { generateSecret } = await import(`${LIBRARIES}/platform/testing/index.js`);
  const token = generateSecret('adm-');
  const port = await findFreePort();
  const program = programs.start({
    name: 'admin',
    file: join(ROOT, 'dist', 'apps', 'admin', 'main.js'),
    env: { ...env, ADMIN_TOKEN: token, ADMIN_PORT: String(port) },
  });
  await waitForHealth(program, `http://127.0.0.1:${port}/health/ready`);
  const answer = await work(new AdminClient(`http://127.0.0.1:${port}`, token));
  await program.stop();
  return answer;
}

/** The median time that this disk takes to make 8 KiB durable: the floor of every charge. @param {string} folder */
function measureSync(folder) {
  const file = join(folder, 'sync');
  const descriptor = openSync(file, 'w');
  const bytes = Buffer.alloc(8_192, 'x');
  const times = Array.from({ length: SYNCS }, () => {
    writeSync(descriptor, bytes);
    const startMs = performance.now();
    fdatasyncSync(descriptor);
    return performance.now() - startMs;
  });
  closeSync(descriptor);
  rmSync(file);
  return times.sort((a, b) => a - b)[SYNCS / 2] ?? NaN;
}
