import type { OwnPageRequest } from '@tokenbay/tasks';
import { invalid } from '../body-reader.js';

const LIMIT_MAX = 100;
const LIMIT_DEFAULT = 20;

/** Reads `?limit=&after=&order=`, newest first unless told. Throws `invalid_request` naming the parameter. */
export function readListQuery(query: unknown): OwnPageRequest {
  const { limit, after, order } = query as Record<string, unknown>;
  return { limit: readLimit(limit), after: readAfter(after), isAscending: readIsAscending(order) };
}

function readLimit(limit: unknown): number {
  if (limit === undefined) return LIMIT_DEFAULT;
  const count = typeof limit === 'string' && /^\d{1,4}$/.test(limit) ? Number(limit) : 0;
  if (count < 1 || count > LIMIT_MAX) throw invalid('limit', `must be a whole number from 1 to ${LIMIT_MAX}`);
  return count;
}

function readAfter(after: unknown): string | undefined {
  if (after === undefined || after === '') return undefined;
  if (typeof after !== 'string') throw invalid('after', 'must be the id of a video');
  return after;
}

function readIsAscending(order: unknown): boolean {
  if (order === undefined || order === 'desc') return false;
  if (order !== 'asc') throw invalid('order', 'must be asc or desc');
  return true;
}
