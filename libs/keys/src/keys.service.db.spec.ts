import { randomBytes } from 'node:crypto';
import { ChangeFeed, createLogger, Database, generateSecret, SecretHasher, SecretsKey } from '@tokenbay/platform';
import { cloneDatabase, type ClonedDatabase, untilHolds } from '@tokenbay/testing';
import { ApiKeyEntity } from './api-key.entity.js';
import { ApiKeyUseEntity } from './api-key-use.entity.js';
import { KeyUses } from './key-uses.js';
import { KeysReader } from './keys-reader.js';
import { KeysRepository } from './keys.repository.js';
import { type ApiKeyChange, KeysService } from './keys.service.js';

const repository = new KeysRepository();
const hasher = new SecretHasher(SecretsKey.parse(randomBytes(32).toString('base64'))!);
const keys = new KeysService(repository, hasher);
const logger = createLogger('test', 'silent');
const refusal = (code: string) => expect.objectContaining({ code });
let clone: ClonedDatabase;
let database: Database;
let feed: ChangeFeed;
let accountId: string;

beforeAll(async () => {
  clone = await cloneDatabase();
  const entities = [ApiKeyEntity, ApiKeyUseEntity];
  database = new Database({ url: clone.url, applicationName: 'test', entities, logger });
  feed = new ChangeFeed(clone.url, 'test', logger);
  await database.start();
  await feed.start();
  [{ id: accountId }] = await database.tx.query(`INSERT INTO account (version, name) VALUES (1, 'a') RETURNING id`);
}, 60_000);

afterAll(async () => {
  await feed.stop();
  await database.stop();
  await clone.drop();
});

const issue = (draft: ApiKeyChange = {}) =>
  database.transaction((tx) => keys.issue(tx, { accountId, name: 'k', ...draft }));
const update = (id: string, change: ApiKeyChange, ifMatch?: number) =>
  database.transaction((tx) => keys.update(tx, { id, ifMatch }, change));
const reset = (id: string) => database.transaction((tx) => keys.reset(tx, { id }));

describe('keys', () => {
  it('are issued active and unrestricted, with a secret that the database does not hold', async () => {
    const { key, secret } = await issue();
    expect(key).toMatchObject({
      accountId,
      group: null,
      status: 'active',
      expiresAt: null,
      timeZone: 'UTC',
      hasBudget: false,
    });
    expect(secret).toMatch(/^sk-[0-9A-Za-z]{46}$/);
    expect(secret.startsWith(key.prefix)).toBe(true);
    expect(secret.endsWith(key.lastFour)).toBe(true);
    const [row] = await database.tx.query(`SELECT api_key::text AS text FROM api_key WHERE id = $1`, [key.id]);
    expect(row.text).not.toContain(secret.slice(3));
    expect(row.text).not.toContain(Buffer.from(secret).toString('hex'));
  });

  it('refuse accounts, groups and time zones that do not exist', async () => {
    for (const [field, draft] of Object.entries({
      accountId: { accountId: '999999' },
      group: { group: 'nowhere' },
      timeZone: { timeZone: 'Mars/Olympus' },
    })) {
      await expect(issue(draft)).rejects.toMatchObject({ code: 'invalid_request', options: { param: field } });
    }
    const { key } = await issue();
    await expect(update(key.id, { timeZone: 'Mars/Olympus' })).rejects.toEqual(refusal('invalid_request'));
  });

  it('change only what is told, are cleared by null, and compare versions', async () => {
    const expiresAt = new Date('2030-01-01T00:00:00Z');
    const { key } = await issue({ expiresAt, group: 'default', modelAllowlist: ['a'], modelDenylist: ['b*'] });
    expect(await update(key.id, { status: 'suspended' })).toMatchObject({
      expiresAt,
      group: 'default',
      status: 'suspended',
      version: 2,
    });
    expect(
      await update(key.id, { expiresAt: null, group: null, modelAllowlist: null, modelDenylist: null }),
    ).toMatchObject({
      expiresAt: null,
      group: null,
      modelAllowlist: null,
      modelDenylist: null,
      version: 3,
    });
    await expect(update(key.id, { name: 'x' }, 2)).rejects.toEqual(refusal('conflict'));
    await expect(update('999999', { name: 'x' })).rejects.toEqual(refusal('not_found'));
  });

  it('are reset to another secret and stay what they are, unless archived', async () => {
    const { key, secret } = await issue({ group: 'default' });
    const again = await reset(key.id);
    expect(again.secret).not.toBe(secret);
    expect(again.key).toMatchObject({ id: key.id, group: 'default', version: 2, lastFour: again.secret.slice(-4) });
    await update(key.id, { status: 'archived' });
    await expect(reset(key.id)).rejects.toEqual(refusal('conflict'));
    await expect(reset('999999')).rejects.toEqual(refusal('not_found'));
  });
});

describe('the reader of keys', () => {
  const newReader = () => new KeysReader(database, repository, hasher, feed);
  const authenticate = async (reader: KeysReader, secret: string) => reader.authenticate(secret);

  it('recognises a key by its secret, from memory the second time', async () => {
    const reader = newReader();
    const { key, secret } = await issue({ expiresAt: new Date(5_000) });
    expect(await reader.authenticate(secret)).toMatchObject({ id: key.id, accountId, expiresAtMs: 5_000 });
    await untilHolds(async () => expect(reader.authenticate(secret)).not.toBeInstanceOf(Promise));
  });

  it('refuses malformed secrets at once and without a look-up', () => {
    const reader = newReader();
    const changed = generateSecret('sk-').replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'));
    for (const secret of ['', 'sk-', 'sk-short', changed, generateSecret('adm-'), 'sk-' + 'é'.repeat(46)])
      expect(() => reader.authenticate(secret)).toThrow(refusal('api_key_invalid'));
  });

  it('refuses well-formed secrets that nobody was given, the second time from memory', async () => {
    const reader = newReader();
    const secret = generateSecret('sk-');
    await expect(authenticate(reader, secret)).rejects.toEqual(refusal('api_key_invalid'));
    const fromMemory = (): unknown => {
      try {
        const reading = reader.authenticate(secret);
        return reading instanceof Promise ? reading.catch(() => 'read anew') : reading;
      } catch (error) {
        return error;
      }
    };
    await untilHolds(async () => expect(await fromMemory()).toEqual(refusal('api_key_invalid')));
  });

  it('sees a new status', async () => {
    const reader = newReader();
    const { key, secret } = await issue();
    await reader.authenticate(secret);
    await update(key.id, { status: 'disabled' });
    await untilHolds(async () => expect(await reader.authenticate(secret)).toMatchObject({ status: 'disabled' }));
  });

  it('refuses the old secret of a reset key and recognises the new one', async () => {
    const reader = newReader();
    const { key, secret } = await issue();
    await reader.authenticate(secret);
    const again = await reset(key.id);
    await untilHolds(() => expect(authenticate(reader, secret)).rejects.toEqual(refusal('api_key_invalid')));
    expect(await reader.authenticate(again.secret)).toMatchObject({ id: key.id });
  });
});

describe('the uses of keys', () => {
  it('are written in one batch, never move back, and tell nobody of a change', async () => {
    const uses = new KeyUses(database, repository, logger);
    const [one, two, unused] = [await issue(), await issue(), await issue()].map(({ key }) => key.id) as [
      string,
      string,
      string,
    ];
    await new Promise((done) => setTimeout(done, 100));
    const heard: string[] = [];
    for (const table of ['api_key', 'api_key_use']) feed.on(table, (id) => heard.push(id));
    uses.record(one, 1_000);
    uses.record(one, 5_250);
    uses.record(two, 7_000);
    uses.record('999999', 1);
    await uses.flush();
    uses.record(two, 6_000);
    await uses.flush();
    expect([...(await keys.lastUses(database.tx, [two, one, unused]))].sort()).toEqual(
      [
        [one, new Date(5_250)],
        [two, new Date(7_000)],
      ].sort(),
    );
    await new Promise((done) => setTimeout(done, 100));
    expect(heard).toEqual([]);
  });

  it('that could not be written hurt nobody', async () => {
    const broken = { recordUses: () => Promise.reject(new Error('away')) } as unknown as KeysRepository;
    const uses = new KeyUses(database, broken, logger);
    uses.record('1', 1);
    await expect(uses.flush()).resolves.toBeUndefined();
  });
});
