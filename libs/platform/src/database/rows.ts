import { DomainError } from '@tokenbay/errors';
import { type EntityTarget, type FindOptionsWhere, LessThan } from 'typeorm';
import type { ConfigurationEntity } from './configuration.entity.js';
import type { Tx } from './database.js';

/** What a caller of a list asks for: at most `limit` rows after the opaque cursor of an earlier page. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** One page of a list, newest first; `nextCursor` is null on the last one. */
export interface Page<T> {
  readonly rows: T[];
  readonly nextCursor: string | null;
}

/** Lists rows newest first. Throws `invalid_request` for a cursor that no page gave. */
export async function listPage<T extends ConfigurationEntity>(
  tx: Tx,
  entity: EntityTarget<T>,
  { limit, cursor, where }: PageRequest & { readonly where?: FindOptionsWhere<T> },
): Promise<Page<T>> {
  const before = cursor === undefined ? {} : { id: LessThan(decodeCursor(cursor)) };
  const rows = await tx.find(entity, {
    where: { ...where, ...before } as FindOptionsWhere<T>,
    order: { id: 'DESC' } as never,
    take: limit + 1,
  });
  return toPage(rows, limit, (row) => row.id);
}

/** Cuts a page out of `limit + 1` rows that were read, so that the extra one tells whether there is a next page. */
export function toPage<T>(rows: T[], limit: number, idOf: (row: T) => string): Page<T> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, nextCursor: rows.length > limit && last ? encodeCursor(idOf(last)) : null };
}

/** Makes the opaque cursor that continues after an id. */
export function encodeCursor(id: string): string {
  return Buffer.from(id).toString('base64url');
}

/** Reads a cursor back. Throws `invalid_request` where it does not hold an id of digits. */
export function decodeCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString();
  if (!/^\d{1,18}$/.test(id)) throw cursorRefusal();
  return id;
}

/** The `invalid_request` for a cursor that no page gave. */
export function cursorRefusal(): DomainError {
  const problem = 'cursor must be a nextCursor that this list answered.';
  return new DomainError('invalid_request', 'cursor', { message: problem, param: 'cursor', problems: [problem] });
}

/**
 * Locks one row until the transaction ends and answers it. Throws `not_found`, or `conflict` where `ifMatch` is given and the row has
 * another version by now.
 */
export async function lockRow<T extends ConfigurationEntity>(
  tx: Tx,
  entity: EntityTarget<T>,
  where: FindOptionsWhere<T>,
  ifMatch?: number,
): Promise<T> {
  const row = await tx.findOne(entity, { where, lock: { mode: 'pessimistic_write' } });
  if (!row) throw new DomainError('not_found');
  if (ifMatch !== undefined && row.version !== ifMatch) throw new DomainError('conflict', 'another version');
  return row;
}
