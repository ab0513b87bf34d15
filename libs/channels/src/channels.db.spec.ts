import { randomBytes } from 'node:crypto';
import { ChangeFeed, createLogger, Database, SecretBox, SecretsKey } from '@tokenbay/platform';
import { cloneDatabase, type ClonedDatabase, untilHolds } from '@tokenbay/testing';
import { ChannelCatalog } from './channel-catalog.js';
import type { ChannelChange, ChannelDraft } from './channel-change.js';
import { ChannelKeyEntity } from './channel-key.entity.js';
import { ChannelEntity } from './channel.entity.js';
import { ChannelHealthRepository } from './channel-health.repository.js';
import { ChannelHealth } from './health/channel-health.js';
import { ChannelsRepository } from './channels.repository.js';
import { ChannelsService } from './channels.service.js';

const CANARY = 'sk-upstream-canary-0123456789';
const OTHER_CANARY = 'sk-upstream-canary-9876543210';
const box = new SecretBox(SecretsKey.parse(randomBytes(32).toString('base64'))!);
const repository = new ChannelsRepository();
const channels = new ChannelsService(repository, new ChannelHealthRepository(), box);
const logger = createLogger('test', 'silent');
const refusal = (code: string, param?: string) =>
  expect.objectContaining({ code, ...(param && { options: expect.objectContaining({ param }) as object }) }) as Error;

let clone: ClonedDatabase;
let database: Database;
let feed: ChangeFeed;
let catalog: ChannelCatalog;

beforeAll(async () => {
  clone = await cloneDatabase();
  database = new Database({
    url: clone.url,
    applicationName: 'test',
    entities: [ChannelEntity, ChannelKeyEntity],
    logger,
  });
  feed = new ChangeFeed(clone.url, 'test', logger);
  await database.start();
  await feed.start();
  catalog = new ChannelCatalog(database, repository, box, new ChannelHealth(), feed, logger);
  await catalog.onModuleInit();
  await database.tx.query(`INSERT INTO account_group (version, name) VALUES (1, 'vip')`);
  for (const name of ['gpt-4o', 'gpt-4o-mini', 'rare']) {
    await database.tx.query(`INSERT INTO model_price (model_name, price_version, prices) VALUES ($1, 1, '{}')`, [name]);
    await database.tx.query(
      `INSERT INTO model (version, name, display_name, capabilities, prices, price_version) VALUES (1, $1, $1, '{text}', '{}', 1)`,
      [name],
    );
  }
}, 60_000);

afterAll(async () => {
  catalog.onApplicationShutdown();
  await feed.stop();
  await database.stop();
  await clone.drop();
});

const DRAFT: ChannelDraft = {
  ...{ name: 'main', provider: 'openai', baseUrl: 'https://api.example.com', keys: [{ value: CANARY }] },
  models: { 'gpt-4o': 'gpt-4o-2026' },
};
const create = (draft: Partial<ChannelDraft> = {}) =>
  database.transaction((tx) => channels.create(tx, { ...DRAFT, ...draft }));
const update = (id: string, change: ChannelChange & { ifMatch?: number }) =>
  database.transaction((tx) => channels.update(tx, id, change));

describe('channels', () => {
  it('are created enabled, for the default group, with the version path of their provider', async () => {
    const { channel, keys } = await create();
    expect(channel).toMatchObject({
      ...{ baseUrl: 'https://api.example.com/v1', groups: ['default'], models: { 'gpt-4o': 'gpt-4o-2026' } },
      ...{ priority: 0, weight: 1, enabled: true, totalTimeoutMs: null, concurrencyMax: null, version: 1 },
    });
    expect(keys).toEqual([expect.objectContaining({ lastFour: '6789', weight: 1, enabled: true })]);
    expect(keys[0]).not.toHaveProperty('secret');
  });

  it('name existing models and groups only', async () => {
    await expect(create({ models: { nothing: 'x' } })).rejects.toEqual(refusal('invalid_request', 'models'));
    await expect(create({ groups: ['nowhere'] })).rejects.toEqual(refusal('invalid_request', 'groups'));
    const { channel } = await create();
    await expect(update(channel.id, { models: { nothing: 'x' } })).rejects.toEqual(
      refusal('invalid_request', 'models'),
    );
    await expect(update(channel.id, { groups: ['nowhere'] })).rejects.toEqual(refusal('invalid_request', 'groups'));
  });

  it('keep the models and groups they name from being deleted, until they name them no more', async () => {
    const { channel } = await create({ models: { rare: 'r' }, groups: ['vip'] });
    const drop = (sql: string) => database.tx.query(sql);
    await expect(drop(`DELETE FROM model WHERE name = 'rare'`)).rejects.toThrow('channel_model_model_fkey');
    await expect(drop(`DELETE FROM account_group WHERE name = 'vip'`)).rejects.toThrow('account_group_use_group_fkey');
    await update(channel.id, { models: { rare: null }, groups: ['default'] });
    await drop(`DELETE FROM model WHERE name = 'rare'`);
    await drop(`DELETE FROM account_group WHERE name = 'vip'`);
    await drop(`INSERT INTO account_group (version, name) VALUES (1, 'vip')`);
  });

  it('merge models into those they have, and take out what is null', async () => {
    const { channel } = await create({ models: { 'gpt-4o': 'a' } });
    const { channel: changed } = await update(channel.id, { models: { 'gpt-4o': null, 'gpt-4o-mini': 'b' } });
    expect(changed.models).toEqual({ 'gpt-4o-mini': 'b' });
  });

  it('change their address only together with their keys', async () => {
    const { channel, keys } = await create();
    for (const change of [{}, { keys: [] }])
      await expect(update(channel.id, { baseUrl: 'https://evil.example.com', ...change })).rejects.toEqual(
        refusal('invalid_request', 'keys'),
      );
    await expect(update(channel.id, { keys: [{ value: OTHER_CANARY }] })).rejects.toEqual(
      refusal('invalid_request', 'keys'),
    );
    expect((await update(channel.id, { baseUrl: 'https://api.example.com/' })).keys).toEqual(keys);
    const moved = await update(channel.id, { baseUrl: 'http://new.example.com/x', keys: [{ value: OTHER_CANARY }] });
    expect(moved.channel.baseUrl).toBe('http://new.example.com/x');
    expect(moved.keys.map(({ lastFour }) => lastFour)).toEqual(['3210']);
    expect(moved.keys[0]?.id).not.toBe(keys[0]?.id);
  });

  it('refuse a lost race and what is not there', async () => {
    const { channel } = await create();
    await update(channel.id, { name: 'x', ifMatch: 1 });
    await expect(update(channel.id, { name: 'y', ifMatch: 1 })).rejects.toEqual(refusal('conflict'));
    await expect(update('999999', { name: 'y' })).rejects.toEqual(refusal('not_found'));
    await expect(channels.get(database.tx, '999999')).rejects.toEqual(refusal('not_found'));
  });

  it('are listed with their keys, newest first', async () => {
    const first = await create();
    const second = await create({ keys: [] });
    const { rows, nextCursor } = await channels.list(database.tx, { limit: 2 });
    expect(rows).toEqual([second, first]);
    expect(nextCursor).not.toBeNull();
  });

  it('are deleted with their keys', async () => {
    const { channel } = await create();
    await database.transaction((tx) => channels.delete(tx, channel.id));
    expect(await repository.keysOf(database.tx, [channel.id])).toEqual([]);
  });
});

describe('channel keys', () => {
  it('are added, changed and deleted, each time as a new version of the channel', async () => {
    const { channel, keys } = await create();
    const { key: added } = await database.transaction((tx) =>
      channels.addKey(tx, channel.id, { value: OTHER_CANARY, weight: 5 }),
    );
    expect(added).toMatchObject({ lastFour: '3210', weight: 5, enabled: true });
    const ids = { channelId: channel.id, id: keys[0]!.id };
    await database.transaction((tx) => channels.updateKey(tx, ids, { enabled: false, ifMatch: 2 }));
    await expect(
      database.transaction((tx) => channels.updateKey(tx, ids, { enabled: true, ifMatch: 2 })),
    ).rejects.toEqual(refusal('conflict'));
    await database.transaction((tx) => channels.deleteKey(tx, { channelId: channel.id, id: added.id }));
    const after = await channels.get(database.tx, channel.id);
    expect(after.channel.version).toBe(4);
    expect(after.keys).toEqual([expect.objectContaining({ id: ids.id, enabled: false, lastFour: '6789' })]);
  });

  it('belong to their own channel only', async () => {
    const [one, two] = [await create(), await create()];
    const foreign = { channelId: one.channel.id, id: two.keys[0]!.id };
    await expect(database.transaction((tx) => channels.deleteKey(tx, foreign))).rejects.toEqual(refusal('not_found'));
    await expect(database.transaction((tx) => channels.updateKey(tx, foreign, { weight: 2 }))).rejects.toEqual(
      refusal('not_found'),
    );
  });

  it('show no character of a secret that is too short to be one', async () => {
    const { keys } = await create({ keys: [{ value: 'no-key!' }, { value: 'up-key-1' }] });
    expect(keys.map(({ lastFour }) => lastFour)).toEqual(['', 'ey-1']);
  });

  it('are nowhere in clear, in the database or in what the service answers', async () => {
    const created = await create();
    await database.transaction((tx) => channels.addKey(tx, created.channel.id, { value: OTHER_CANARY }));
    const [dump] = await database.tx.query<{ text: string; bytes: string }[]>(
      `SELECT string_agg(k::text, '') AS text, string_agg(encode(k.secret, 'escape'), '') AS bytes FROM channel_key k`,
    );
    const answers = JSON.stringify([
      created,
      await channels.list(database.tx, { limit: 200 }),
      await channels.get(database.tx, created.channel.id),
    ]);
    for (const canary of [CANARY, OTHER_CANARY])
      for (const form of [
        canary,
        Buffer.from(canary).toString('base64').slice(0, 16),
        Buffer.from(canary).toString('hex'),
      ])
        for (const place of [dump!.text, dump!.bytes, answers]) expect(place).not.toContain(form);
  });
});

describe('the catalog', () => {
  const named = (name: string, model = 'gpt-4o-mini', group?: string) =>
    catalog.serving(model, group).filter((channel) => channel.name === name);

  it('serves what administrators changed, secrets included', async () => {
    const { channel, keys } = await create({ name: 'served', models: { 'gpt-4o-mini': 'mini' }, groups: ['vip'] });
    await untilHolds(() => expect(named('served')).toHaveLength(1));
    const [served] = named('served');
    expect(served?.models.get('gpt-4o-mini')).toBe('mini');
    expect(served?.keys.map((key) => key.secret())).toEqual([CANARY]);
    expect(named('served', 'gpt-4o-mini', 'vip')).toHaveLength(1);
    expect(named('served', 'gpt-4o-mini', 'default')).toHaveLength(0);
    expect(named('served', 'gpt-4o')).toHaveLength(0);

    const ids = { channelId: channel.id, id: keys[0]!.id };
    await database.transaction((tx) => channels.updateKey(tx, ids, { value: OTHER_CANARY }));
    await untilHolds(() => expect(named('served')[0]?.keys[0]?.secret()).toBe(OTHER_CANARY));
    await update(channel.id, { enabled: false });
    await untilHolds(() => expect(named('served')).toHaveLength(0));
  });

  it('names channels of higher priority first', async () => {
    for (const priority of [1, 3, 2]) await create({ name: 'ranked', models: { 'gpt-4o-mini': 'm' }, priority });
    await untilHolds(() => expect(named('ranked').map(({ priority }) => priority)).toEqual([3, 2, 1]));
  });

  it('knows no channel of a model that none serves', () => {
    expect(catalog.serving('unheard-of')).toEqual([]);
  });
});
