import { LRUCache } from 'lru-cache';
import { MINUTES_PER_DAY } from './time-of-day.js';

const MINUTE_MS = 60_000;
const NAME_CHARACTERS_MAX = 64;
const ZONES_KEPT_MAX = 1_000;
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Whether the text names an IANA time zone; an offset such as `+02:00` does not. */
export function isTimeZone(text: string): boolean {
  if (text.length > NAME_CHARACTERS_MAX || !/^[A-Za-z]/.test(text)) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

/**
 * Tells the wall-clock time of one zone as minutes since Monday 00:00. The calendar is asked once a minute; in between the answer is kept,
 * which is exact because zones differ from UTC by whole minutes.
 */
export class TimeZone {
  private readonly format: Intl.DateTimeFormat;
  private minute = NaN;
  private weekMinute = 0;

  constructor(name: string) {
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
    });
  }

  /** The zone of that name; throws a RangeError where there is none. */
  static named(name: string): TimeZone {
    let zone = zones.get(name);
    if (zone === undefined) zones.set(name, (zone = new TimeZone(name)));
    return zone;
  }

  /** Minutes since Monday 00:00, from 0 to 10,079, on the zone's wall clocks. */
  weekMinuteAt(nowMs: number): number {
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (minute !== this.minute) {
      this.weekMinute = this.readWeekMinute(minute * MINUTE_MS);
      this.minute = minute;
    }
    return this.weekMinute;
  }

  private readWeekMinute(instantMs: number): number {
    const parts = this.format.formatToParts(instantMs);
    const valueOf = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
    return (
      WEEKDAYS.indexOf(valueOf('weekday')) * MINUTES_PER_DAY + Number(valueOf('hour')) * 60 + Number(valueOf('minute'))
    );
  }
}

const zones = new LRUCache<string, TimeZone>({ max: ZONES_KEPT_MAX });
