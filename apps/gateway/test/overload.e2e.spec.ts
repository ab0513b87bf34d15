import { statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type GatewayProcess,
  type HttpAnswer,
  startSystem,
  type System,
  type World,
  WORKSPACE,
} from '@tokenbay/testing';
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

const OF_THE_CONNECTION = new Set(['connection', 'keep-alive', 'date']);

/** All of an answer that is not told apart by the request's id, the connection or the moment. */
function withoutId({ status, headers, text }: HttpAnswer): unknown {
  const id = headers.get('x-request-id') ?? '';
  const own = [...headers].filter(([name]) => !OF_THE_CONNECTION.has(name));
  const named = own.map(([name, value]) => [name, value.replace(id, 'ID')]);
  return { status, headers: Object.fromEntries(named), text: text.replaceAll(id, 'ID') };
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

  it.each(['/v1/chat/completions', '/v1/messages'])(
    'says the same of %s before and behind its router',
    async (path) => {
      const { client, program } = await gatewayWith({ OVERLOAD_MEMORY_PERCENT: '1' });
      const early = await client.post(path, world.apiKey, {});
      // A query string leads past the first look, to the same answer.
      const routed = await client.post(`${path}?beta=true`, world.apiKey, {});
      expect(early.code).toBe('system_overloaded');
      expect(withoutId(early)).toEqual(withoutId(routed));
      expect(early.headers.get('x-request-id')).not.toBe(routed.headers.get('x-request-id'));
      await program.stop();
    },
  );

  it('refuses reads before it refuses submissions', async () => {
    const threshold = Math.floor(await diskPercent()) + 3;
    const { client, program } = await gatewayWith({ OVERLOAD_DISK_PERCENT: String(Math.min(99, threshold)) });
    expect(expectRefusal(await client.request('/v1/models', world.apiKey), 'system_overloaded')).toBe(30);
    expect((await client.chat(world.apiKey, world.modelName)).status).toBe(200);
    await program.stop();
  });
});
