/** The calendar periods a key may be limited in, in the key's time zone; weeks begin on Monday. */
export const PERIODS = ['hour', 'day', 'week', 'month'] as const;
export type Period = (typeof PERIODS)[number];

/** What a key may spend. */
export interface KeyBudget {
  /** Micropoints for life, counted from when it is set; null is no quota. */
  readonly pointQuota: number | null;
  /** At most one limit for each period. */
  readonly pointLimits: readonly PeriodLimit[];
  /** An IANA zone. */
  readonly timeZone: string;
}

/** At most `points` micropoints within each period, counted from when it is set. */
export interface PeriodLimit {
  readonly period: Period;
  readonly points: number;
}

/** Whether a budget limits anything: what `ApiKey.hasBudget` says. */
export function isLimiting({ pointQuota, pointLimits }: Pick<KeyBudget, 'pointQuota' | 'pointLimits'>): boolean {
  return pointQuota !== null || pointLimits.length > 0;
}

/** What a key has spent and may still spend. */
export interface KeyPoints {
  /** Spent of the quota, where there is one; else in the key's whole life. */
  readonly usedMicropoints: number;
  /** Held for running requests; null for a key without budget, whose points its account holds. */
  readonly heldMicropoints: number | null;
  /** What the quota leaves; null without quota. */
  readonly remainingMicropoints: number | null;
  readonly quotaMicropoints: number | null;
  readonly limits: readonly PeriodState[];
}

/** How a periodic limit stands in the period that runs now. */
export interface PeriodState {
  readonly period: Period;
  readonly limitMicropoints: number;
  readonly usedMicropoints: number;
  readonly heldMicropoints: number;
  readonly resetsAt: Date;
}
