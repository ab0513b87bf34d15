import type { Channel } from './channel.js';
import { pickChannel } from './pick-channel.js';

const key = (id: string, more: object = {}) => ({ id, weight: 1, enabled: true, ...more });
const channel = (id: string, more: object = {}) =>
  ({ id, priority: 0, weight: 1, keys: [key(`${id}-key`)], ...more }) as unknown as Channel;
const pick = (
  candidates: Channel[],
  { tried = [] as string[], triedKeys = [] as string[], random = Math.random } = {},
) => pickChannel(candidates, { tried: { channelIds: new Set(tried), keyIds: new Set(triedKeys) }, random });
const picked = (...args: Parameters<typeof pick>) => {
  const result = pick(...args);
  return 'refusal' in result ? result.refusal : `${result.channel.id}/${result.key.id}`;
};
/** `count` numbers spread evenly over [0, 1), so that shares come out exactly. */
const evenly = (count: number) => Array.from({ length: count }, (_, index) => (index + 0.5) / count);
const shares = (choose: (random: () => number) => string) =>
  Object.fromEntries(
    Object.entries(Object.groupBy(evenly(100), (number) => choose(() => number))).map(([name, hits]) => [
      name,
      hits?.length,
    ]),
  );

describe('picking a channel', () => {
  it('takes the highest priority, however heavy the others are', () => {
    const candidates = [channel('low', { priority: 1, weight: 9_999 }), channel('high', { priority: 2 })];
    expect(shares((random) => picked(candidates, { random }))).toEqual({ 'high/high-key': 100 });
  });

  it('spreads requests by weight within a priority', () => {
    const candidates = [
      channel('a', { weight: 3 }),
      channel('b'),
      channel('c', { weight: 6 }),
      channel('d', { priority: -1 }),
    ];
    expect(shares((random) => picked(candidates, { random }).charAt(0))).toEqual({ a: 30, b: 10, c: 60 });
  });

  it('spreads requests by weight over the keys of a channel, disabled ones left out', () => {
    const keys = [key('1'), key('2', { weight: 4 }), key('3', { weight: 50, enabled: false })];
    expect(shares((random) => picked([channel('a', { keys })], { random }))).toEqual({ 'a/1': 20, 'a/2': 80 });
  });

  it('falls to the next channel, then to the next priority, when one was tried', () => {
    const candidates = [channel('a', { priority: 2 }), channel('b', { priority: 2 }), channel('c')];
    expect(picked(candidates, { tried: ['a'] })).toBe('b/b-key');
    expect(picked(candidates, { tried: ['a', 'b'] })).toBe('c/c-key');
  });

  it('takes another key of a channel when only a key was tried, and passes by a channel without one', () => {
    const candidates = [channel('a', { priority: 1, keys: [key('1'), key('2')] }), channel('b')];
    expect(picked(candidates, { triedKeys: ['1'] })).toBe('a/2');
    expect(picked(candidates, { triedKeys: ['1', '2'] })).toBe('b/b-key');
  });

  it('tells no channel from no usable key', () => {
    expect(picked([])).toBe('channel_unavailable');
    expect(picked([channel('a')], { tried: ['a'] })).toBe('channel_unavailable');
    expect(picked([channel('a', { keys: [] })])).toBe('channel_key_unavailable');
    expect(picked([channel('a', { keys: [key('1', { enabled: false })] })])).toBe('channel_key_unavailable');
    expect(picked([channel('a')], { triedKeys: ['a-key'] })).toBe('channel_key_unavailable');
    expect(picked([channel('a', { keys: [] }), channel('b')], { tried: ['b'] })).toBe('channel_key_unavailable');
  });

  it('always picks something where random is at the edge', () => {
    for (const random of [() => 0, () => 1 - Number.EPSILON / 2, () => 1])
      expect(picked([channel('a'), channel('b')], { random })).toMatch(/^[ab]\//);
  });
});
