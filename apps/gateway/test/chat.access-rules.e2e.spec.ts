import type { AdminAccessRule, ChatAnswer, World } from '@tokenbay/testing';
import { expectRefusal } from './expect-refusal.js';
import { useSystem } from './use-system.js';

const house = useSystem({ gateway: { TRUSTED_PROXIES: '127.0.0.1/32' } });
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
let world: World;
const rules: AdminAccessRule[] = [];

beforeEach(async () => {
  world = await house.system.world();
});

afterEach(async () => {
  for (const { id } of rules.splice(0)) await house.system.admin.remove(`/access-rules/${id}`);
});

type Scope = 'global' | 'group' | 'account' | 'apiKey';

async function addRule(scope: Scope, fields: object): Promise<AdminAccessRule> {
  const ids = { global: undefined, group: 'default', account: world.account.id, apiKey: world.key.id };
  const id = ids[scope];
  const rule = await house.system.admin.createAccessRule({
    scope: { type: scope, ...(id !== undefined && { id }) },
    ...fields,
  });
  rules.push(rule);
  await house.system.settled();
  return rule;
}

/** A chat request that comes from an address, through the trusted proxy. */
function chatFrom(address: string): Promise<ChatAnswer> {
  return house.chat(world, {}, { 'x-forwarded-for': address });
}

const blacklist = (...cidrs: string[]) => ({ type: 'ip_blacklist', cidrs });
const whitelist = (...cidrs: string[]) => ({ type: 'ip_whitelist', cidrs });

describe('a blacklist', () => {
  it.each<Scope>(['global', 'group', 'account', 'apiKey'])(
    'of scope %s denies its addresses and no others',
    async (scope) => {
      await addRule(scope, blacklist('203.0.113.0/24', '2001:db8:7::/48'));
      for (const address of ['203.0.113.0', '203.0.113.255', '2001:db8:7::1', '::ffff:203.0.113.9'])
        expectRefusal(await chatFrom(address), 'ip_denied_by_blacklist');
      for (const address of ['203.0.112.255', '203.0.114.0', '2001:db8:8::', '::ffff:203.0.114.9'])
        expect((await chatFrom(address)).status).toBe(200);
    },
  );

  it('applies in every scope at once', async () => {
    await addRule('account', blacklist('203.0.113.1'));
    await addRule('apiKey', blacklist('203.0.113.2'));
    expectRefusal(await chatFrom('203.0.113.1'), 'ip_denied_by_blacklist');
    expectRefusal(await chatFrom('203.0.113.2'), 'ip_denied_by_blacklist');
    expect((await chatFrom('203.0.113.3')).status).toBe(200);
  });

  it('beats a whitelist, and does nothing while it is disabled', async () => {
    await addRule('account', whitelist('203.0.113.0/24'));
    const rule = await addRule('account', blacklist('203.0.113.9'));
    expectRefusal(await chatFrom('203.0.113.9'), 'ip_denied_by_blacklist');
    await house.system.admin.patch(`/access-rules/${rule.id}`, { enabled: false });
    await house.system.settled();
    expect((await chatFrom('203.0.113.9')).status).toBe(200);
  });

  it('of all addresses denies one that cannot be read', async () => {
    await addRule('apiKey', blacklist('203.0.113.9'));
    expectRefusal(await chatFrom('not-an-address'), 'ip_denied_by_blacklist');
  });
});

describe('a whitelist', () => {
  it.each<Scope>(['group', 'account', 'apiKey'])('of scope %s lets in its addresses and no others', async (scope) => {
    await addRule(scope, whitelist('203.0.113.8/30', '2001:db8::/32'));
    expect([(await chatFrom('203.0.113.11')).status, (await chatFrom('2001:db8::7')).status]).toEqual([200, 200]);
    expectRefusal(await chatFrom('203.0.113.12'), 'ip_not_in_whitelist');
    expectRefusal(await chatFrom('2001:db9::'), 'ip_not_in_whitelist');
  });

  it('needs a match in one rule of each scope that has any', async () => {
    await addRule('account', whitelist('203.0.113.1', '203.0.113.2'));
    await addRule('account', whitelist('203.0.113.3'));
    await addRule('apiKey', whitelist('203.0.113.2', '203.0.113.3'));
    const statuses = [];
    for (const last of [1, 2, 3, 4]) statuses.push((await chatFrom(`203.0.113.${last}`)).status);
    expect(statuses).toEqual([403, 200, 200, 403]);
  });

  it('is not fooled by what a client writes into x-forwarded-for itself', async () => {
    await addRule('apiKey', whitelist('203.0.113.1'));
    expectRefusal(await chatFrom('203.0.113.1, 198.51.100.7'), 'ip_not_in_whitelist');
    expect((await chatFrom('198.51.100.7, 203.0.113.1')).status).toBe(200);
    const answer = await house.chat(world, {}, { 'x-real-ip': '203.0.113.1', forwarded: 'for=203.0.113.1' });
    expectRefusal(answer, 'ip_not_in_whitelist');
  });
});

describe('a time window', () => {
  it.each<Scope>(['group', 'account', 'apiKey'])('of scope %s that lies elsewhere denies', async (scope) => {
    await addRule(scope, { type: 'time_window', windows: [windowFrom(120, 180)] });
    expectRefusal(await house.chat(world), 'access_rule_time_window_denied');
    await addRule(scope, { type: 'time_window', windows: [windowFrom(-60, 60)] });
    expect((await house.chat(world)).status).toBe(200);
  });

  it('is read on the clocks of its zone', async () => {
    const kolkata = { type: 'time_window', windows: [windowFrom(-60, 60, 330)] };
    const rule = await addRule('apiKey', { ...kolkata, timeZone: 'UTC' });
    expectRefusal(await house.chat(world), 'access_rule_time_window_denied');
    await house.system.admin.patch(`/access-rules/${rule.id}`, { timeZone: 'Asia/Kolkata' });
    await house.system.settled();
    expect((await house.chat(world)).status).toBe(200);
  });

  it('past midnight belongs to the day on which it begins', async () => {
    // A zone in which the first hour of a day runs now.
    const hour = new Date().getUTCHours();
    const offset = hour <= 12 ? -hour : 24 - hour;
    const timeZone = `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`;
    const today = DAYS.indexOf(dayOf(Date.now() + offset * 60 * MINUTE_MS));
    const night = (day: number) => [{ days: [DAYS[(day + 7) % 7]], from: '23:00', to: '02:00' }];
    const rule = await addRule('apiKey', { type: 'time_window', windows: night(today), timeZone });
    expectRefusal(await house.chat(world), 'access_rule_time_window_denied');
    await house.system.admin.patch(`/access-rules/${rule.id}`, { windows: night(today - 1) });
    await house.system.settled();
    expect((await house.chat(world)).status).toBe(200);
  });

  it('needs a match in each scope that has any', async () => {
    await addRule('account', { type: 'time_window', windows: [windowFrom(-60, 60)] });
    await addRule('apiKey', { type: 'time_window', windows: [windowFrom(120, 180)] });
    expectRefusal(await house.chat(world), 'access_rule_time_window_denied');
  });

  it('holds for every route that needs a key', async () => {
    await addRule('apiKey', { type: 'time_window', windows: [windowFrom(120, 180)] });
    for (const path of ['/v1/models', '/v1/account'])
      expectRefusal(await house.system.gateway.request(path, world.apiKey), 'access_rule_time_window_denied');
  });
});

/** A window in minutes from now, on clocks that many minutes ahead of UTC. */
function windowFrom(fromMinutes: number, toMinutes: number, aheadMinutes = 0): object {
  const at = (minutes: number) => Date.now() + (minutes + aheadMinutes) * MINUTE_MS;
  return { days: [dayOf(at(fromMinutes))], from: clockOf(at(fromMinutes)), to: clockOf(at(toMinutes)) };
}

function dayOf(utcMs: number): string {
  return DAYS[new Date(utcMs).getUTCDay()] ?? '';
}

function clockOf(utcMs: number): string {
  return new Date(utcMs % DAY_MS).toISOString().slice(11, 16);
}
