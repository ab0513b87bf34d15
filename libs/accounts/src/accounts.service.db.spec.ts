import { ChangeFeed, createLogger, Database } from '@tokenbay/platform';
import { cloneDatabase, type ClonedDatabase, untilHolds } from '@tokenbay/testing';
import { AccountEntity } from './account.entity.js';
import { AccountGroupEntity } from './account-group.entity.js';
import { AccountsReader } from './accounts-reader.js';
import { AccountsRepository } from './accounts.repository.js';
import { type AccountChange, type AccountDraft, AccountsService } from './accounts.service.js';
import { GroupCatalog } from './group-catalog.js';
import { GroupsRepository } from './groups.repository.js';
import { GroupsService } from './groups.service.js';

const repository = new AccountsRepository();
const accounts = new AccountsService(repository);
const groups = new GroupsService(new GroupsRepository());
const logger = createLogger('test', 'silent');
const refusal = (code: string) => expect.objectContaining({ code });
let clone: ClonedDatabase;
let database: Database;
let feed: ChangeFeed;

beforeAll(async () => {
  clone = await cloneDatabase();
  const entities = [AccountGroupEntity, AccountEntity];
  database = new Database({ url: clone.url, applicationName: 'test', entities, logger });
  feed = new ChangeFeed(clone.url, 'test', logger);
  await database.start();
  await feed.start();
  await groups.create(database.tx, { name: 'vip' });
}, 60_000);

afterAll(async () => {
  await feed.stop();
  await database.stop();
  await clone.drop();
});

const create = (draft: Partial<AccountDraft> = {}) =>
  database.transaction((tx) => accounts.create(tx, { name: 'a', ...draft }));
const update = (id: string, change: AccountChange, ifMatch?: number) =>
  database.transaction((tx) => accounts.update(tx, { id, ifMatch }, change));

describe('accounts', () => {
  it('are created active, in the default group, without limit', async () => {
    expect(await create({ name: 'acme' })).toMatchObject({
      name: 'acme',
      externalId: null,
      group: 'default',
      allowedGroups: null,
      status: 'active',
      rateLimitRequests: null,
      version: 1,
    });
  });

  it('have unique external ids, and any number without one', async () => {
    await create({ externalId: 'ext-1' });
    await expect(create({ externalId: 'ext-1' })).rejects.toEqual(refusal('conflict'));
    const other = await create();
    await expect(update(other.id, { externalId: 'ext-1' })).rejects.toEqual(refusal('conflict'));
  });

  it('name existing groups only', async () => {
    await expect(create({ group: 'nowhere' })).rejects.toMatchObject({
      code: 'invalid_request',
      options: { param: 'group' },
    });
    await expect(create({ allowedGroups: ['vip', 'nowhere'] })).rejects.toMatchObject({
      code: 'invalid_request',
      options: { param: 'allowedGroups' },
    });
  });

  it('change only what is told, and are cleared by null', async () => {
    const { id } = await create({
      externalId: 'ext-2',
      rateLimit: { requests: 5, windowSeconds: 60 },
      allowedGroups: ['vip'],
    });
    expect(await update(id, { status: 'banned' })).toMatchObject({
      status: 'banned',
      externalId: 'ext-2',
      rateLimitRequests: 5,
      allowedGroups: ['vip'],
      version: 2,
    });
    expect(await update(id, { externalId: null, rateLimit: null, allowedGroups: null })).toMatchObject({
      externalId: null,
      rateLimitRequests: null,
      rateLimitWindowSeconds: null,
      allowedGroups: null,
      version: 3,
    });
  });

  it('take part of a rate limit only where the other part is known', async () => {
    const { id } = await create({ rateLimit: { requests: 5, windowSeconds: 60 } });
    expect(await update(id, { rateLimit: { requests: 9 } })).toMatchObject({
      rateLimitRequests: 9,
      rateLimitWindowSeconds: 60,
    });
    await update(id, { rateLimit: null });
    await expect(update(id, { rateLimit: { requests: 9 } })).rejects.toMatchObject({
      code: 'invalid_request',
      options: { problems: ['rateLimit.windowSeconds is required.'] },
    });
  });

  it('let exactly one of two changes of the same version through', async () => {
    const { id } = await create();
    const outcomes = await Promise.allSettled([update(id, { name: 'one' }, 1), update(id, { name: 'two' }, 1)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('are not found where there are none', async () => {
    await expect(accounts.get(database.tx, '999999')).rejects.toEqual(refusal('not_found'));
    await expect(update('999999', { name: 'x' })).rejects.toEqual(refusal('not_found'));
  });
});

describe('the reader of accounts', () => {
  it('answers from memory, and sees a ban', async () => {
    const reader = new AccountsReader(database, repository, feed);
    const { id } = await create();
    expect(await reader.get(id)).toMatchObject({ id, status: 'active', allowedGroups: ['default'] });
    await untilHolds(() => expect(reader.get(id)).not.toBeInstanceOf(Promise));
    await update(id, { status: 'banned' });
    await untilHolds(async () => expect(await reader.get(id)).toMatchObject({ status: 'banned' }));
  });
});

describe('the catalogue of groups', () => {
  it('sees new, changed and deleted groups', async () => {
    const catalog = new GroupCatalog(database, new GroupsRepository(), feed, logger);
    await catalog.onModuleInit();
    expect(catalog.find('default')).toEqual({ name: 'default', priceMultiplier: '1', models: ['*'] });
    await groups.create(database.tx, { name: 'fresh', priceMultiplier: '1.50' });
    await untilHolds(() => expect(catalog.find('fresh')).toMatchObject({ priceMultiplier: '1.5' }));
    await database.transaction((tx) => groups.delete(tx, { name: 'fresh' }));
    await untilHolds(() => expect(catalog.find('fresh')).toBeUndefined());
    catalog.onApplicationShutdown();
  });
});
