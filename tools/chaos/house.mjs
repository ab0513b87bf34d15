// @ts-check
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../bootstrap/bootstrap.mjs';
import { DatabaseProxy } from './database-proxy.mjs';
import { Fleet } from './fleet.mjs';
import { startOutside } from './videos/videos-house.mjs';
import { createWorld } from './world.mjs';

const LIBRARIES = join(ROOT, 'dist', 'node_modules', '@tokenbay');

/**
 * Everything that runs, but the clients. `directUrl` reaches Postgres past the proxy that gateways go through. `redis` is undefined where this
 * machine has none.
 *
 * @typedef {{ folder: string, postgres: any, proxy: DatabaseProxy, directUrl: string, system: any, fleet: Fleet, world: import('./world.mjs').World,
 *   outside: import('./videos/videos-house.mjs').Outside, redis: any, secretsKey: string, leaseMs: number, heartbeatMs: number, startProgram: any, stop: () => Promise<void> }} House
 */

/** Starts Postgres as durable as production, admin, fake upstream and the gateways, all in processes of their own. @param {number} gateways @returns {Promise<House>} */
export async function startHouse(gateways) {
  const { hasRedis, startPostgres, startProgram, startRedis, startSystem } = await import(
    `${LIBRARIES}/testing/index.js`
  );
  const { runMigrations } = await import(`${LIBRARIES}/schema/index.js`);
  const { LedgerTimes } = await import(`${LIBRARIES}/points/ledger-times.js`);
  const { leaseMs, heartbeatMs } = new LedgerTimes();
  const folder = mkdtempSync(join(tmpdir(), 'tokenbay-chaos-'));
  const postgres = await startPostgres({ durable: true });
  const proxy = new DatabaseProxy(postgres.port);
  const redis = hasRedis() ? await startRedis() : undefined;
  try {
    const directUrl = postgres.url();
    await runMigrations(directUrl);
    const outside = await startOutside(startProgram, folder);
    const shared = { CONTENT_PROXY_ALLOW: new URL(outside.url).host };
    const secretsKey = randomBytes(32).toString('base64');
    const proxied = directUrl.replace(`:${postgres.port}/`, `:${await proxy.listen()}/`);
    const system = await startSystem({
      databaseUrl: directUrl,
      gateway: { ...shared, ...(redis && { REDIS_URL: redis.url }), DATABASE_URL: proxied, SECRETS_KEY: secretsKey },
      admin: { ...shared, SECRETS_KEY: secretsKey },
      upstreamLogFile: join(folder, 'upstream.jsonl'),
    });
    const fleet = new Fleet(system);
    await fleet.fill(gateways);
    const world = await createWorld(system.admin, system.upstream.baseUrl);
    await system.settled();
    const stop = async () => {
      proxy.close();
      await outside.program.kill();
      await redis?.kill();
      await postgres.stop();
    };
    const parts = { folder, postgres, proxy, directUrl, system, fleet, world, outside, redis, secretsKey };
    return { ...parts, leaseMs, heartbeatMs, startProgram, stop };
  } catch (error) {
    proxy.close();
    await redis?.kill();
    await postgres.stop();
    throw error;
  }
}
