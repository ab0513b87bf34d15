import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { runMigrations } from '@tokenbay/schema';
import { startPostgres, startSystem, type GatewayClient, type System, type TestPostgres } from '@tokenbay/testing';
import { Client } from 'pg';

/** See LedgerTimes. */
const LEASE_MS = 10_000;
const HEARTBEAT_MS = 2_000;
const AWAY_MS = 3 * LEASE_MS;
const SERVED_AGAIN_MS = 10_000;
const POLL_MS = 50;

describe('three gateways whose Postgres is away for three lease times', () => {
  let postgres: TestPostgres;
  let system: System;
  let gateways: GatewayClient[];

  beforeAll(async () => {
    postgres = await startPostgres({ durable: true });
    await runMigrations(postgres.url());
    system = await startSystem({ databaseUrl: postgres.url() });
    const added = [await system.addGateway(), await system.addGateway()];
    gateways = [system.gateway, ...added.map(({ client }) => client)];
  }, 60_000);

  afterAll(() => postgres.stop());

  async function listInstances(): Promise<{ id: string; state: string }[]> {
    const client = new Client(postgres.url());
    await client.connect();
    const { rows } = await client.query<{ id: string; state: string }>(
      'SELECT instance_id AS id, state FROM gateway_instance ORDER BY instance_id',
    );
    await client.end();
    return rows;
  }

  it('are all still alive afterwards, serve again by themselves within ten seconds, and have lost nothing', async () => {
    const upstreamModel = 'fake@usage:20:10+words:40+gap:900';
    const world = await system.world({ upstreamModel });
    const { modelName } = await system.world({ upstreamModel: 'fake@usage:20:10' });
    const before = await listInstances();
    expect(before.map(({ state }) => state)).toEqual(['live', 'live', 'live']);
    // What runs while Postgres is away ends after it is back, and is charged by the hold it was admitted with.
    const outlasting = system.gateway.chat(world.apiKey, world.modelName, { stream: true });
    await sleep(1_000);

    await postgres.halt('immediate');
    await sleep(AWAY_MS);
    const refusals = await Promise.all(gateways.map((gateway) => gateway.chat(world.apiKey, modelName)));
    expect(refusals.map(({ status, code }) => [status, code])).toEqual(gateways.map(() => [503, 'ledger_unavailable']));
    for (const path of ['/v1/account', `/v1/usage/${randomUUID()}`]) {
      const own = await system.gateway.request(path, world.apiKey);
      expect([own.status, own.code, own.headers.get('retry-after')]).toEqual([503, 'ledger_unavailable', '2']);
    }
    await postgres.start();

    const backAtMs = performance.now();
    const answers = await Promise.all(
      gateways.map(async (gateway) => {
        for (;;) {
          const answer = await gateway.chat(world.apiKey, modelName);
          if (answer.status === 200 || performance.now() - backAtMs > SERVED_AGAIN_MS) return answer;
          await sleep(POLL_MS);
        }
      }),
    );
    expect(performance.now() - backAtMs).toBeLessThan(SERVED_AGAIN_MS);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);

    // Every lease had run out: each gateway has had the time to take the others for dead.
    await sleep(2 * HEARTBEAT_MS);
    expect(await listInstances()).toEqual(before);
    const outlasted = await outlasting;
    expect(outlasted.events.at(-1)).toBe('[DONE]');
    const complete = [outlasted, ...answers].map(({ requestId }) => ({ requestId: requestId ?? '', points: 40_000 }));
    await system.stop({ complete, free: refusals.map(({ requestId }) => requestId ?? '') });
  }, 100_000);
});
