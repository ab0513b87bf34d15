import { Injectable } from '@nestjs/common';
import type { Tx } from '@tokenbay/platform';

/** Writes and counts `rate_peer`: one row for each gateway that counts rates by itself. */
@Injectable()
export class RatePeersRepository {
  /** Says that the gateway lives, forgets those that have been silent for long, and answers how many others were heard of lately. */
  async beat(tx: Tx, peerId: string, host: string): Promise<number> {
    const [row] = await tx.query<[{ others: number }]>(
      `WITH own AS (INSERT INTO rate_peer (peer_id, host) VALUES ($1, $2)
              ON CONFLICT (peer_id) DO UPDATE SET seen_at = clock_timestamp()),
            gone AS (DELETE FROM rate_peer WHERE peer_id <> $1 AND seen_at < clock_timestamp() - interval '1 hour')
       SELECT count(*)::integer AS others FROM rate_peer
       WHERE peer_id <> $1 AND seen_at > clock_timestamp() - interval '5 seconds'`,
      [peerId, host],
    );
    return row.others;
  }

  /** Says that the gateway is gone. */
  async remove(tx: Tx, peerId: string): Promise<void> {
    await tx.query('DELETE FROM rate_peer WHERE peer_id = $1', [peerId]);
  }
}
