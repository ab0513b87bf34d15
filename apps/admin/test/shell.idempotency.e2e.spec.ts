import { AdminClient, type HttpAnswer, uniqueName } from '@tokenbay/testing';
import pg from 'pg';
import { addAdmin } from './add-admin.js';
import { type RunningAdmin, startAdmin } from './start-admin.js';

let admin: RunningAdmin;
let sql: pg.Client;
beforeAll(async () => {
  admin = await startAdmin();
  sql = new pg.Client({ connectionString: admin.database.url });
  await sql.connect();
}, 60_000);
afterAll(async () => {
  await sql.end();
  await admin.stop();
});

function post(key: string, body: object, { path = '/groups', client = admin.client } = {}): Promise<HttpAnswer> {
  return client.request('POST', path, body, { 'idempotency-key': key });
}

async function count(name: string): Promise<number> {
  const { rows } = await sql.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM account_group WHERE name = $1',
    [name],
  );
  return rows[0]?.count ?? 0;
}

describe('Idempotency-Key', () => {
  it('gives a repeated request the first answer again', async () => {
    const [key, name] = [uniqueName('key'), uniqueName('group')];
    const first = await post(key, { name, models: ['a', 'b'] });
    const again = await post(key, { models: ['a', 'b'], name });
    expect(first.status).toBe(201);
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
  });

  it('refuses another body or path under the same key with conflict', async () => {
    const key = uniqueName('key');
    await post(key, { name: uniqueName('group') });
    expect(await post(key, { name: uniqueName('group') })).toMatchObject({ status: 409, code: 'conflict' });
    expect(await post(key, {}, { path: '/accounts' })).toMatchObject({ status: 409, code: 'conflict' });
  });

  it('does the work of concurrent twins once and answers all of them alike', async () => {
    const [key, name] = [uniqueName('key'), uniqueName('group')];
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(key, { name })));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(await count(name)).toBe(1);
  });

  it('gives the key back after a refusal, so that the corrected request may use it', async () => {
    const [key, name] = [uniqueName('key'), uniqueName('group')];
    expect((await post(key, { name, models: 7 })).status).toBe(400);
    expect((await post(key, { name })).status).toBe(201);
  });

  it('belongs to one administrator', async () => {
    const [key, name] = [uniqueName('key'), uniqueName('group')];
    await post(key, { name });
    const client = new AdminClient(admin.url, await addAdmin(admin, 'operator'));
    expect(await post(key, { name: uniqueName('group') }, { client })).toMatchObject({ status: 201 });
  });

  it('ends after 24 hours, and old answers are deleted', async () => {
    const [key, old, name] = [uniqueName('key'), uniqueName('key'), uniqueName('group')];
    await post(key, { name });
    await post(old, { name: uniqueName('group') });
    await sql.query(`UPDATE idempotency_record SET created_at = now() - interval '25 hours'`);
    expect((await post(key, { name: uniqueName('group') })).status).toBe(201);
    const { rows } = await sql.query('SELECT FROM idempotency_record WHERE idempotency_key = $1', [old]);
    expect(rows).toHaveLength(0);
  });

  it('says that a request broke off rather than doing its work twice', async () => {
    const [key, name] = [uniqueName('key'), uniqueName('group')];
    await post(key, { name });
    await sql.query(
      `UPDATE idempotency_record SET status = NULL, answer = NULL, created_at = now() - interval '1 hour' WHERE idempotency_key = $1`,
      [key],
    );
    expect(await post(key, { name })).toMatchObject({ status: 409, code: 'conflict' });
  });

  it('keeps answers sealed: a secret shown once is not in the table', async () => {
    const [key, name] = [uniqueName('key'), uniqueName('group-canary')];
    await post(key, { name });
    const { rows } = await sql.query<{ answer: Buffer }>(
      'SELECT answer FROM idempotency_record WHERE idempotency_key = $1',
      [key],
    );
    expect(rows[0]?.answer.toString('latin1')).not.toContain('canary');
  });

  it.each(['', 'a b', 'ü', 'x'.repeat(256)])('refuses the malformed key %j', async (key) => {
    const answer = await post(encodeHeader(key), { name: uniqueName('group') });
    expect(answer).toMatchObject({ status: 400, code: 'invalid_request' });
  });
});

/** Header values are bytes to fetch, which takes them as Latin-1. */
function encodeHeader(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
