import { execFileSync } from 'node:child_process';
import { generateSecret } from '@tokenbay/platform/testing';
import { runMigrations } from '@tokenbay/schema';
import { startPostgres, startSystem, type System, type TestPostgres, type World } from '@tokenbay/testing';
import pg from 'pg';
import { expectRefusal } from './expect-refusal.js';
import { openStream } from './open-stream.js';

/** No request waits longer than this for a database that does not answer. */
const BOUND_MS = 8_000;
let postgres: TestPostgres;
let system: System;
let world: World;

beforeAll(async () => {
  postgres = await startPostgres();
  await runMigrations(postgres.url());
  system = await startSystem({ databaseUrl: postgres.url() });
  world = await system.world({ upstreamModel: 'fake@usage:120:30+gap:20' });
  expect((await system.gateway.chat(world.apiKey, world.modelName)).status).toBe(200);
}, 60_000);

afterAll(async () => {
  process.kill(postgres.pid, 'SIGCONT');
  try {
    await system.stop();
  } finally {
    await postgres.stop();
  }
}, 60_000);

const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));
const chat = (apiKey = world.apiKey) => system.gateway.chat(apiKey, world.modelName);

/** Every process of the database stops, as on a machine that hangs: connections stay open and say nothing. */
function freeze(signal: 'SIGSTOP' | 'SIGCONT'): void {
  for (const pid of [postgres.pid, ...childrenOf(postgres.pid)]) process.kill(pid, signal);
}

function childrenOf(pid: number): number[] {
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)]).toString();
  return children.trim().split(/\s+/).map(Number);
}

/** A chat request that must be answered in bounded time. */
async function chatWithin(ms: number, apiKey?: string): ReturnType<typeof chat> {
  const startedAtMs = performance.now();
  const answer = await chat(apiKey);
  expect(performance.now() - startedAtMs).toBeLessThan(ms);
  return answer;
}

async function untilServed(ms: number): Promise<void> {
  const deadlineMs = performance.now() + ms;
  let answer = await chat();
  while (answer.status !== 200 && performance.now() < deadlineMs) {
    await sleep(100);
    answer = await chat();
  }
  expect([answer.status, answer.code]).toEqual([200, undefined]);
}

describe('while the database hangs', () => {
  afterEach(() => freeze('SIGCONT'));

  it('a request is refused with ledger_unavailable in bounded time, and served again when the database is back', async () => {
    freeze('SIGSTOP');
    expectRefusal(await chatWithin(BOUND_MS), 'ledger_unavailable');
    freeze('SIGCONT');
    await untilServed(5_000);
  });

  it('a stream’s tail waits for its charge, and comes when the database is back', async () => {
    const slow = await system.world({ upstreamModel: 'fake@usage:120:30+gap:200' });
    const stream = await openStream(system.gatewayUrl, slow);
    await stream.until('Hello');
    freeze('SIGSTOP');
    await stream.until('lost.');
    await sleep(1_200);
    expect(stream.isEnded).toBe(false);
    expect(stream.text).not.toContain('"finish_reason":"stop"');
    freeze('SIGCONT');
    expect(await stream.end()).toMatch(/data: \[DONE\]\n\n$/);
  });

  it('a whole answer waits for its charge, and comes when the database is back', async () => {
    const slow = await system.world({ upstreamModel: 'fake@usage:120:30+delay:2000' });
    let isAnswered = false;
    const answering = system.gateway.chat(slow.apiKey, slow.modelName).finally(() => (isAnswered = true));
    const areUnderWay = (count: number) => async () => (await system.upstream.stats()).inFlight === count;
    await system.gatewayProcess.waitUntil(areUnderWay(1), BOUND_MS);
    freeze('SIGSTOP');
    await system.gatewayProcess.waitUntil(areUnderWay(0), BOUND_MS);
    await sleep(500);
    expect(isAnswered).toBe(false);
    freeze('SIGCONT');
    expect((await answering).status).toBe(200);
  });

  it('after so long that nothing remembered counts any more, refusals are still in bounded time', async () => {
    freeze('SIGSTOP');
    await sleep(3_500);
    const [known, neverSeen] = await Promise.all([
      chatWithin(BOUND_MS, world.apiKey),
      chatWithin(BOUND_MS, generateSecret('sk-')),
    ]);
    expectRefusal(known, 'ledger_unavailable');
    expectRefusal(neverSeen, 'ledger_unavailable');
    expectRefusal(await chatWithin(1_000, 'sk-invented'), 'api_key_invalid');
    freeze('SIGCONT');
    await untilServed(5_000);
  });
});

describe('while the database is gone', () => {
  it('a request is refused with ledger_unavailable at once, and served again when the database is back', async () => {
    await postgres.halt('immediate');
    expectRefusal(await chatWithin(BOUND_MS), 'ledger_unavailable');
    expectRefusal(await chatWithin(BOUND_MS), 'ledger_unavailable');
    await postgres.start();
    await untilServed(10_000);
  }, 60_000);
});

describe('while its process is taken for dead', () => {
  const query = async (sql: string, ...values: unknown[]) => {
    const client = new pg.Client({ connectionString: postgres.url() });
    await client.connect();
    return (await client.query(sql, values).finally(() => client.end())).rows as unknown[];
  };

  it('an answer that its account can pay no more is not delivered', async () => {
    const streamed = await system.world({ upstreamModel: 'fake@usage:120:30+gap:300' });
    const whole = await system.world({ upstreamModel: 'fake@usage:120:30+delay:2000' });
    const accounts = [streamed.account.id, whole.account.id];
    const answering = system.gateway.chat(whole.apiKey, whole.modelName);
    const stream = await openStream(system.gatewayUrl, streamed);
    await stream.until('Hello');
    const held = 'SELECT FROM hold WHERE points > 0 AND account_id = ANY ($1)';
    while ((await query(held, accounts)).length < accounts.length) await sleep(10);
    await query(`SELECT points_reap(instance_id, 'dead') FROM gateway_instance WHERE state = 'live'`);
    const takeAll = `SELECT points_credit(account_id, -available, 'test', 'test') FROM point_account WHERE account_id = ANY ($1)`;
    await query(takeAll, accounts);
    expect(await stream.end()).toMatch(/"code":"ledger_unavailable"\}\}\n\n$/);
    expectRefusal(await answering, 'ledger_unavailable');
    const charges = await query('SELECT funding, points FROM charge WHERE account_id = ANY ($1)', accounts);
    expect(charges).toEqual(accounts.map(() => ({ funding: 'refused', points: '0' })));
  });
});
