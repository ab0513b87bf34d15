import type { UsageFilter, UsageGrouping } from './usage.js';
import { type Conditions, firstIdAt } from './usage-conditions.js';

export const HOUR_MS = 3_600_000;
/** The most groups one summary answers. */
const GROUPS_MAX = 1_000;

/** The range of a summary, `[from, to)`. */
export interface SummaryRange {
  readonly from: Date;
  readonly to: Date;
}

type Side = 'sums' | 'lines';

const KEYS: Record<UsageGrouping, Record<Side, string>> = {
  account: same('account_id::text'),
  apiKey: same('api_key_id::text'),
  model: same('model'),
  channel: same('nullif(channel_id, 0)::text'),
  day: { sums: dayOf('hour'), lines: dayOf('charge_hour(request_id)') },
};

const TOKENS =
  'input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, points, uncollected';
const COLUMNS: Record<Side, string> = {
  sums: `requests, failed, ${TOKENS}`,
  lines: `1 AS requests, (outcome = 3)::integer AS failed, ${TOKENS}`,
};

/**
 * Sums over a range, exact in the snapshot of the one statement: whole hours from the roll-ups and from the charges that are not in them
 * yet, the pieces of an hour at either end from the log itself.
 */
export function toSummaryQuery(groupBy: UsageGrouping, filter: UsageFilter, { from, to }: SummaryRange): Conditions {
  const values: unknown[] = [];
  const given = (value: unknown) => `$${values.push(value)}`;
  const matches = conditionsOf(filter, given);
  const select = (side: Side, table: string, range: string) =>
    `SELECT ${KEYS[groupBy][side]} AS key, ${COLUMNS[side]} FROM ${table} WHERE ${[range, ...matches].join(' AND ')}`;
  const lines = (table: string, start: Date, end: Date) =>
    select('lines', table, `request_id >= ${given(firstIdAt(start))} AND request_id < ${given(firstIdAt(end))}`);

  const { first, last } = wholeHours({ from, to });
  const parts =
    first < last
      ? [
          select('sums', 'usage_hour', `hour >= ${given(first)} AND hour < ${given(last)}`),
          lines('charge_tail', first, last),
          ...(from < first ? [lines('charge', from, first)] : []),
          ...(last < to ? [lines('charge', last, to)] : []),
        ]
      : [lines('charge', from, to)];
  const text = `SELECT key, sum(requests) AS requests, sum(failed) AS failed, sum(input_tokens) AS input, sum(cached_input_tokens) AS cached_input,
      sum(cache_write_tokens) AS cache_write, sum(output_tokens) AS output, sum(reasoning_tokens) AS reasoning, sum(points) AS points,
      sum(uncollected) AS uncollected
    FROM (${parts.join(' UNION ALL ')}) AS part
    GROUP BY key ORDER BY ${groupBy === 'day' ? 'key' : 'sum(points) DESC, key'} LIMIT ${GROUPS_MAX}`;
  return { text, values };
}

/** The whole hours within a range; none where `first` is not before `last`. */
function wholeHours({ from, to }: SummaryRange): { readonly first: Date; readonly last: Date } {
  return {
    first: new Date(Math.ceil(from.getTime() / HOUR_MS) * HOUR_MS),
    last: new Date(Math.floor(to.getTime() / HOUR_MS) * HOUR_MS),
  };
}

/** A key's sums and lines are found through its account, by which they are indexed. */
function conditionsOf({ accountId, apiKeyId, model }: UsageFilter, given: (value: unknown) => string): string[] {
  const conditions: string[] = [];
  if (accountId !== undefined) conditions.push(`account_id = ${given(accountId)}`);
  if (apiKeyId !== undefined) {
    const key = given(apiKeyId);
    conditions.push(`api_key_id = ${key} AND account_id = (SELECT account_id FROM api_key WHERE id = ${key})`);
  }
  if (model !== undefined) conditions.push(`model = ${given(model)}`);
  return conditions;
}

function same(expression: string): Record<Side, string> {
  return { sums: expression, lines: expression };
}

function dayOf(instant: string): string {
  return `to_char(${instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD')`;
}
