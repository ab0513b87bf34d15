import { parseCidr } from '@tokenbay/platform';
import {
  CIDRS_MAX,
  DAYS,
  WINDOWS_MAX,
  type AccessRuleChange,
  type AccessRuleDraft,
  type RuleScope,
  type RuleType,
  type ScopeType,
  type TimeWindow,
} from './access-rule.js';
import { readTimeOfDay } from './time-of-day.js';
import { isTimeZone } from './time-zone.js';

const ID_MAX = 9_223_372_036_854_775_807n;

/** What CIDRs must be, as the end of a sentence. */
const CIDR_MUST_BE = 'an address or a CIDR such as 10.0.0.0/8 or 2001:db8::/32';

/** Everything that is wrong with a new rule, one sentence each, beginning with the path of the field. */
export function problemsOfDraft(draft: AccessRuleDraft): string[] {
  const missing = draft.type === 'time_window' ? 'windows' : 'cidrs';
  return [
    ...problemsOfScope(draft.scope),
    ...(draft[missing] === undefined ? [`${missing} is required.`] : []),
    ...problemsOfChange(draft.type, draft),
  ];
}

/** Everything that is wrong with a change to a rule of the type. */
export function problemsOfChange(type: RuleType, { cidrs, windows, timeZone }: AccessRuleChange): string[] {
  const isAboutTime = type === 'time_window';
  return [
    ...(cidrs === undefined ? [] : isAboutTime ? [belongsElsewhere('cidrs', type)] : problemsOfCidrs(cidrs)),
    ...(windows === undefined ? [] : isAboutTime ? problemsOfWindows(windows) : [belongsElsewhere('windows', type)]),
    ...(timeZone === undefined ? [] : isAboutTime ? problemsOfZone(timeZone) : [belongsElsewhere('timeZone', type)]),
  ];
}

function belongsElsewhere(field: string, type: RuleType): string {
  return `${field} has no meaning in a rule of type ${type}.`;
}

function problemsOfScope({ type, id }: RuleScope): string[] {
  if (type === 'global') return id === null ? [] : ['scope.id must be null, for the scope is global.'];
  if (id === null) return ['scope.id is required.'];
  return type === 'group' || isId(id) ? [] : [unknownScope(type)];
}

/** The sentence for a scope whose group, account or key does not exist. */
export function unknownScope(type: ScopeType): string {
  return `scope.id must be that of an existing ${type === 'apiKey' ? 'API key' : type}.`;
}

function isId(text: string): boolean {
  return /^[1-9]\d{0,18}$/.test(text) && BigInt(text) <= ID_MAX;
}

function problemsOfCidrs(cidrs: readonly string[]): string[] {
  if (cidrs.length < 1 || cidrs.length > CIDRS_MAX) return [`cidrs must be a list of 1 to ${CIDRS_MAX} items.`];
  return cidrs.flatMap((text, index) => (parseCidr(text) === null ? [`cidrs[${index}] must be ${CIDR_MUST_BE}.`] : []));
}

function problemsOfWindows(windows: readonly TimeWindow[]): string[] {
  if (windows.length < 1 || windows.length > WINDOWS_MAX)
    return [`windows must be a list of 1 to ${WINDOWS_MAX} items.`];
  return windows.flatMap((window, index) => problemsOfWindow(window).map((problem) => `windows[${index}].${problem}`));
}

function problemsOfWindow({ days, from, to }: TimeWindow): string[] {
  const opens = readTimeOfDay(from);
  return [
    ...(days.length < 1 || new Set(days).size !== days.length || days.some((day) => !DAYS.includes(day))
      ? [`days must be a list of different days out of ${DAYS.join(', ')}.`]
      : []),
    ...(opens === null || from === '24:00' ? ['from must be a time from 00:00 to 23:59.'] : []),
    ...(readTimeOfDay(to) === null ? ['to must be a time from 00:00 to 24:00.'] : []),
    ...(from === to ? ['to must differ from from.'] : []),
  ];
}

function problemsOfZone(timeZone: string): string[] {
  return isTimeZone(timeZone) ? [] : ['timeZone must be an IANA time zone such as Europe/Berlin.'];
}
