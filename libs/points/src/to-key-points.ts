import type { KeyPoints, PeriodState } from './key-points.js';
import type { KeyPointsRow, LimitRow } from './points.repository.js';

/** A key's points as people are shown them. */
export function toKeyPoints({ spent, held, limits }: KeyPointsRow): KeyPoints {
  const quota = limits?.find(({ period }) => period === 'quota');
  return {
    usedMicropoints: quota ? quota.used : Number(spent),
    heldMicropoints: limits ? (quota ? quota.held : Number(held)) : null,
    remainingMicropoints: quota ? Math.max(quota.limit - quota.used - quota.held, 0) : null,
    quotaMicropoints: quota ? quota.limit : null,
    limits: toPeriodStates({ limits }),
  };
}

/** A key's periodic limits as people are shown them. */
export function toPeriodStates({ limits }: Pick<KeyPointsRow, 'limits'>): PeriodState[] {
  return (limits ?? []).filter(isPeriod).map(toPeriodState);
}

type PeriodRow = LimitRow & { readonly period: PeriodState['period'] };

function isPeriod(row: LimitRow): row is PeriodRow {
  return row.period !== 'quota';
}

function toPeriodState({ period, limit, used, held, resetsAt }: PeriodRow): PeriodState {
  return {
    period,
    limitMicropoints: limit,
    usedMicropoints: used,
    heldMicropoints: held,
    resetsAt: new Date(resetsAt ?? 0),
  };
}
