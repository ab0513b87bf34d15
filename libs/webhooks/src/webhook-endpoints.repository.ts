import { Injectable } from '@nestjs/common';
import type { Tx } from '@tokenbay/platform';

/** Former secrets of one account that sign along at most. */
const FORMER_MAX = 3;

/** Reads and writes `webhook_endpoint` and `webhook_former_secret`: where an account is told of its tasks, and what signs that. */
@Injectable()
export class WebhookEndpointsRepository {
  /** The URLs of those of the accounts that have one. */
  urlsOf(tx: Tx, accountIds: readonly string[]): Promise<{ accountId: string; url: string }[]> {
    return tx.query('SELECT account_id AS "accountId", url FROM webhook_endpoint WHERE account_id = ANY ($1)', [
      accountIds,
    ]);
  }

  /** The sealed secret of an account; undefined where it has none. */
  async secretOf(tx: Tx, accountId: string): Promise<Buffer | undefined> {
    const rows = await tx.query<{ secret: Buffer }[]>('SELECT secret FROM webhook_endpoint WHERE account_id = $1', [
      accountId,
    ]);
    return rows[0]?.secret;
  }

  /** Notes that a secret was replaced, and signs along for so many hours; forgets what signs no more, and all but the youngest few. */
  async addFormer(tx: Tx, accountId: string, secret: Buffer, hours: number): Promise<void> {
    await tx.query(
      `INSERT INTO webhook_former_secret (account_id, secret, signs_until) VALUES ($1, $2, clock_timestamp() + $3 * interval '1 hour')`,
      [accountId, secret, hours],
    );
    await tx.query(
      `DELETE FROM webhook_former_secret WHERE account_id = $1 AND (signs_until < clock_timestamp() OR id NOT IN (
         SELECT id FROM webhook_former_secret WHERE account_id = $1 ORDER BY id DESC LIMIT ${FORMER_MAX}))`,
      [accountId],
    );
  }

  /** Gives the account a URL, and where it is told a secret. False where there is no secret to keep and none was told. */
  async put(
    tx: Tx,
    accountId: string,
    { url, secret }: { url: string | null; secret: Buffer | null },
  ): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `WITH kept AS (
         UPDATE webhook_endpoint SET url = coalesce($2, url), secret = coalesce($3, secret) WHERE account_id = $1 RETURNING 1
       ), added AS (
         INSERT INTO webhook_endpoint (account_id, url, secret)
         SELECT $1, $2, $3 WHERE $2::text IS NOT NULL AND $3::bytea IS NOT NULL AND NOT EXISTS (SELECT FROM kept) RETURNING 1
       )
       SELECT 1 FROM kept UNION ALL SELECT 1 FROM added`,
      [accountId, url, secret],
    );
    return rows.length > 0;
  }

  /** Takes the account's URL and secret away. */
  async delete(tx: Tx, accountId: string): Promise<void> {
    await tx.query('DELETE FROM webhook_endpoint WHERE account_id = $1', [accountId]);
  }
}
