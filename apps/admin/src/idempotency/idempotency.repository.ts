import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '@tokenbay/platform';

/** Whose key, and which. */
export interface RecordKey {
  readonly adminId: string;
  readonly idempotencyKey: string;
}

/** What is known of the request that first used a key. */
export interface IdempotencyRecord {
  readonly requestHash: Buffer;
  /** Null while it is running, or if the process died before it answered. */
  readonly status: number | null;
  readonly answer: Buffer | null;
  readonly ageSeconds: number;
}

const EXPIRED_DELETED_MAX = 100;

/** The answers kept for repeated requests, for 24 hours. */
@Injectable()
export class IdempotencyRepository {
  constructor(private readonly database: Database) {}

  /** Takes the key for this request; answers a claim, or null where another request has it. An expired record gives way. */
  async claim({ adminId, idempotencyKey }: RecordKey, requestHash: Buffer): Promise<string | null> {
    const claim = randomUUID();
    const { rowCount } = await this.database.pool('config').query(
      `INSERT INTO idempotency_record AS present (admin_id, idempotency_key, request_hash, claim) VALUES ($1, $2, $3, $4)
       ON CONFLICT (admin_id, idempotency_key) DO UPDATE
         SET request_hash = $3, claim = $4, status = NULL, answer = NULL, created_at = now()
         WHERE present.created_at < now() - interval '24 hours'`,
      [adminId, idempotencyKey, requestHash, claim],
    );
    return rowCount === 1 ? claim : null;
  }

  /** The record under a key, or null once it has been given back. */
  async find({ adminId, idempotencyKey }: RecordKey): Promise<IdempotencyRecord | null> {
    const { rows } = await this.database.pool('config').query<IdempotencyRecord>(
      `SELECT request_hash AS "requestHash", status, answer,
              extract(epoch FROM now() - created_at)::float8 AS "ageSeconds"
       FROM idempotency_record WHERE admin_id = $1 AND idempotency_key = $2`,
      [adminId, idempotencyKey],
    );
    return rows[0] ?? null;
  }

  /** Keeps the answer of the request that holds the claim. */
  async complete(claim: string, { adminId, idempotencyKey }: RecordKey, kept: { status: number; answer: Buffer }) {
    await this.database.pool('config').query(
      `UPDATE idempotency_record SET status = $4, answer = $5
       WHERE admin_id = $1 AND idempotency_key = $2 AND claim = $3`,
      [adminId, idempotencyKey, claim, kept.status, kept.answer],
    );
  }

  /** Gives a key back after a request that failed, so that it may be sent again. */
  async release(claim: string, { adminId, idempotencyKey }: RecordKey): Promise<void> {
    await this.database
      .pool('config')
      .query('DELETE FROM idempotency_record WHERE admin_id = $1 AND idempotency_key = $2 AND claim = $3', [
        adminId,
        idempotencyKey,
        claim,
      ]);
  }

  /** Deletes some records that have expired; every claim cleans up a little. */
  async prune(): Promise<void> {
    await this.database.pool('config').query(
      `DELETE FROM idempotency_record WHERE ctid = ANY (ARRAY(
         SELECT ctid FROM idempotency_record WHERE created_at < now() - interval '24 hours' LIMIT $1
         FOR UPDATE SKIP LOCKED))`,
      [EXPIRED_DELETED_MAX],
    );
  }
}
