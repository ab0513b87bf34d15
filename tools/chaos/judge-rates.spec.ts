import { judgeRates } from './judge-rates.mjs';
import { LoneWatch } from './lone-watch.mjs';

const RATE = { accountId: '7', requests: 3, windowMs: 1_000 };
const KILLED = { number: 1, slots: [], isDatabase: false, recoveredMs: 0 };

/** A request that was sent and reached the upstream at these times. */
const story = (sentAtMs: number, calledAtMs?: number, accountId = '7') => ({
  ...{ mark: 'm', keyId: '1', accountId, model: 'chaos-plain', slot: 0, isStream: false, sentAtMs },
  calls: calledAtMs === undefined ? [] : [{ atMs: calledAtMs, endedAtMs: calledAtMs, isComplete: true, usage: null }],
});
const crowd = (count: number, sentAtMs: number) => Array.from({ length: count }, () => story(sentAtMs, sentAtMs + 10));
const judge = (stories: ReturnType<typeof story>[], rest: object = {}) =>
  judgeRates({ stories, rate: RATE, alone: [], faults: [], ...rest });

describe('what comes through of an account with a rate', () => {
  it('is found where it is one too many in a stretch, wherever that begins', () => {
    const { violations } = judge([story(1_400, 1_410), ...crowd(2, 1_900), story(2_350, 2_360)]);
    expect(violations).toEqual([{ name: 'over a rate', detail: '4 requests in the 1000 ms from 1400, 3 may be' }]);
  });

  it.each([
    ['as many as may be', [...crowd(3, 1_000), ...crowd(3, 2_000)]],
    ['what was refused, or reached no upstream', [...crowd(3, 1_000), story(1_100), story(1_200)]],
    ['what others ask', [...crowd(3, 1_000), story(1_100, 1_110, '8')]],
    ['what may have been admitted later', [...crowd(3, 1_000), story(1_100, 2_100)]],
  ])('is in order: %s', (_, stories) => {
    const { violations, figures } = judge(stories);
    expect(violations).toEqual([]);
    expect(figures.throughMax).toBe(3);
  });

  it('may be as much again while a gateway counts by itself, and no more', () => {
    const alone = [{ fromMs: 500, untilMs: 600 }];
    expect(judge(crowd(6, 1_000), { alone })).toMatchObject({ violations: [], figures: { throughAloneMax: 6 } });
    expect(judge(crowd(7, 1_000), { alone }).violations).toHaveLength(1);
    expect(judge(crowd(6, 1_700), { alone }).violations).toHaveLength(3);
  });

  it('may be as much once more where Redis came back empty', () => {
    const faults = [{ ...KILLED, kind: 'redis-gone', startedAtMs: 500, endedAtMs: 900 }];
    expect(judge(crowd(9, 1_000), { faults }).violations).toEqual([]);
    expect(judge(crowd(10, 1_000), { faults }).violations).toHaveLength(1);
    expect(judge(crowd(9, 9_000), { faults }).violations).not.toEqual([]);
  });
});

describe('the times in which gateways count by themselves', () => {
  const line = (second: number, msg: string) =>
    JSON.stringify({ level: 'warn', time: new Date(second * 1_000).toISOString(), app: 'gateway', msg });
  const LOST = 'Redis is lost: rates are counted on this machine alone';
  const FOUND = 'Redis answers: rates are shared with every gateway on it';
  const timesOf = (...outputs: string[][]) =>
    new LoneWatch({
      all: outputs.map((lines) => ({ program: { output: lines.join('\n'), isRunning: true } })),
    }).stop();

  it('are read from what they write, of each by itself', () => {
    const one = [line(1, FOUND), line(5, LOST), line(5, 'request'), line(8, FOUND), line(20, LOST)];
    const other = [line(6, 'Redis does not answer: rates are counted on this machine alone until it does')];
    expect(timesOf(one, other, ['not JSON'])).toEqual([
      { fromMs: 5_000, untilMs: 8_000 },
      { fromMs: 20_000, untilMs: Infinity },
      { fromMs: 6_000, untilMs: Infinity },
    ]);
  });

  it('are kept though what was written long ago is not', () => {
    const program = { output: line(5, LOST), isRunning: true };
    const watch = new LoneWatch({ all: [{ program }] });
    watch.look();
    program.output = line(8, FOUND);
    expect(watch.stop()).toEqual([{ fromMs: 5_000, untilMs: 8_000 }]);
  });
});
