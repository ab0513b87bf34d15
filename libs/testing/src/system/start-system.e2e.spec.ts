import { checkLedger } from './check-ledger.js';
import { startSystem } from './start-system.js';
import type { System } from './system.js';

describe('startSystem', () => {
  let system: System;
  beforeAll(async () => void (system = await startSystem()), 60_000);
  afterAll(() => system.stop());

  it('runs the whole product: what the upstream reports is charged to the account', async () => {
    const world = await system.world({ points: '10', upstreamModel: 'fake@usage:120:30' });
    const answer = await system.gateway.chat(world.apiKey, world.modelName);
    expect([answer.status, answer.code]).toEqual([200, undefined]);
    const requestId = answer.requestId ?? '';
    expect(await checkLedger(system.databaseUrl, { complete: [{ requestId, points: 180_000 }] })).toEqual([]);
    expect(await system.admin.get(`/accounts/${world.account.id}`)).toMatchObject({ name: world.account.name });
  });

  it('has changes of the admin API in force once they are settled', async () => {
    const world = await system.world();
    await system.admin.patch(`/api-keys/${world.key.id}`, { status: 'disabled' });
    await system.settled();
    expect(await system.gateway.chat(world.apiKey, world.modelName)).toMatchObject({
      status: 403,
      code: 'api_key_disabled',
    });
  });

  it('reads streams as clients do', async () => {
    const world = await system.world({ upstreamModel: 'fake@words:5' });
    const answer = await system.gateway.chat(world.apiKey, world.modelName, { stream: true });
    expect(answer.content).toBe('bay tide harbour lantern anchor');
    expect(answer.events.at(-1)).toBe('[DONE]');
  });

  it('does not stop in silence when the books do not agree', async () => {
    const other = await startSystem();
    const world = await other.world();
    const { requestId } = await other.gateway.chat(world.apiKey, world.modelName);
    await expect(other.stop({ free: [requestId ?? ''] })).rejects.toThrow(
      `free request ${requestId} was charged 180000`,
    );
    expect([other.gatewayProcess.exitCode, other.adminProcess.exitCode]).toEqual([0, 0]);
  });

  it('adds gateways that serve the same accounts', async () => {
    const second = await system.addGateway();
    const world = await system.world();
    expect((await second.client.chat(world.apiKey, world.modelName)).status).toBe(200);
    await second.program.stop();
    expect(second.program.exitCode).toBe(0);
  });
});
