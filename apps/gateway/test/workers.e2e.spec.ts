import { setTimeout as sleep } from 'node:timers/promises';
import { hasRedis, startRedis, startSystem, type System, type TestRedis } from '@tokenbay/testing';
import { readFileSync, readdirSync } from 'node:fs';
import { SteadyLoad } from './steady-load.js';

const WORKERS = { GATEWAY_WORKERS: '2', GATEWAY_DRAIN_DELAY_MS: '1000' };

/** The worker processes of a primary, as the system lists them. */
function workersOf(pid: number): number[] {
  const isWorker = (candidate: string): boolean => {
    try {
      const stat = readFileSync(`/proc/${candidate}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[1] === String(pid);
    } catch {
      return false;
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isWorker(name))
    .map(Number);
}

async function until(isSo: () => boolean | Promise<boolean>, timeoutMs = 30_000): Promise<void> {
  const untilMs = Date.now() + timeoutMs;
  while (!(await isSo())) {
    if (Date.now() > untilMs) throw new Error(`not so after ${timeoutMs} ms`);
    await sleep(25);
  }
}

/** Kills both workers; resolves when two others serve. */
async function killWorkers(system: System): Promise<void> {
  const { pid } = system.gatewayProcess;
  const killed = workersOf(pid);
  for (const worker of killed) process.kill(worker, 'SIGKILL');
  const isReady = () =>
    system.gateway.request('/health/ready', null, { headers: { connection: 'close' } }).then(
      ({ status }) => status === 200,
      () => false,
    );
  await until(async () => {
    const now = workersOf(pid).filter((worker) => !killed.includes(worker));
    return now.length === 2 && (await isReady());
  });
}

/** How many of a burst were admitted, over connections of their own. */
async function burst(system: System, count: number, rateLimit: object): Promise<number> {
  const world = await system.world({ account: { rateLimit } });
  const ask = () =>
    system.gateway.chat(world.apiKey, world.modelName, {}, { connection: 'close' }).then(({ status }) => status);
  const statuses = await Promise.all(Array.from({ length: count }, ask));
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
  return statuses.filter((status) => status === 200).length;
}

describe('two workers on one port', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ gateway: WORKERS });
    await until(() => workersOf(system.gatewayProcess.pid).length === 2);
  }, 60_000);
  // Workers were killed: what they held comes back after their lease.
  afterAll(() => system.stop({ isAtRest: false }), 30_000);

  it('count rates together: exactly the limit of a burst gets through', async () => {
    expect(await burst(system, 300, { requests: 100, windowSeconds: 60 })).toBe(100);
  });

  it('show their metrics as one', async () => {
    const world = await system.world();
    const read = async () => {
      const text = await (await fetch(system.metricsUrl)).text();
      return Number(/tokenbay_requests_total\{[^}]*chat[^}]*status="200"[^}]*\} (\d+)/.exec(text)?.[1] ?? 0);
    };
    const before = await read();
    for (let index = 0; index < 20; index += 1)
      await system.gateway.chat(world.apiKey, world.modelName, {}, { connection: 'close' });
    await until(async () => (await read()) >= before + 20);
    expect(await read()).toBe(before + 20);
  });

  it('bound parallel requests together, and those of a worker that dies are over', async () => {
    const world = await system.world({ account: { parallelRequestsMax: 2 }, upstreamModel: 'fake@hang-headers' });
    const ask = () => system.gateway.chat(world.apiKey, world.modelName, {}, { connection: 'close' });
    for (let round = 0; round < 2; round += 1) {
      const hanging = [ask(), ask()].map((answer) => answer.catch(() => undefined));
      await until(async () => (await system.upstream.stats()).inFlight === 2);
      expect(await ask()).toMatchObject({ status: 429, code: 'account_rate_limited' });
      await killWorkers(system);
      await Promise.all(hanging);
    }
  }, 80_000);

  it('are replaced one by one under load without a failed request', async () => {
    const world = await system.world({ upstreamModel: 'fake@usage:5:5+delay:20' });
    const before = workersOf(system.gatewayProcess.pid);
    const load = new SteadyLoad(system.gatewayUrl, world, 16);
    try {
      await sleep(300);
      system.gatewayProcess.signal('SIGUSR2');
      await until(() => {
        const now = workersOf(system.gatewayProcess.pid);
        return now.length === 2 && !now.some((pid) => before.includes(pid));
      }, 90_000);
      await sleep(300);
    } finally {
      await load.stop();
    }
    expect(load.failures).toEqual([]);
    expect(load.answered).toBeGreaterThan(200);
  }, 120_000);
});

if (hasRedis()) testWithRedis();
else describe('two workers and one Redis', () => it('need redis-server, which this machine has not', () => undefined));

function testWithRedis(): void {
  describe('two workers and one Redis', () => {
    let redis: TestRedis;
    let system: System;
    beforeAll(async () => {
      redis = await startRedis();
      system = await startSystem({ gateway: { ...WORKERS, REDIS_URL: redis.url } });
      await until(() => workersOf(system.gatewayProcess.pid).length === 2);
    }, 60_000);
    afterAll(async () => {
      await system.stop();
      await redis.kill();
    });

    it('admit exactly 100 of a burst of 1,000', async () => {
      expect(await burst(system, 1_000, { requests: 100, windowSeconds: 60 })).toBe(100);
    });

    it('admit exactly 100 of a burst in the middle of which Redis is killed, and serve on without it', async () => {
      const admitted = burst(system, 1_000, { requests: 100, windowSeconds: 60 });
      await sleep(250);
      await redis.kill();
      expect(await admitted).toBe(100);
      expect(await burst(system, 50, { requests: 20, windowSeconds: 60 })).toBe(20);
    });
  });
}
