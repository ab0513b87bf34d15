import { DAYS, type TimeWindow } from './access-rule.js';
import { MINUTES_PER_DAY, readTimeOfDay } from './time-of-day.js';
import { TimeZone } from './time-zone.js';

const MINUTES_PER_WEEK = DAYS.length * MINUTES_PER_DAY;

/** Windows made ready to be asked: disjoint stretches of the week in minutes since Monday 00:00, each `[start, end)`. */
export interface WindowTable {
  readonly zone: TimeZone;
  readonly stretches: readonly (readonly [start: number, end: number])[];
}

/**
 * Whether the instant lies in one of the windows, judged by the zone's wall clock alone: where clocks skip an hour, a window that begins in
 * it opens at the next instant; where they repeat one, it is open, or closed, both times.
 */
export function isWithinWindows({ zone, stretches }: WindowTable, nowMs: number): boolean {
  const minute = zone.weekMinuteAt(nowMs);
  for (const [start, end] of stretches) {
    if (minute < start) return false;
    if (minute < end) return true;
  }
  return false;
}

/** Makes windows ready to be asked. They must be valid; throws a RangeError for an unknown zone. */
export function compileWindows(windows: readonly TimeWindow[], timeZone: string): WindowTable {
  const stretches = windows.flatMap(toStretches).sort(([a], [b]) => a - b);
  const merged: [number, number][] = [];
  for (const [start, end] of stretches) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return { zone: TimeZone.named(timeZone), stretches: merged };
}

/** A window that runs past midnight belongs to the day it begins on; Sunday's runs into Monday, the week's other end. */
function toStretches({ days, from, to }: TimeWindow): [number, number][] {
  const opens = readTimeOfDay(from) ?? 0;
  const closes = readTimeOfDay(to) ?? 0;
  const length = closes > opens ? closes - opens : closes + MINUTES_PER_DAY - opens;
  return days.flatMap((day): [number, number][] => {
    const start = DAYS.indexOf(day) * MINUTES_PER_DAY + opens;
    const end = start + length;
    if (end <= MINUTES_PER_WEEK) return [[start, end]];
    return [
      [start, MINUTES_PER_WEEK],
      [0, end - MINUTES_PER_WEEK],
    ];
  });
}
