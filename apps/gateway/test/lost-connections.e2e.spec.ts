import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { useSystem } from './use-system.js';

const ROUNDS = 120;
const PAUSE_MS = 40;
const CALLERS = 8;

describe('a gateway whose database connections are ended again and again', () => {
  const house = useSystem();

  it('lives on, and charges exactly what it answered', async () => {
    const world = await house.system.world({ upstreamModel: 'fake@usage:20:10' });
    const codes = new Set<string | undefined>();
    const over = new AbortController();
    const callers = Array.from({ length: CALLERS }, async () => {
      while (!over.signal.aborted) codes.add((await house.chat(world)).code);
    });
    const client = new Client(house.system.databaseUrl);
    await client.connect();
    for (let round = 0; round < ROUNDS; round += 1) {
      // In a loop this tight a connection is lost in the very moment it is handed out.
      await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name LIKE 'tokenbay-gateway%' AND datname = current_database()`);
      await sleep(PAUSE_MS);
    }
    await client.end();
    over.abort();
    await Promise.all(callers);
    expect(house.system.gatewayProcess.isRunning).toBe(true);
    codes.delete(undefined);
    codes.delete('ledger_unavailable');
    expect([...codes]).toEqual([]);
    expect((await house.chat(world)).status).toBe(200);
  }, 60_000);
});
