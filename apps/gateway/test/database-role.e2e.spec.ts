import { randomBytes } from 'node:crypto';
import { APPLICATION_ROLE } from '@tokenbay/platform';
import { cloneDatabase, type ClonedDatabase, startSystem, type System } from '@tokenbay/testing';
import { Client } from 'pg';

describe('a gateway whose database login may do nothing but act as the application’s role', () => {
  const login = `gateway_${randomBytes(4).toString('hex')}`;
  let clone: ClonedDatabase;
  let system: System;

  const asOwner = async (...statements: string[]) => {
    const client = new Client({ connectionString: clone.url });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };

  beforeAll(async () => {
    clone = await cloneDatabase();
    await asOwner(`CREATE ROLE ${login} LOGIN PASSWORD 'secret' IN ROLE ${APPLICATION_ROLE}`);
    const url = clone.url.replace(/\/\/[^@]*@/, `//${login}:secret@`);
    system = await startSystem({ databaseUrl: clone.url, gateway: { DATABASE_URL: url } });
  }, 60_000);

  afterAll(async () => {
    await system.stop();
    await asOwner(`DROP ROLE ${login}`);
    await clone.drop();
  }, 60_000);

  it('answers, charges and shows what it charged', async () => {
    const world = await system.world({ key: { pointQuota: '500', pointLimits: [{ period: 'hour', points: '100' }] } });
    const { status, requestId } = await system.gateway.chat(world.apiKey, world.modelName);
    expect(status).toBe(200);
    const receipt = await system.gateway.request(`/v1/usage/${requestId}`, world.apiKey);
    expect(receipt).toMatchObject({ status: 200, body: { request_id: requestId, outcome: 'completed' } });
    expect((await system.gateway.request('/v1/account', world.apiKey)).status).toBe(200);
    expect(system.logs()).not.toContain('the database role of applications is missing');
  });

  it('has no way around what the role was not given', async () => {
    const world = await system.world();
    await asOwner(`REVOKE EXECUTE ON FUNCTION points_reserve FROM ${APPLICATION_ROLE}`);
    const { status } = await system.gateway.chat(world.apiKey, world.modelName);
    await asOwner(`GRANT EXECUTE ON FUNCTION points_reserve TO ${APPLICATION_ROLE}`);
    expect(status).toBeGreaterThanOrEqual(500);
    expect((await system.gateway.chat(world.apiKey, world.modelName)).status).toBe(200);
  });
});
