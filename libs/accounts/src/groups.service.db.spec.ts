import { createLogger, Database } from '@tokenbay/platform';
import { cloneDatabase, type ClonedDatabase } from '@tokenbay/testing';
import { AccountEntity } from './account.entity.js';
import { AccountGroupEntity } from './account-group.entity.js';
import { GroupsRepository } from './groups.repository.js';
import { GroupsService } from './groups.service.js';

const groups = new GroupsService(new GroupsRepository());
const refusal = (code: string) => expect.objectContaining({ code });
let clone: ClonedDatabase;
let database: Database;

beforeAll(async () => {
  clone = await cloneDatabase();
  database = new Database({
    url: clone.url,
    applicationName: 'test',
    entities: [AccountGroupEntity, AccountEntity],
    logger: createLogger('test', 'silent'),
  });
  await database.start();
}, 60_000);

afterAll(async () => {
  await database.stop();
  await clone.drop();
});

describe('groups', () => {
  it('begin with the default group, which serves every model at list price', async () => {
    expect(await groups.get(database.tx, 'default')).toMatchObject({ priceMultiplier: '1', models: ['*'], version: 1 });
  });

  it('are created with defaults, and once per name', async () => {
    const group = await groups.create(database.tx, { name: 'vip' });
    expect(group).toMatchObject({ name: 'vip', priceMultiplier: '1', models: ['*'], version: 1 });
    await expect(groups.create(database.tx, { name: 'vip' })).rejects.toEqual(refusal('conflict'));
  });

  it('keep multipliers exactly', async () => {
    const group = await groups.create(database.tx, { name: 'exact', priceMultiplier: '0.100000000000000000001' });
    expect(group.priceMultiplier).toBe('0.100000000000000000001');
  });

  it('change only what is told, and count versions', async () => {
    await groups.create(database.tx, { name: 'changing', models: ['a'] });
    const change = (patch: object, ifMatch?: number) =>
      database.transaction((tx) => groups.update(tx, { name: 'changing', ifMatch }, patch));
    expect(await change({ priceMultiplier: '2' })).toMatchObject({ priceMultiplier: '2', models: ['a'], version: 2 });
    expect(await change({})).toMatchObject({ version: 2 });
    expect(await change({ models: ['b*'] }, 2)).toMatchObject({ models: ['b*'], version: 3 });
    await expect(change({ models: [] }, 2)).rejects.toEqual(refusal('conflict'));
    expect(await groups.get(database.tx, 'changing')).toMatchObject({ models: ['b*'], version: 3 });
  });

  it('are not found where there are none', async () => {
    await expect(groups.get(database.tx, 'nobody')).rejects.toEqual(refusal('not_found'));
    await expect(database.transaction((tx) => groups.update(tx, { name: 'nobody' }, {}))).rejects.toEqual(
      refusal('not_found'),
    );
    await expect(database.transaction((tx) => groups.delete(tx, { name: 'nobody' }))).rejects.toEqual(
      refusal('not_found'),
    );
  });

  it('are listed newest first, page by page', async () => {
    const first = await groups.list(database.tx, { limit: 2 });
    const second = await groups.list(database.tx, { limit: 200, cursor: first.nextCursor! });
    expect(first.rows).toHaveLength(2);
    expect(second.nextCursor).toBeNull();
    const names = [...first.rows, ...second.rows].map(({ name }) => name);
    expect(names).toEqual(['changing', 'exact', 'vip', 'default']);
  });
});

describe('the deletion of a group', () => {
  const deleting = (name: string) => database.transaction((tx) => groups.delete(tx, { name }));

  it('is refused for the default group, for ever', async () => {
    await expect(deleting('default')).rejects.toEqual(refusal('conflict'));
  });

  it('is refused for another version', async () => {
    await groups.create(database.tx, { name: 'versioned' });
    await expect(database.transaction((tx) => groups.delete(tx, { name: 'versioned', ifMatch: 2 }))).rejects.toEqual(
      refusal('conflict'),
    );
    await database.transaction((tx) => groups.delete(tx, { name: 'versioned', ifMatch: 1 }));
    await expect(groups.get(database.tx, 'versioned')).rejects.toEqual(refusal('not_found'));
  });

  it('is refused while an account or a key is in it, or an account lists it', async () => {
    await groups.create(database.tx, { name: 'used' });
    const [{ id }] = await database.tx.query(
      `INSERT INTO account (version, name, group_name) VALUES (1, 'a', 'used') RETURNING id`,
    );
    await expect(deleting('used')).rejects.toEqual(refusal('conflict'));
    await database.tx.query(`UPDATE account SET group_name = 'default', allowed_groups = '{default,used,used}'`);
    await expect(deleting('used')).rejects.toEqual(refusal('conflict'));
    await database.tx.query(`UPDATE account SET allowed_groups = null`);
    await database.tx.query(
      `INSERT INTO api_key (version, account_id, name, group_name, secret_hash, prefix, last_four)
         VALUES (1, $1, 'k', 'used', sha256('x'), 'sk-abcd', 'wxyz')`,
      [id],
    );
    await expect(deleting('used')).rejects.toEqual(refusal('conflict'));
    await database.tx.query(`UPDATE api_key SET group_name = null`);
    await deleting('used');
  });

  it('waits for a transaction that is about to use the group, and is then refused', async () => {
    await groups.create(database.tx, { name: 'contended' });
    let deletion: Promise<unknown> = Promise.resolve();
    await database.transaction(async (tx) => {
      await tx.query(`INSERT INTO account (version, name, allowed_groups) VALUES (1, 'late', '{contended}')`);
      deletion = deleting('contended').catch((error: unknown) => error);
      await new Promise((done) => setTimeout(done, 50));
    });
    expect(await deletion).toEqual(refusal('conflict'));
  });
});
