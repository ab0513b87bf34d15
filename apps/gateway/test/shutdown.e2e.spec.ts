import { setTimeout as sleep } from 'node:timers/promises';
import { startSystem, type System, untilHolds } from '@tokenbay/testing';
import { Balancer } from './balancer.js';
import { openStream } from './open-stream.js';
import { SteadyLoad } from './steady-load.js';

const DELAY_MS = 2_000;
let system: System;
beforeAll(async () => {
  system = await startSystem({ gateway: { GATEWAY_DRAIN_DELAY_MS: String(DELAY_MS) } });
}, 60_000);
afterAll(() => system.stop(), 30_000);

describe('a gateway that is told to stop', () => {
  it('says first that it is not ready, still answers, finishes what runs, and exits 0', async () => {
    const { program, client } = await system.addGateway();
    const world = await system.world({ upstreamModel: 'fake@words:20+gap:300+usage:5:5' });
    const stream = await openStream(client.baseUrl, world);
    await stream.until('data:');
    const toldAtMs = performance.now();
    program.signal('SIGTERM');
    const ready = await untilHolds(async () => {
      const answer = await client.request('/health/ready', null);
      expect(answer.status).toBe(503);
      return answer;
    });
    expect(ready.headers.get('connection')).toBe('close');
    expect([ready.headers.get('retry-after'), ready.headers.get('x-should-retry')]).toEqual(['1', 'true']);
    expect((await client.request('/health/live', null)).status).toBe(200);
    const models = await client.request('/v1/models', world.apiKey);
    expect([models.status, models.headers.get('connection')]).toEqual([200, 'close']);
    expect((await client.request('/v1/models', 'sk-unknown')).headers.get('connection')).toBe('close');
    await sleep(DELAY_MS - (performance.now() - toldAtMs) + 200);
    await expect(client.request('/health/ready', null)).rejects.toThrow();
    expect(program.isRunning).toBe(true);
    expect(await stream.end()).toContain('data: [DONE]');
    await program.waitUntil(() => !program.isRunning, 10_000).catch(() => undefined);
    expect(program.exitCode).toBe(0);
  }, 60_000);
});

describe('two gateways behind a TCP balancer', () => {
  it('are restarted one after the other under load without a failed request', async () => {
    const world = await system.world({ upstreamModel: 'fake@usage:5:5+delay:20' });
    let gateways = [await system.addGateway(), await system.addGateway()];
    const balancer = await Balancer.start(gateways.map(({ client }) => client.baseUrl));
    const load = new SteadyLoad(balancer.url, world, 16);
    try {
      await sleep(500);
      for (const old of [...gateways]) {
        const young = await system.addGateway();
        balancer.add(young.client.baseUrl);
        // Nothing else is said to the balancer: it sees for itself that the gateway is not ready any more.
        expect(await old.program.stop()).toBe(true);
        gateways = [...gateways.filter((gateway) => gateway !== old), young];
      }
      await sleep(300);
    } finally {
      await load.stop();
      balancer.stop();
    }
    expect(load.failures).toEqual([]);
    expect(load.answered).toBeGreaterThan(200);
    for (const { program } of gateways) await program.stop();
  }, 150_000);
});
