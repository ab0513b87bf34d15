import fc from 'fast-check';
import { DateTime } from 'luxon';
import { DAYS, type TimeWindow } from './access-rule.js';
import { compileWindows, isWithinWindows } from './is-within-windows.js';
import { TimeZone } from './time-zone.js';

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/Havana',
  'Pacific/Apia',
  'Africa/Casablanca',
];

const isOpen = (window: TimeWindow, zone: string, instant: string | number): boolean =>
  isWithinWindows(compileWindows([window], zone), new Date(instant).getTime());

/** The same question answered by luxon's calendar, window by window and day by day, as an administrator would check it by hand. */
function oracle(windows: readonly TimeWindow[], zone: string, nowMs: number): boolean {
  const local = DateTime.fromMillis(nowMs, { zone });
  const clock = local.toFormat('HH:mm');
  const today = DAYS[local.weekday - 1]!;
  const yesterday = DAYS[(local.weekday + 5) % 7]!;
  return windows.some(({ days, from, to }) => {
    if (from < to) return days.includes(today) && from <= clock && clock < to;
    return (days.includes(today) && from <= clock) || (days.includes(yesterday) && clock < to);
  });
}

const twoDigits = (number: number): string => String(number).padStart(2, '0');
const time = fc
  .oneof(fc.nat({ max: 1439 }), fc.constantFrom(0, 60, 90, 120, 150, 180, 1380, 1439))
  .map((minutes) => `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`);
const window: fc.Arbitrary<TimeWindow> = fc
  .record({
    days: fc.uniqueArray(fc.constantFrom(...DAYS), { minLength: 1, maxLength: 7 }),
    from: time,
    to: fc.oneof({ weight: 4, arbitrary: time }, { weight: 1, arbitrary: fc.constant('24:00') }),
  })
  .filter(({ from, to }) => from !== to);

/** Every change of clocks of the zones from 2010 to 2030, found by walking hour by hour where the offset differs. */
const transitions = ZONES.flatMap((zone) => {
  const found: number[] = [];
  let offset = DateTime.fromISO('2010-01-01', { zone }).offset;
  for (let ms = Date.UTC(2010, 0, 1); ms < Date.UTC(2030, 0, 1); ms += 6 * 3_600_000) {
    const next = DateTime.fromMillis(ms, { zone }).offset;
    if (next !== offset) found.push(ms);
    offset = next;
  }
  return found;
});

const instant = fc.oneof(
  fc.integer({ min: Date.UTC(2010, 0, 1), max: Date.UTC(2030, 0, 1) }),
  fc
    .tuple(fc.constantFrom(...transitions), fc.integer({ min: -24 * 3_600_000, max: 24 * 3_600_000 }))
    .map(([ms, offset]) => ms + offset),
);

describe('isWithinWindows', () => {
  it('agrees with an independent calendar in every zone, also around changes of clocks', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.array(window, { minLength: 1, maxLength: 4 }),
        fc.array(instant, { minLength: 20, maxLength: 20 }),
        (zone, windows, instants) => {
          const table = compileWindows(windows, zone);
          for (const nowMs of instants)
            expect([nowMs, isWithinWindows(table, nowMs)]).toEqual([nowMs, oracle(windows, zone, nowMs)]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('agrees at every minute of a week with both a skipped and a repeated hour in sight', () => {
    const windows: TimeWindow[] = [
      { days: ['sun'], from: '01:45', to: '02:15' },
      { days: ['sat'], from: '23:00', to: '02:30' },
      { days: ['sun', 'wed'], from: '22:00', to: '24:00' },
    ];
    for (const [zone, start] of [
      ['Europe/Berlin', '2026-03-26T00:00:00Z'],
      ['Europe/Berlin', '2026-10-22T00:00:00Z'],
      ['Australia/Lord_Howe', '2026-04-02T00:00:00Z'],
      ['Australia/Lord_Howe', '2026-10-01T00:00:00Z'],
    ] as const) {
      const table = compileWindows(windows, zone);
      const from = Date.parse(start);
      const wrong = Array.from({ length: 7 * 1440 }, (_, minute) => from + minute * 60_000).filter(
        (nowMs) => isWithinWindows(table, nowMs) !== oracle(windows, zone, nowMs),
      );
      expect(wrong).toEqual([]);
    }
  });

  it('opens at the first and closes at the last instant', () => {
    const office: TimeWindow = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '18:00' };
    expect(isOpen(office, 'Europe/Berlin', '2026-11-23T07:59:59.999Z')).toBe(false);
    expect(isOpen(office, 'Europe/Berlin', '2026-11-23T08:00:00Z')).toBe(true);
    expect(isOpen(office, 'Europe/Berlin', '2026-11-23T16:59:59.999Z')).toBe(true);
    expect(isOpen(office, 'Europe/Berlin', '2026-11-23T17:00:00Z')).toBe(false);
    expect(isOpen(office, 'Europe/Berlin', '2026-11-22T12:00:00Z')).toBe(false);
  });

  it('runs past midnight into a day that is not named, and from Sunday into Monday', () => {
    const night: TimeWindow = { days: ['sun'], from: '22:00', to: '06:00' };
    expect(isOpen(night, 'UTC', '2026-11-22T22:00:00Z')).toBe(true);
    expect(isOpen(night, 'UTC', '2026-11-23T05:59:00Z')).toBe(true);
    expect(isOpen(night, 'UTC', '2026-11-23T06:00:00Z')).toBe(false);
    expect(isOpen(night, 'UTC', '2026-11-22T05:00:00Z')).toBe(false);
    expect(isOpen(night, 'UTC', '2026-11-23T22:00:00Z')).toBe(false);
  });

  it('lets 24:00 end the day', () => {
    const day: TimeWindow = { days: ['sun'], from: '00:00', to: '24:00' };
    expect(isOpen(day, 'UTC', '2026-11-21T23:59:59.999Z')).toBe(false);
    expect(isOpen(day, 'UTC', '2026-11-22T00:00:00Z')).toBe(true);
    expect(isOpen(day, 'UTC', '2026-11-22T23:59:59.999Z')).toBe(true);
    expect(isOpen(day, 'UTC', '2026-11-23T00:00:00Z')).toBe(false);
  });

  it('opens a window that begins in a skipped hour at the next instant', () => {
    const early: TimeWindow = { days: ['sun'], from: '02:30', to: '04:00' };
    expect(isOpen(early, 'Europe/Berlin', '2026-03-29T00:59:59.999Z')).toBe(false);
    expect(isOpen(early, 'Europe/Berlin', '2026-03-29T01:00:00Z')).toBe(true);
    expect(isOpen(early, 'Europe/Berlin', '2026-03-29T02:00:00Z')).toBe(false);
  });

  it('counts a repeated hour twice', () => {
    const early: TimeWindow = { days: ['sun'], from: '02:00', to: '02:30' };
    expect(isOpen(early, 'Europe/Berlin', '2026-10-25T00:15:00Z')).toBe(true);
    expect(isOpen(early, 'Europe/Berlin', '2026-10-25T00:45:00Z')).toBe(false);
    expect(isOpen(early, 'Europe/Berlin', '2026-10-25T01:15:00Z')).toBe(true);
    expect(isOpen(early, 'Europe/Berlin', '2026-10-25T01:45:00Z')).toBe(false);
  });

  it('knows half-hour changes and offsets of a quarter', () => {
    const gap: TimeWindow = { days: ['sun'], from: '02:10', to: '02:40' };
    expect(isOpen(gap, 'Australia/Lord_Howe', '2026-10-03T15:29:59.999Z')).toBe(false);
    expect(isOpen(gap, 'Australia/Lord_Howe', '2026-10-03T15:30:00Z')).toBe(true);
    expect(isOpen({ days: ['sun'], from: '05:45', to: '06:00' }, 'Asia/Kathmandu', '2026-11-22T00:00:00Z')).toBe(true);
  });

  it('opens a night whose first half fell on a day that a zone skipped altogether', () => {
    const night: TimeWindow = { days: ['fri'], from: '22:00', to: '06:00' };
    expect(isOpen(night, 'Pacific/Apia', '2011-12-30T09:59:00Z')).toBe(false);
    expect(isOpen(night, 'Pacific/Apia', '2011-12-30T10:00:00Z')).toBe(true);
  });
});

describe('TimeZone', () => {
  it('asks the calendar once a minute', () => {
    const zone = new TimeZone('Europe/Berlin');
    const start = Date.parse('2026-11-22T12:00:00Z');
    expect(zone.weekMinuteAt(start)).toBe(6 * 1440 + 13 * 60);
    Object.defineProperty(zone, 'format', { value: undefined });
    expect(zone.weekMinuteAt(start + 59_999)).toBe(6 * 1440 + 13 * 60);
    expect(() => zone.weekMinuteAt(start + 60_000)).toThrow();
  });
});
