import { statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type GatewayProcess, startSystem, type System, type World, WORKSPACE } from '@tokenbay/testing';
import { expectRefusal } from './expect-refusal.js';

let system: System;
let world: World;
beforeAll(async () => {
  system = await startSystem();
  world = await system.world();
}, 60_000);
afterAll(() => system.stop(), 30_000);

/** A gateway that has measured itself at least once. */
async function gatewayWith(env: Record<string, string>): Promise<GatewayProcess> {
  const gateway = await system.addGateway(env);
  await sleep(1_500);
  return gateway;
}

/** How full the disk is on which the gateway works. */
async function diskPercent(): Promise<number> {
  const { blocks, bfree, bavail } = await statfs(WORKSPACE);
  return ((blocks - bfree) / (blocks - bfree + bavail)) * 100;
}

describe('a gateway whose resources are exhausted', () => {
  it('refuses everything that needs a key before it looks at anything else, says when to come back, and no figure', async () => {
    const { client, program } = await gatewayWith({ OVERLOAD_MEMORY_PERCENT: '1' });
    for (const key of [world.apiKey, 'sk-unknown', null]) {
      const answer = await client.request('/v1/models', key);
      expect(expectRefusal(answer, 'system_overloaded', { message: /^The gateway is overloaded\.$/ })).toBe(5);
    }
    expectRefusal(await client.chat(world.apiKey, world.modelName), 'system_overloaded');
    const ready = await Promise.all(['/health/live', '/health/ready', '/'].map((path) => client.request(path, null)));
    expect(ready.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await client.request('/v1/nothing', null)).status).toBe(404);
    expect(program.output).toMatch(/"cause":"memory".*overloaded: requests are refused/);
    await program.stop();
  });

  it('refuses reads before it refuses submissions', async () => {
    const threshold = Math.floor(await diskPercent()) + 3;
    const { client, program } = await gatewayWith({ OVERLOAD_DISK_PERCENT: String(Math.min(99, threshold)) });
    expect(expectRefusal(await client.request('/v1/models', world.apiKey), 'system_overloaded')).toBe(30);
    expect((await client.chat(world.apiKey, world.modelName)).status).toBe(200);
    await program.stop();
  });
});
