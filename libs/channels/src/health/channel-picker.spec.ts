import type { ChannelHealth } from './channel-health.js';
import {
  A_THOUSAND,
  channel,
  health,
  key,
  nameOf,
  request,
  resetStage,
  shares,
  stage,
  tried,
} from '../testing/health-stage.js';

beforeEach(resetStage);

describe('the choice of a channel', () => {
  it('takes the highest priority, however heavy the others are', () => {
    const candidates = [channel('high', { priority: 2 }), channel('low', { priority: 1, weight: 9_999 })];
    expect(shares(health(), request(candidates))).toEqual({ 'high/high-key': 1_000 });
  });

  it('spreads requests by weight among channels that do equally well', () => {
    const candidates = [channel('a', { weight: 3 }), channel('b'), channel('c', { weight: 6 })];
    const low = channel('d', { priority: -1 });
    expect(shares(health(), request([...candidates, low]))).toEqual({ 'a/a-key': 300, 'b/b-key': 100, 'c/c-key': 600 });
  });

  it('spreads requests by weight over the keys of a channel, disabled ones left out', () => {
    const keys = [key('1'), key('2', { weight: 4 }), key('3', { weight: 50, enabled: false })];
    expect(shares(health(), request([channel('a', { keys })]))).toEqual({ 'a/1': 200, 'a/2': 800 });
  });

  it('never takes a channel or key again that the request has tried', () => {
    const candidates = [
      channel('a', { priority: 2, keys: [key('1'), key('2')] }),
      channel('b', { priority: 2 }),
      channel('c'),
    ];
    const pick = (...args: Parameters<typeof tried>) => nameOf(health().visit(request(candidates, tried(...args))));
    expect(pick(['a'])).toBe('b/b-key');
    expect(pick(['a', 'b'])).toBe('c/c-key');
    expect(pick(['b'], ['1'])).toBe('a/2');
    expect(pick(['b'], ['1', '2'])).toBe('c/c-key');
    expect(pick(['a', 'b', 'c'])).toBeUndefined();
    expect(nameOf(health().visit(request([channel('a')], tried(['a']))))).toBeUndefined();
  });

  it('passes by a channel that is at its concurrency limit until a request has ended', () => {
    const house = health();
    const candidates = [channel('a', { priority: 1, concurrencyMax: 2 }), channel('b')];
    const [first] = [house.visit(request(candidates)), house.visit(request(candidates))];
    expect(nameOf(house.visit(request(candidates)))).toBe('b/b-key');
    first?.succeed();
    first?.succeed();
    expect(nameOf(house.visit(request(candidates)))).toBe('a/a-key');
    expect(nameOf(house.visit(request(candidates)))).toBe('b/b-key');
  });

  it('leaves a channel for one that answers more than twice as quickly, and comes back to it in time', () => {
    const house = health();
    const candidates = [channel('quick'), channel('slow')];
    for (const [name, ms] of [
      ['quick', 400],
      ['slow', 1_000],
    ] as const) {
      const visit = house.visit(request([candidates.find(({ id }) => id === name)!]));
      stage.nowMs += ms;
      visit?.succeed();
    }
    expect(shares(house, request(candidates))).toEqual({ 'quick/quick-key': 1_000 });
    stage.nowMs += 60_000;
    expect(shares(house, request(candidates))['slow/slow-key']).toBe(500);
  });

  it('does not care which of two is quicker where both are quick', () => {
    const house = health();
    const candidates = [channel('a'), channel('b')];
    for (const [at, ms] of [
      [0, 2],
      [1, 90],
    ] as const) {
      const visit = house.visit(request([candidates[at]!]));
      stage.nowMs += ms;
      visit?.succeed();
    }
    expect(shares(house, request(candidates))).toEqual({ 'a/a-key': 500, 'b/b-key': 500 });
  });

  it('leaves a channel that has many requests in flight, in proportion to its weight', () => {
    const house = health();
    const heavy = channel('heavy', { weight: 10 });
    const candidates = [heavy, channel('light')];
    for (let count = 0; count < 10; count += 1) house.visit(request([heavy]));
    // Ten in flight at ten times the weight are one: not twice as many as none.
    expect(shares(house, request(candidates))['heavy/heavy-key']).toBe(909);
    for (let count = 0; count < 11; count += 1) house.visit(request([heavy]));
    expect(shares(house, request(candidates))).toEqual({ 'light/light-key': 1_000 });
  });

  it('leaves a channel that has fallen silent with requests waiting, before any time limit has struck', () => {
    const house = health();
    const candidates = [channel('a'), channel('b')];
    for (const one of candidates) {
      const visit = house.visit(request([one]));
      stage.nowMs += 200;
      visit?.succeed();
    }
    house.visit(request([candidates[0]!]));
    stage.nowMs += 900;
    expect(shares(house, request(candidates))).toEqual({ 'b/b-key': 1_000 });
  });

  it('asks what is busy only where nothing else is left, and only where it did not say for how long', () => {
    const house = health();
    const candidates = [channel('a', { priority: 1 }), channel('b')];
    house.visit(request(candidates))?.fail({ reason: 'rate_limited' });
    expect(nameOf(house.visit(request(candidates)))).toBe('b/b-key');
    expect(nameOf(house.visit(request(candidates, tried(['b']))))).toBe('a/a-key');
    house.visit(request(candidates, tried(['b'])))?.fail({ reason: 'rate_limited', waitMs: 3_000 });
    expect(house.visit(request(candidates, tried(['b'])))).toBeUndefined();
  });

  it('always picks something where chance is at the edge', () => {
    for (stage.chance of [0, 1 - Number.EPSILON / 2, 1])
      expect(nameOf(health().visit(request([channel('a', { keys: [key('1'), key('2')] }), channel('b')])))).toMatch(
        /^[ab]\//,
      );
  });
});

describe('a conversation', () => {
  const candidates = ['a', 'b', 'c'].map((id) => channel(id, { keys: [key(`${id}1`), key(`${id}2`)] }));
  const favourites = (house: ChannelHealth, among = candidates) =>
    A_THOUSAND.map((affinity) => {
      stage.chance = (affinity % 97) / 97;
      const visit = house.visit(request(among, { affinity }));
      visit?.release();
      return nameOf(visit)!;
    });

  it('stays at its channel and key, and conversations are spread by weight', () => {
    const house = health();
    const first = favourites(house);
    expect(favourites(house)).toEqual(first);
    const counts = Object.groupBy(first, (name) => name);
    for (const name of ['a/a1', 'a/a2', 'b/b1', 'c/c2']) expect(counts[name]!.length).toBeGreaterThan(110);
    const heavy = favourites(health(), [channel('a', { weight: 4 }), channel('b')]);
    const share = heavy.filter((name) => name === 'a/a-key').length;
    expect(share).toBeGreaterThan(750);
    expect(share).toBeLessThan(850);
  });

  it('moves only where its channel is gone', () => {
    const before = favourites(health());
    const after = favourites(health(), candidates.slice(1));
    for (const at of A_THOUSAND) if (!before[at]!.startsWith('a')) expect(after[at]).toBe(before[at]);
  });

  it('leaves a key that cools down, a channel that is failing, and comes back to both', () => {
    const house = health();
    const affinity = 7;
    const home = house.visit(request(candidates, { affinity }))!;
    home.fail({ reason: 'rate_limited', waitMs: 5_000 });
    const other = house.visit(request(candidates, { affinity }))!;
    expect(other.channel).toBe(home.channel);
    expect(other.key).not.toBe(home.key);
    other.release();
    stage.nowMs += 6_000;
    const trial = house.visit(request([home.channel], { affinity, ...tried([], [other.key.id]) }))!;
    expect(trial.key).toBe(home.key);
    trial.succeed();
    expect(nameOf(house.visit(request(candidates, { affinity })))).toBe(nameOf(home));
    for (let failures = 0; failures < 5; failures += 1)
      house.visit(request([home.channel], { affinity }))?.fail({ reason: 'failing' });
    expect(house.visit(request(candidates, { affinity }))!.channel).not.toBe(home.channel);
  });
});
