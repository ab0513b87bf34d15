import { Injectable } from '@nestjs/common';
import type { Tx } from '@tokenbay/platform';
import type { HealthRecord, HealthSubject } from './health/health-record.js';

const SUBJECT = 'channel_id AS "channelId", key_id AS "keyId", upstream_model AS "upstreamModel"';
const WAIT = `(extract(epoch FROM until - now()) * 1000)::float8 AS "waitMs"`;

/** Reads and writes `channel_health`. Times are the database's, so that no two clocks are compared. */
@Injectable()
export class ChannelHealthRepository {
  /** Writes findings over older ones; those of channels and keys that are gone meanwhile are left out. */
  async record(tx: Tx, gatewayId: string, records: readonly HealthRecord[]): Promise<void> {
    await tx.query(
      `INSERT INTO channel_health (channel_id, key_id, upstream_model, state, reason, until, gateway_id)
       SELECT f."channelId", f."keyId", f."upstreamModel", f.state, f.reason, now() + f."waitMs" * interval '1 ms', $2
       FROM jsonb_to_recordset($1::jsonb) AS f
         ("channelId" bigint, "keyId" bigint, "upstreamModel" text, state text, reason text, "waitMs" float8)
       JOIN channel ON channel.id = f."channelId"
       LEFT JOIN channel_key ON channel_key.id = f."keyId"
       WHERE f."keyId" IS NULL OR channel_key.id IS NOT NULL
       ORDER BY f."channelId", f."keyId", f."upstreamModel"
       ON CONFLICT (channel_id, key_id, upstream_model) DO UPDATE
         SET state = EXCLUDED.state, reason = EXCLUDED.reason, until = EXCLUDED.until, gateway_id = EXCLUDED.gateway_id,
             changed_at = now()`,
      [JSON.stringify(records), gatewayId],
    );
  }

  /** Takes findings back: of keys whoever found them, of models only a gateway's own, since another may not reach what this one does. */
  async withdraw(tx: Tx, gatewayId: string, subjects: readonly HealthSubject[]): Promise<void> {
    await tx.query(
      `DELETE FROM channel_health h USING jsonb_to_recordset($1::jsonb) AS f ("channelId" bigint, "keyId" bigint, "upstreamModel" text)
       WHERE h.channel_id = f."channelId" AND h.key_id IS NOT DISTINCT FROM f."keyId"
         AND h.upstream_model IS NOT DISTINCT FROM f."upstreamModel"
         AND (h.key_id IS NOT NULL OR h.state = 'disabled' OR h.gateway_id = $2)`,
      [JSON.stringify(subjects), gatewayId],
    );
  }

  /** Everything that is disabled, of every channel. */
  disabled(tx: Tx): Promise<HealthRecord[]> {
    return tx.query<HealthRecord[]>(
      `SELECT ${SUBJECT}, state, reason, ${WAIT} FROM channel_health WHERE state = 'disabled'`,
    );
  }

  /** What is known of some channels. What should have been tried again long ago was found by a gateway that is gone. */
  ofChannels(tx: Tx, channelIds: readonly string[]): Promise<HealthRecord[]> {
    return tx.query<HealthRecord[]>(
      `SELECT ${SUBJECT}, state, reason, ${WAIT} FROM channel_health
       WHERE channel_id = ANY ($1::bigint[]) AND (state = 'disabled' OR until > now() - interval '5 minutes')
       ORDER BY channel_id, key_id, upstream_model`,
      [channelIds],
    );
  }

  /** Forgets what was found out about a key. */
  async clearKey(tx: Tx, keyId: string): Promise<void> {
    await tx.query('DELETE FROM channel_health WHERE key_id = $1', [keyId]);
  }

  /** Forgets what was found out about a channel, its models and keys. */
  async clearChannel(tx: Tx, channelId: string): Promise<void> {
    await tx.query('DELETE FROM channel_health WHERE channel_id = $1', [channelId]);
  }

  /** Forgets what nobody has spoken of for a day. */
  async clearStale(tx: Tx): Promise<void> {
    await tx.query(`DELETE FROM channel_health WHERE until < now() - interval '1 day'`);
  }
}
