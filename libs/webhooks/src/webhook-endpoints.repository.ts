import { Injectable } from '@nestjs/common';
import type { Tx } from '@tokenbay/platform';

/** Reads and writes `webhook_endpoint`: where an account is told of its tasks. */
@Injectable()
export class WebhookEndpointsRepository {
  /** The URLs of those of the accounts that have one. */
  urlsOf(tx: Tx, accountIds: readonly string[]): Promise<{ accountId: string; url: string }[]> {
    return tx.query('SELECT account_id AS "accountId", url FROM webhook_endpoint WHERE account_id = ANY ($1)', [
      accountIds,
    ]);
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
