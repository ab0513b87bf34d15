import type { UsageFilter } from './usage.js';

/** A WHERE clause with its values. */
export interface Conditions {
  readonly text: string;
  readonly values: unknown[];
}

/**
 * The lines of a filter, older than a given one, as SQL. Every column of it is indexed with the request id or bounded by it: a key's
 * lines are found through its account.
 */
export function toConditions({ accountId, apiKeyId, model, from, to }: UsageFilter, before?: string): Conditions {
  const values: unknown[] = [];
  const conditions = ['true'];
  const add = (condition: (value: string) => string, value: unknown) => {
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  if (accountId !== undefined) add((value) => `account_id = ${value}`, accountId);
  if (apiKeyId !== undefined)
    add(
      (value) => `api_key_id = ${value} AND account_id = (SELECT account_id FROM api_key WHERE id = ${value})`,
      apiKeyId,
    );
  if (model !== undefined) add((value) => `model = ${value}`, model);
  if (from !== undefined) add((value) => `request_id >= ${value}`, firstIdAt(from));
  if (to !== undefined) add((value) => `request_id < ${value}`, firstIdAt(to));
  if (before !== undefined) add((value) => `request_id < ${value}`, before);
  return { text: conditions.join(' AND '), values };
}

const TIME_MAX = 0xffff_ffff_ffff;

/** The smallest UUID of an instant: every UUIDv7 made then or later sorts at or after it. */
export function firstIdAt(instant: Date): string {
  const hex = Math.min(Math.max(instant.getTime(), 0), TIME_MAX).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
