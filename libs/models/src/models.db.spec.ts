import { ChangeFeed, createLogger, Database } from '@tokenbay/platform';
import { cloneDatabase, type ClonedDatabase, untilHolds } from '@tokenbay/testing';
import { ModelCatalog } from './model-catalog.js';
import { ModelPriceEntity } from './model-price.entity.js';
import { ModelEntity } from './model.entity.js';
import { ModelsRepository } from './models.repository.js';
import { type ModelChange, type ModelDraft, ModelsService } from './models.service.js';
import { priceUsage } from './price-usage.js';

const repository = new ModelsRepository();
const models = new ModelsService(repository);
const logger = createLogger('test', 'silent');
const refusal = (code: string) => expect.objectContaining({ code }) as Error;

let clone: ClonedDatabase;
let database: Database;
let feed: ChangeFeed;
let catalog: ModelCatalog;

beforeAll(async () => {
  clone = await cloneDatabase();
  database = new Database({
    url: clone.url,
    applicationName: 'test',
    entities: [ModelEntity, ModelPriceEntity],
    logger,
  });
  feed = new ChangeFeed(clone.url, 'test', logger);
  await database.start();
  await feed.start();
  catalog = new ModelCatalog(database, repository, feed, logger);
  await catalog.onModuleInit();
}, 60_000);

afterAll(async () => {
  catalog.onApplicationShutdown();
  await feed.stop();
  await database.stop();
  await clone.drop();
});

const create = (draft: ModelDraft) => database.transaction((tx) => models.create(tx, draft));
const update = (name: string, change: ModelChange & { ifMatch?: number }) =>
  database.transaction((tx) => models.update(tx, name, change));
const remove = (name: string) => database.transaction((tx) => models.delete(tx, name));
const history = async (name: string) =>
  (await models.listPrices(database.tx, name, { limit: 10 })).rows.map(({ priceVersion, prices }) => [
    priceVersion,
    prices,
  ]);

describe('models', () => {
  it('are created enabled, of text, shown under their name, without limits or prices', async () => {
    expect(await create({ name: 'meta/llama-3:70b' })).toMatchObject({
      ...{
        name: 'meta/llama-3:70b',
        displayName: 'meta/llama-3:70b',
        enabled: true,
        capabilities: ['text'],
        prices: {},
      },
      ...{ priceVersion: 1, contextTokensMax: null, outputTokensMax: null, rateLimitRequests: null, version: 1 },
    });
  });

  it('have unique names', async () => {
    await create({ name: 'twice' });
    await expect(create({ name: 'twice' })).rejects.toEqual(refusal('conflict'));
    expect(await history('twice')).toHaveLength(1);
  });

  it('take prices that are well formed, and name every problem of others', async () => {
    await expect(create({ name: 'p', prices: { nonsense: 1, inputPerMillion: '-1' } })).rejects.toMatchObject({
      code: 'invalid_request',
      options: {
        param: 'prices',
        problems: [expect.stringMatching(/^prices\.inputPerMillion must /), 'prices.nonsense is no price kind.'],
      },
    });
  });

  it('change as told and keep the rest, a rate limit part by part', async () => {
    await create({ name: 'changing', rateLimit: { requests: 5, windowSeconds: 60 }, outputTokensMax: 9 });
    const changed = await update('changing', { displayName: 'New', rateLimit: { requests: 7 }, outputTokensMax: null });
    expect(changed).toMatchObject({
      ...{ displayName: 'New', rateLimitRequests: 7, rateLimitWindowSeconds: 60, outputTokensMax: null, enabled: true },
      version: 2,
    });
    expect((await update('changing', { rateLimit: null })).rateLimitWindowSeconds).toBeNull();
    await expect(update('changing', { rateLimit: { requests: 7 } })).rejects.toEqual(refusal('invalid_request'));
    await expect(update('changing', { enabled: false, ifMatch: 2 })).rejects.toEqual(refusal('conflict'));
    await expect(update('not-there', {})).rejects.toEqual(refusal('not_found'));
  });

  it('are not deleted while a channel serves them', async () => {
    await create({ name: 'served' });
    const insert = `INSERT INTO channel (version, name, provider, base_url, models) VALUES (1, 'c', 'openai', 'http://x/v1', '{"served":"s"}')`;
    await database.tx.query(insert);
    await expect(remove('served')).rejects.toEqual(refusal('conflict'));
    await database.tx.query('DELETE FROM channel');
    await remove('served');
    await expect(models.get(database.tx, 'served')).rejects.toEqual(refusal('not_found'));
  });
});

describe('the prices of a model', () => {
  it('are a new version with each change, and no version where nothing changed', async () => {
    await create({ name: 'priced', prices: { inputPerMillion: '1', outputPerMillion: '2' } });
    await update('priced', { prices: { outputPerMillion: '2', inputPerMillion: 1 } });
    await update('priced', { enabled: false });
    expect(await update('priced', { prices: { inputPerMillion: '3' } })).toMatchObject({
      priceVersion: 2,
      prices: { inputPerMillion: '3' },
    });
    expect(await history('priced')).toEqual([
      [2, { inputPerMillion: '3' }],
      [1, { inputPerMillion: '1', outputPerMillion: '2' }],
    ]);
  });

  it('outlive the model, and go on counting when it comes back', async () => {
    await create({ name: 'reborn', prices: { inputPerMillion: '1' } });
    await remove('reborn');
    expect((await create({ name: 'reborn', prices: { inputPerMillion: '2' } })).priceVersion).toBe(2);
    expect(await history('reborn')).toHaveLength(2);
  });

  it('cannot be rewritten or deleted, whoever tries', async () => {
    for (const sql of [`UPDATE model_price SET prices = '{}'`, 'DELETE FROM model_price'])
      await expect(database.tx.query(sql)).rejects.toThrow('prices are only ever appended');
  });

  it('get one version each when changed at the same moment', async () => {
    await create({ name: 'raced' });
    await Promise.all([1, 2, 3, 4].map((price) => update('raced', { prices: { inputPerMillion: String(price) } })));
    expect((await history('raced')).map(([version]) => version)).toEqual([5, 4, 3, 2, 1]);
  });

  it('are listed page by page', async () => {
    const first = await models.listPrices(database.tx, 'raced', { limit: 3 });
    const second = await models.listPrices(database.tx, 'raced', { limit: 3, cursor: first.nextCursor! });
    expect([...first.rows, ...second.rows].map(({ priceVersion }) => priceVersion)).toEqual([5, 4, 3, 2, 1]);
    expect(second.nextCursor).toBeNull();
    await expect(models.listPrices(database.tx, 'not-there', { limit: 3 })).rejects.toEqual(refusal('not_found'));
  });
});

describe('the catalog', () => {
  it('shows a change, while requests keep the model they were admitted with', async () => {
    await create({ name: 'shown', prices: { inputPerMillion: '1' }, rateLimit: { requests: 1, windowSeconds: 2 } });
    await untilHolds(() => expect(catalog.find('shown')).toBeDefined());
    const admitted = catalog.find('shown')!;
    expect(admitted).toMatchObject({ priceVersion: 1, rateLimit: { requests: 1, windowSeconds: 2 }, enabled: true });
    expect(admitted.capabilities.has('text')).toBe(true);
    await update('shown', { prices: { inputPerMillion: '5' }, enabled: false });
    await untilHolds(() => expect(catalog.find('shown')?.enabled).toBe(false));
    expect(priceUsage({ inputTokens: 10 }, catalog.find('shown')!.prices, '1').micropoints).toBe(50);
    expect(priceUsage({ inputTokens: 10 }, admitted.prices, '1').micropoints).toBe(10);
    await remove('shown');
    await untilHolds(() => expect(catalog.find('shown')).toBeUndefined());
    expect(catalog.list().map(({ name }) => name)).toContain('raced');
  });
});
