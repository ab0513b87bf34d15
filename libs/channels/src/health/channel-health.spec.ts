import type { Channel } from '../channel.js';
import type { ChannelHealth } from './channel-health.js';
import type { Visit } from './visit.js';
import { channel, health, key, nameOf, request, resetStage, shares, stage, tried } from '../testing/health-stage.js';

beforeEach(resetStage);

describe('a channel that fails', () => {
  const only = [channel('a')];
  const fail = (house: ChannelHealth, times: number) => {
    for (let count = 0; count < times; count += 1) house.visit(request(only))?.fail({ reason: 'failing' });
  };
  const succeed = (house: ChannelHealth, times: number) => {
    for (let count = 0; count < times; count += 1) house.visit(request(only))?.succeed();
  };

  it('is out after five failures in a row, and not before', () => {
    const house = health();
    succeed(house, 100);
    fail(house, 4);
    expect(house.visit(request(only))).toBeDefined();
    fail(house, 1);
    expect(house.visit(request(only))).toBeUndefined();
    expect(house.obstacleOf(request(only))).toEqual({ kind: 'cooling', waitMs: 1_000 });
  });

  it('is out when half of its answers in ten seconds failed', () => {
    const house = health();
    for (let round = 0; round < 3; round += 1) {
      expect(house.visit(request(only))).toBeDefined();
      succeed(house, 1);
      fail(house, 1);
    }
    expect(house.visit(request(only))).toBeUndefined();
  });

  it('is not out for what the clients did wrong, nor for clients that left', () => {
    const house = health();
    for (let count = 0; count < 50; count += 1) {
      house.visit(request(only))?.refuse();
      house.visit(request(only))?.release();
    }
    expect(house.visit(request(only))).toBeDefined();
  });

  it('gets less the more often it fails', () => {
    const house = health();
    succeed(house, 6);
    fail(house, 4);
    const counts = shares(house, request([channel('a', { weight: 10 }), channel('b', { weight: 6 })]));
    expect(counts['a/a-key']).toBe(500);
  });

  it('is tried by one request at a time once its time is over, and back after its first success', () => {
    const house = health();
    fail(house, 5);
    stage.nowMs += 1_100;
    const trial = house.visit(request(only));
    expect(trial).toBeDefined();
    expect(house.visit(request(only))).toBeUndefined();
    trial?.begin();
    expect(house.visit(request(only))).toBeDefined();
    trial?.succeed();
    fail(house, 3);
    expect(house.visit(request(only))).toBeDefined();
  });

  it('is left alone for at most some two seconds, however often the trial fails', () => {
    const house = health();
    fail(house, 5);
    for (let round = 0; round < 10; round += 1) {
      stage.chance = 0.99;
      stage.nowMs += 2_200;
      const trial = house.visit(request(only));
      expect(trial).toBeDefined();
      trial?.fail({ reason: 'failing' });
    }
  });

  it('lets the next request try where the client of the first has left', () => {
    const house = health();
    fail(house, 5);
    stage.nowMs += 1_100;
    house.visit(request(only))?.release();
    expect(house.visit(request(only))).toBeDefined();
  });

  it('is judged for each of its models alone', () => {
    const house = health();
    const two = [
      channel('a', {
        models: new Map([
          ['model', 'upstream'],
          ['other', 'other-upstream'],
        ]),
      }),
    ];
    house.visit(request(two))?.fail({ reason: 'model_refused' });
    expect(house.visit(request(two))).toBeUndefined();
    expect(house.obstacleOf(request(two))).toEqual({ kind: 'channel', waitMs: 30_000 });
    expect(house.visit(request(two, { model: 'other' }))).toBeDefined();
  });

  it('is out although what was sent before it failed still comes to a good end', () => {
    const house = health();
    const early = Array.from({ length: 100 }, () => house.visit(request(only)));
    stage.nowMs += 700;
    for (let count = 0; count < 5; count += 1) {
      const late = house.visit(request(only));
      early[count]?.succeed();
      stage.nowMs += 10;
      late?.fail({ reason: 'failing' });
    }
    expect(house.visit(request(only))).toBeUndefined();
  });

  it('counts what fails late, and not what was sent before it came back', () => {
    const house = health();
    const early = Array.from({ length: 20 }, () => house.visit(request(only)));
    fail(house, 5);
    stage.nowMs += 1_100;
    house.visit(request(only))?.succeed();
    for (const visit of early) visit?.fail({ reason: 'failing' });
    expect(house.visit(request(only))).toBeDefined();
  });
});

describe('what keeps a request away', () => {
  const obstacle = (candidates: Channel[], spoil: (house: ChannelHealth) => void = () => undefined, more = {}) => {
    const house = health();
    spoil(house);
    expect(house.visit(request(candidates, more))).toBeUndefined();
    return house.obstacleOf(request(candidates, more));
  };
  const spoilt = (candidates: Channel[], ...failures: Parameters<Visit['fail']>) =>
    obstacle(candidates, (house) => house.visit(request(candidates))?.fail(...failures));

  it('is no channel, or no usable key', () => {
    expect(obstacle([])).toEqual({ kind: 'channel', waitMs: 0 });
    expect(obstacle([channel('a')], undefined, tried(['a']))).toEqual({ kind: 'channel', waitMs: 0 });
    for (const keys of [[], [key('1', { enabled: false })]])
      expect(obstacle([channel('a', { keys })])).toEqual({ kind: 'key', waitMs: 0 });
    expect(obstacle([channel('a')], undefined, tried([], ['a-key']))).toEqual({ kind: 'key', waitMs: 0 });
    expect(spoilt([channel('a')], { reason: 'key_refused' }).kind).toBe('key');
  });

  it('is load where a key cools down after a 429, with its true wait, or a channel is full', () => {
    expect(spoilt([channel('a')], { reason: 'rate_limited', waitMs: 7_000 })).toEqual({
      kind: 'saturated',
      waitMs: 7_000,
    });
    expect(spoilt([channel('a')], { reason: 'overloaded', waitMs: 500 })).toEqual({ kind: 'saturated', waitMs: 500 });
    const full = channel('a', { concurrencyMax: 1 });
    expect(obstacle([full], (house) => house.visit(request([full])))).toEqual({ kind: 'saturated', waitMs: 0 });
  });

  it('is the one that ends first where there are several', () => {
    const candidates = [channel('a'), channel('b'), channel('c', { keys: [] })];
    const spoil = (house: ChannelHealth) => {
      for (const [at, waitMs] of [
        [0, 9_000],
        [1, 3_000],
      ] as const)
        house.visit(request([candidates[at]!]))?.fail({ reason: 'rate_limited', waitMs });
    };
    expect(obstacle(candidates, spoil)).toEqual({ kind: 'saturated', waitMs: 3_000 });
  });
});

describe('what is remembered of channels', () => {
  it('outlives a reload of the configuration, and goes with the channel or key', () => {
    const house = health();
    const two = channel('a', { keys: [key('1'), key('2')] });
    house.visit(request([two]))?.fail({ reason: 'key_refused' });
    const renewed = channel('a', { keys: [key('1'), key('2')] });
    house.retain(new Map([['a', renewed]]));
    expect(nameOf(house.visit(request([renewed])))).toBe('a/2');
    house.retain(new Map([['a', channel('a', { keys: [key('2')] })]]));
    expect([...house.stateById('a').keys.keys()]).toEqual(['2']);
    house.retain(new Map());
    expect(house.all().has('a')).toBe(true);
  });
});

describe('second tries', () => {
  it('are one in ten of the requests of the last ten seconds, and ten a second whatever the traffic', () => {
    const { retries } = health();
    const takeAll = () => {
      let taken = 0;
      while (taken < 10_000 && retries.tryTake()) taken += 1;
      return taken;
    };
    expect(takeAll()).toBe(100);
    for (let count = 0; count < 3_000; count += 1) retries.countRequest();
    expect(takeAll()).toBe(300);
    stage.nowMs += 10_000;
    expect(takeAll()).toBe(100);
  });
});
