import { Injectable } from '@nestjs/common';
import { listPage, lockRow, type Page, type PageRequest, type Tx } from '@tokenbay/platform';
import { In } from 'typeorm';
import { ChannelKeyEntity } from './channel-key.entity.js';
import { ChannelEntity } from './channel.entity.js';

/** The columns of a channel that administrators write. */
export type ChannelColumns = Omit<ChannelEntity, 'id' | 'version' | 'createdAt' | 'updatedAt'>;

/** The columns of a key that change. */
export type ChannelKeyColumns = Pick<ChannelKeyEntity, 'secret' | 'lastFour' | 'weight' | 'enabled'>;

/** Reads and writes `channel` and `channel_key`. The database refuses models and groups that do not exist. */
@Injectable()
export class ChannelsRepository {
  /** Channels newest first. */
  list(tx: Tx, page: PageRequest): Promise<Page<ChannelEntity>> {
    return listPage(tx, ChannelEntity, page);
  }

  /** Null where there is none. */
  find(tx: Tx, id: string): Promise<ChannelEntity | null> {
    return tx.findOneBy(ChannelEntity, { id });
  }

  /** Locks the channel until the transaction ends; throws `not_found` or, for another version, `conflict`. */
  lock(tx: Tx, id: string, ifMatch?: number): Promise<ChannelEntity> {
    return lockRow(tx, ChannelEntity, { id }, ifMatch);
  }

  /** Answers the new row's id. */
  async insert(tx: Tx, columns: Partial<ChannelColumns>): Promise<string> {
    const { identifiers } = await tx.insert(ChannelEntity, columns);
    return identifiers[0]!['id'] as string;
  }

  /** Sets columns as a new version. Throws the foreign key violations of unknown models and groups. */
  async update(tx: Tx, id: string, columns: Partial<ChannelColumns>): Promise<void> {
    await tx.update(ChannelEntity, { id }, columns);
  }

  /** A change of a channel's keys is a new version of the channel. */
  async touch(tx: Tx, id: string): Promise<void> {
    await tx.query('UPDATE channel SET version = version + 1, updated_at = now() WHERE id = $1', [id]);
  }

  /** Deletes the channel; its keys and references go with it. */
  async delete(tx: Tx, id: string): Promise<void> {
    await tx.delete(ChannelEntity, { id });
  }

  /** The keys of some channels without their secrets, oldest first. */
  keysOf(tx: Tx, channelIds: readonly string[]): Promise<ChannelKeyEntity[]> {
    return tx.find(ChannelKeyEntity, { where: { channelId: In([...channelIds]) }, order: { id: 'ASC' } });
  }

  /** A key without its secret; null where the channel has none of this id. */
  findKey(tx: Tx, channelId: string, id: string): Promise<ChannelKeyEntity | null> {
    return tx.findOneBy(ChannelKeyEntity, { channelId, id });
  }

  /** An id for a key to be: its secret is sealed for that id before the row exists. */
  async nextKeyId(tx: Tx): Promise<string> {
    const sql = `SELECT nextval(pg_get_serial_sequence('channel_key', 'id')) AS id`;
    return (await tx.query<[{ id: string }]>(sql))[0].id;
  }

  /** Adds a key whose id was taken before. */
  async insertKey(tx: Tx, key: Omit<ChannelKeyEntity, 'createdAt'>): Promise<void> {
    await tx.query(
      `INSERT INTO channel_key (id, channel_id, secret, last_four, weight, enabled)
       OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $6)`,
      [key.id, key.channelId, key.secret, key.lastFour, key.weight, key.enabled],
    );
  }

  /** Sets columns of a key. */
  async updateKey(tx: Tx, id: string, columns: Partial<ChannelKeyColumns>): Promise<void> {
    await tx.update(ChannelKeyEntity, { id }, columns);
  }

  /** Deletes a key. */
  async deleteKey(tx: Tx, id: string): Promise<void> {
    await tx.delete(ChannelKeyEntity, { id });
  }

  /** Deletes every key of a channel. */
  async deleteKeysOf(tx: Tx, channelId: string): Promise<void> {
    await tx.delete(ChannelKeyEntity, { channelId });
  }

  /** The channels that match, with their keys, sealed secrets included, higher priorities first. */
  async withSecrets(
    tx: Tx,
    where: { readonly id: string } | { readonly enabled: true },
  ): Promise<{ row: ChannelEntity; keys: ChannelKeyEntity[] }[]> {
    const rows = await tx.find(ChannelEntity, { where, order: { priority: 'DESC', id: 'ASC' } });
    if (rows.length === 0) return [];
    const keys = await tx
      .createQueryBuilder(ChannelKeyEntity, 'key')
      .addSelect('key.secret')
      .where('key.channelId IN (:...ids)', { ids: rows.map(({ id }) => id) })
      .orderBy('key.id')
      .getMany();
    const byChannel = Map.groupBy(keys, ({ channelId }) => channelId);
    return rows.map((row) => ({ row, keys: byChannel.get(row.id) ?? [] }));
  }
}
