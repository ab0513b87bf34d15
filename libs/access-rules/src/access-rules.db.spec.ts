import {
  ChangeFeed,
  createLogger,
  Database,
  MALFORMED_ADDRESS,
  parseAddress,
  type ClientAddress,
} from '@tokenbay/platform';
import { cloneDatabase, type ClonedDatabase, untilHolds } from '@tokenbay/testing';
import { AccessRuleBook, type Caller } from './access-rule-book.js';
import { AccessRuleEntity, scopeOf } from './access-rule.entity.js';
import type { AccessRuleChange, AccessRuleDraft, RuleScope } from './access-rule.js';
import { AccessRulesRepository } from './access-rules.repository.js';
import { AccessRulesService } from './access-rules.service.js';

const MONDAY_NOON = Date.parse('2026-11-23T12:00:00Z');
const EVERYBODY: RuleScope = { type: 'global', id: null };
const logger = createLogger('test', 'silent');
const repository = new AccessRulesRepository();
const rules = new AccessRulesService(repository);
const refusal = (code: string) => expect.objectContaining({ code }) as Error;
const address = (text: string): ClientAddress => parseAddress(text) ?? MALFORMED_ADDRESS;

let clone: ClonedDatabase;
let database: Database;
let feed: ChangeFeed;
let book: AccessRuleBook;
let caller: Caller;

beforeAll(async () => {
  clone = await cloneDatabase();
  database = new Database({ url: clone.url, applicationName: 'test', entities: [AccessRuleEntity], logger });
  feed = new ChangeFeed(clone.url, 'test', logger);
  await database.start();
  await feed.start();
  book = new AccessRuleBook(database, repository, feed, logger);
  await book.onModuleInit();
  await database.tx.query(`INSERT INTO account_group (version, name) VALUES (1, 'vip'), (1, 'other')`);
  const [account] = await database.tx.query(`INSERT INTO account (version, name) VALUES (1, 'a') RETURNING id`);
  const [key] = await database.tx.query(
    `INSERT INTO api_key (version, account_id, name, secret_hash, prefix, last_four)
     VALUES (1, $1, 'k', decode(repeat('00', 32), 'hex'), 'sk-abc', 'wxyz') RETURNING id`,
    [account.id],
  );
  caller = { accountId: account.id, apiKeyId: key.id, group: 'vip' };
}, 60_000);

afterAll(async () => {
  book.onApplicationShutdown();
  await feed.stop();
  await database.stop();
  await clone.drop();
});

beforeEach(async () => {
  await database.tx.query('DELETE FROM access_rule');
  await untilHolds(() => expect(globally('192.0.2.1')).toBe('allowed'));
  await untilHolds(() => expect(decide('192.0.2.1')).toBe('allowed'));
});

const create = (draft: AccessRuleDraft) => database.transaction((tx) => rules.create(tx, draft));
const update = (id: string, { ifMatch, ...change }: AccessRuleChange & { ifMatch?: number }) =>
  database.transaction((tx) => rules.update(tx, { id, ifMatch }, change));
const remove = (id: string, ifMatch?: number) => database.transaction((tx) => rules.delete(tx, { id, ifMatch }));
const blacklist = (scope: RuleScope, ...cidrs: string[]) => create({ name: 'b', scope, type: 'ip_blacklist', cidrs });
const whitelist = (scope: RuleScope, ...cidrs: string[]) => create({ name: 'w', scope, type: 'ip_whitelist', cidrs });
const hours = (scope: RuleScope, from: string, to: string) =>
  create({ name: 't', scope, type: 'time_window', windows: [{ days: ['mon'], from, to }], timeZone: 'UTC' });

const codeOf = (work: () => void): string => {
  try {
    work();
    return 'allowed';
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const globally = (from: string) => codeOf(() => book.assertNotBlacklistedGlobally(address(from)));
const decide = (from: string, who: Partial<Caller> = {}, nowMs = MONDAY_NOON) =>
  codeOf(() => book.assertAllowed({ ...caller, ...who }, address(from), nowMs));

describe('AccessRulesService', () => {
  it('stores rules valid and canonical, and gives them back', async () => {
    const rule = await blacklist(
      { type: 'group', id: 'vip' },
      '10.1.2.3/8',
      '10.0.0.0/8',
      '::ffff:192.0.2.1',
      '2001:DB8::1',
    );
    expect(rule).toMatchObject({
      name: 'b',
      enabled: true,
      version: 1,
      cidrs: ['10.0.0.0/8', '192.0.2.1/32', '2001:db8::1/128'],
      windows: null,
      timeZone: null,
    });
    expect(scopeOf(rule)).toEqual({ type: 'group', id: 'vip' });
    expect(scopeOf(await blacklist({ type: 'apiKey', id: caller.apiKeyId }, '::/0'))).toEqual({
      type: 'apiKey',
      id: caller.apiKeyId,
    });
    expect(await rules.get(database.tx, rule.id)).toEqual(rule);
  });

  it('means windows in UTC unless told otherwise', async () => {
    const windows = [{ days: ['mon', 'sun'], from: '22:00', to: '24:00' }] as const;
    expect(await create({ name: 't', scope: EVERYBODY, type: 'time_window', windows })).toMatchObject({
      timeZone: 'UTC',
      windows,
      cidrs: null,
    });
  });

  it.each<RuleScope>([
    { type: 'group', id: 'nobody' },
    { type: 'account', id: '999999' },
    { type: 'apiKey', id: '999999' },
  ])('refuses a scope that does not exist: $type', async (scope) => {
    await expect(blacklist(scope, '10.0.0.0/8')).rejects.toMatchObject({
      code: 'invalid_request',
      options: { problems: [expect.stringMatching(/^scope\.id must be that of an existing /)] },
    });
  });

  it('changes what it is told, refuses what does not fit the type, and counts versions', async () => {
    const { id } = await blacklist(EVERYBODY, '10.0.0.0/8');
    expect(await update(id, { name: 'renamed', ifMatch: 1 })).toMatchObject({
      name: 'renamed',
      version: 2,
      cidrs: ['10.0.0.0/8'],
    });
    expect(await update(id, {})).toMatchObject({ version: 2 });
    await expect(update(id, { name: 'x', ifMatch: 1 })).rejects.toEqual(refusal('conflict'));
    await expect(update(id, { timeZone: 'UTC' })).rejects.toEqual(refusal('invalid_request'));
    await expect(update('999999', { name: 'x' })).rejects.toEqual(refusal('not_found'));
    await expect(remove(id, 1)).rejects.toEqual(refusal('conflict'));
    await remove(id, 2);
    await expect(rules.get(database.tx, id)).rejects.toEqual(refusal('not_found'));
  });

  it('lists newest first, page by page', async () => {
    const ids = [];
    for (let index = 0; index < 5; index += 1) ids.unshift((await blacklist(EVERYBODY, '10.0.0.0/8')).id);
    const first = await rules.list(database.tx, { limit: 3 });
    const second = await rules.list(database.tx, { limit: 3, cursor: first.nextCursor ?? '' });
    expect([...first.rows, ...second.rows].map(({ id }) => id)).toEqual(ids);
    expect(second.nextCursor).toBeNull();
  });

  it('keeps a group from being deleted while a rule speaks of it', async () => {
    await blacklist({ type: 'group', id: 'other' }, '10.0.0.0/8');
    await expect(database.tx.query(`DELETE FROM account_group WHERE name = 'other'`)).rejects.toThrow(
      'access_rule_group_fkey',
    );
  });

  it.each([
    ['access_rule_content_whole', `'ip_blacklist', 'global', NULL, NULL, '[]'`],
    ['access_rule_windows_not_empty', `'time_window', 'global', NULL, NULL, '[]'`],
    ['access_rule_cidrs_well_formed', `'ip_blacklist', 'global', NULL, '{}', NULL`],
    ['invalid input syntax', `'ip_blacklist', 'global', NULL, '{x}', NULL`],
    ['access_rule_scope_whole', `'ip_blacklist', 'global', 'vip', '{::/0}', NULL`],
    ['access_rule_scope_whole', `'ip_blacklist', 'account', NULL, '{::/0}', NULL`],
    ['access_rule_type_known', `'other', 'global', NULL, '{::/0}', NULL`],
  ])('has the database refuse what the code forgot: %s', async (constraint, values) => {
    const sql = `INSERT INTO access_rule (version, name, type, scope_type, group_name, cidrs, windows, time_zone)
      SELECT 1, 'r', v.*, CASE WHEN v.w IS NOT NULL THEN 'UTC' END FROM (SELECT ${values}) AS u (a, b, c, d, e),
      LATERAL (SELECT a::text, b::text, c::text, d::text[], e::jsonb) AS v (t, s, g, c, w)`;
    await expect(database.tx.query(sql)).rejects.toThrow(constraint);
  });
});

describe('AccessRuleBook', () => {
  it('allows everybody, and a malformed address too, where there is no rule', () => {
    expect(globally('192.0.2.1')).toBe('allowed');
    expect(globally('malformed')).toBe('allowed');
    expect(decide('malformed')).toBe('allowed');
  });

  it('denies what a global blacklist holds, before it knows the caller', async () => {
    await blacklist(EVERYBODY, '192.0.2.0/24', '2001:db8::/32');
    await untilHolds(() => expect(globally('192.0.2.1')).toBe('ip_denied_by_blacklist'));
    expect(globally('::ffff:192.0.2.1')).toBe('ip_denied_by_blacklist');
    expect(globally('2001:db8::1')).toBe('ip_denied_by_blacklist');
    expect(globally('malformed')).toBe('ip_denied_by_blacklist');
    expect(globally('192.0.3.1')).toBe('allowed');
  });

  it('applies the blacklists of every scope to those it speaks of', async () => {
    await blacklist({ type: 'group', id: 'vip' }, '10.1.0.0/16');
    await blacklist({ type: 'account', id: caller.accountId }, '10.2.0.0/16');
    await blacklist({ type: 'apiKey', id: caller.apiKeyId }, '10.3.0.0/16');
    await untilHolds(() => expect(decide('10.3.0.1')).toBe('ip_denied_by_blacklist'));
    expect(decide('10.1.0.1')).toBe('ip_denied_by_blacklist');
    expect(decide('10.2.0.1')).toBe('ip_denied_by_blacklist');
    expect(decide('malformed')).toBe('ip_denied_by_blacklist');
    expect(decide('10.1.0.1', { group: 'other' })).toBe('allowed');
    expect(decide('10.2.0.1', { accountId: '999' })).toBe('allowed');
    expect(decide('10.3.0.1', { apiKeyId: '999' })).toBe('allowed');
    expect(globally('10.1.0.1')).toBe('allowed');
  });

  it('demands a match in one whitelist of each scope that has any', async () => {
    await whitelist(EVERYBODY, '10.0.0.0/8');
    await whitelist(EVERYBODY, '192.0.2.0/24');
    await untilHolds(() => {
      expect(decide('203.0.113.1')).toBe('ip_not_in_whitelist');
      expect(decide('10.0.0.1')).toBe('allowed');
      expect(decide('192.0.2.1')).toBe('allowed');
      expect(decide('malformed')).toBe('ip_not_in_whitelist');
    });
    await whitelist({ type: 'apiKey', id: caller.apiKeyId }, '10.9.0.0/16', '203.0.113.0/24');
    await untilHolds(() => expect(decide('10.0.0.1')).toBe('ip_not_in_whitelist'));
    expect(decide('10.9.0.1')).toBe('allowed');
    expect(decide('203.0.113.1')).toBe('ip_not_in_whitelist');
    expect(decide('10.0.0.1', { apiKeyId: '999' })).toBe('allowed');
  });

  it('demands an open window in each scope that has any', async () => {
    const halfPastOne = MONDAY_NOON + 90 * 60_000;
    const halfPastTen = MONDAY_NOON - 90 * 60_000;
    await hours(EVERYBODY, '08:00', '10:00');
    await hours(EVERYBODY, '11:00', '14:00');
    await hours({ type: 'account', id: caller.accountId }, '12:00', '13:00');
    await untilHolds(() => {
      expect(decide('10.0.0.1', {}, halfPastOne)).toBe('access_rule_time_window_denied');
      expect(decide('10.0.0.1', { accountId: '999' }, halfPastOne)).toBe('allowed');
    });
    expect(decide('10.0.0.1', { accountId: '999' }, halfPastTen)).toBe('access_rule_time_window_denied');
    expect(decide('10.0.0.1')).toBe('allowed');
    expect(decide('malformed')).toBe('allowed');
  });

  it('judges blacklists before whitelists before windows', async () => {
    const closed = await hours(EVERYBODY, '00:00', '01:00');
    const white = await whitelist(EVERYBODY, '192.0.2.0/24');
    const black = await blacklist({ type: 'apiKey', id: caller.apiKeyId }, '10.0.0.0/8');
    await untilHolds(() => expect(decide('10.0.0.1')).toBe('ip_denied_by_blacklist'));
    await remove(black.id);
    await untilHolds(() => expect(decide('10.0.0.1')).toBe('ip_not_in_whitelist'));
    await remove(white.id);
    await untilHolds(() => expect(decide('10.0.0.1')).toBe('access_rule_time_window_denied'));
    await remove(closed.id);
    await untilHolds(() => expect(decide('10.0.0.1')).toBe('allowed'));
  });

  it('forgets a rule that is disabled and sees its changes', async () => {
    const { id } = await blacklist(EVERYBODY, '10.0.0.0/8');
    await untilHolds(() => expect(globally('10.0.0.1')).toBe('ip_denied_by_blacklist'));
    await update(id, { cidrs: ['192.0.2.0/24'] });
    await untilHolds(() => expect(globally('192.0.2.1')).toBe('ip_denied_by_blacklist'));
    expect(globally('10.0.0.1')).toBe('allowed');
    await update(id, { enabled: false });
    await untilHolds(() => expect(globally('192.0.2.1')).toBe('allowed'));
  });
});
