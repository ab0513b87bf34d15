/** What a rule speaks for: everybody, one group, one account or one key. */
export const SCOPE_TYPES = ['global', 'group', 'account', 'apiKey'] as const;
export type ScopeType = (typeof SCOPE_TYPES)[number];

/** What a rule says: who is shut out, who alone is let in, or when. */
export const RULE_TYPES = ['ip_blacklist', 'ip_whitelist', 'time_window'] as const;
export type RuleType = (typeof RULE_TYPES)[number];

/** Days as windows name them, Monday first. */
export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];

/** Where a rule applies. A group's id is its name; the global scope has none. */
export interface RuleScope {
  readonly type: ScopeType;
  readonly id: string | null;
}

/** Local times between which requests are allowed, on each of the days. The day is that of `from`; a `to` before it runs past midnight. */
export interface TimeWindow {
  readonly days: readonly Day[];
  /** `09:00`. */
  readonly from: string;
  /** `18:00`; `24:00` is the end of the day. */
  readonly to: string;
}

/** What may change about a rule; what is absent stays. */
export interface AccessRuleChange {
  readonly name?: string;
  readonly enabled?: boolean;
  readonly cidrs?: readonly string[];
  readonly windows?: readonly TimeWindow[];
  /** IANA name of the zone in which windows are meant. */
  readonly timeZone?: string;
}

/** A new rule. It is enabled unless told otherwise, and windows are meant in UTC unless told otherwise. */
export interface AccessRuleDraft extends AccessRuleChange {
  readonly name: string;
  readonly scope: RuleScope;
  readonly type: RuleType;
}

/** The most that one rule may hold. */
export const CIDRS_MAX = 10_000;
export const WINDOWS_MAX = 100;
