import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import {
  assertReferencesExist,
  isForeignKeyViolation,
  type Page,
  type PageRequest,
  SecretBox,
  type Tx,
} from '@tokenbay/platform';
import type { ChannelKeyEntity } from './channel-key.entity.js';
import {
  assertKeysComeWithBaseUrl,
  type ChannelChange,
  type ChannelDraft,
  type ChannelKeyDraft,
  invalid,
  referencesOf,
  toBaseUrl,
  toColumns,
} from './channel-change.js';
import type { ChannelEntity } from './channel.entity.js';
import { sealContextOf } from './channel.js';
import { ChannelHealthRepository } from './channel-health.repository.js';
import { type ChannelKeyColumns, ChannelsRepository } from './channels.repository.js';
import type { HealthRecord } from './health/health-record.js';

/** A channel and its keys, whose secrets are not there. */
export interface ChannelWithKeys {
  readonly channel: ChannelEntity;
  readonly keys: readonly ChannelKeyEntity[];
  /** What gateways have found wrong with its keys and models. */
  readonly findings: readonly HealthRecord[];
}

/** A key without its secret, and what gateways have found wrong with it. */
export interface KeyWithFinding {
  readonly key: ChannelKeyEntity;
  readonly finding: HealthRecord | undefined;
}

/** Of shorter secrets the last four would be most: they are placeholders of servers that ask for no key. */
const SECRET_LENGTH_SHOWN_MIN = 8;

/** Administers channels and their keys. Secrets go in and never come out. */
@Injectable()
export class ChannelsService {
  constructor(
    private readonly repository: ChannelsRepository,
    private readonly health: ChannelHealthRepository,
    private readonly box: SecretBox,
  ) {}

  /** Throws `invalid_request` where the base URL is not well formed, or a group or model does not exist. */
  async create(tx: Tx, { keys = [], baseUrl, ...draft }: ChannelDraft): Promise<ChannelWithKeys> {
    const columns = { ...toColumns(draft), baseUrl: toBaseUrl(baseUrl, draft.provider) };
    await assertReferencesExist(tx, referencesOf(draft));
    const id = await translateRefusal(this.repository.insert(tx, columns));
    for (const key of keys) await this.insertKey(tx, id, key);
    return this.get(tx, id);
  }

  /** Channels with their keys, newest first. */
  async list(tx: Tx, page: PageRequest): Promise<Page<ChannelWithKeys>> {
    const { rows, nextCursor } = await this.repository.list(tx, page);
    const ids = rows.map(({ id }) => id);
    const keys = Map.groupBy(await this.repository.keysOf(tx, ids), ({ channelId }) => channelId);
    const findings = Map.groupBy(await this.health.ofChannels(tx, ids), ({ channelId }) => channelId);
    const toRow = (channel: ChannelEntity): ChannelWithKeys => ({
      ...{ channel, keys: keys.get(channel.id) ?? [], findings: findings.get(channel.id) ?? [] },
    });
    return { rows: rows.map(toRow), nextCursor };
  }

  /** Throws `not_found`. */
  async get(tx: Tx, id: string): Promise<ChannelWithKeys> {
    const channel = await this.repository.find(tx, id);
    if (!channel) throw new DomainError('not_found', 'channel');
    return {
      ...{ channel, keys: await this.repository.keysOf(tx, [id]), findings: await this.health.ofChannels(tx, [id]) },
    };
  }

  /**
   * Throws `not_found`; `conflict` where `ifMatch` is not the present version; `invalid_request` where the base URL is not well formed or
   * changes without keys, or a group or model does not exist.
   */
  async update(
    tx: Tx,
    id: string,
    { ifMatch, keys, baseUrl, ...change }: ChannelChange & { ifMatch?: number | undefined },
  ): Promise<ChannelWithKeys> {
    const channel = await this.repository.lock(tx, id, ifMatch);
    const columns = toColumns(change, channel);
    if (baseUrl !== undefined) columns.baseUrl = toBaseUrl(baseUrl, change.provider ?? channel.provider);
    assertKeysComeWithBaseUrl(channel, columns.baseUrl, keys);
    await assertReferencesExist(tx, referencesOf(change));
    if (Object.keys(columns).length > 0) await translateRefusal(this.repository.update(tx, id, columns));
    if (keys) {
      await this.repository.deleteKeysOf(tx, id);
      for (const key of keys) await this.insertKey(tx, id, key);
    }
    // What was found out about another address, or before an administrator switched it on, says nothing of what is now.
    if (columns.baseUrl !== undefined || columns.provider !== undefined || columns.enabled)
      await this.health.clearChannel(tx, id);
    return this.get(tx, id);
  }

  /** Deletes the channel with its keys. Throws `not_found`. */
  async delete(tx: Tx, id: string, ifMatch?: number): Promise<void> {
    await this.repository.lock(tx, id, ifMatch);
    await this.repository.delete(tx, id);
  }

  /** Throws `not_found`. */
  async addKey(tx: Tx, channelId: string, draft: ChannelKeyDraft): Promise<KeyWithFinding> {
    await this.repository.lock(tx, channelId);
    const id = await this.insertKey(tx, channelId, draft);
    await this.repository.touch(tx, channelId);
    return this.withFinding(tx, await this.getKey(tx, channelId, id));
  }

  /**
   * Enabling a key, or giving it another secret, clears what was found out about it. Throws `not_found`, or `conflict` where `ifMatch` is
   * not the present version of the channel.
   */
  async updateKey(
    tx: Tx,
    { channelId, id }: { channelId: string; id: string },
    { ifMatch, value, ...change }: Partial<ChannelKeyDraft> & { ifMatch?: number | undefined },
  ): Promise<KeyWithFinding> {
    await this.repository.lock(tx, channelId, ifMatch);
    const key = await this.getKey(tx, channelId, id);
    const columns: Partial<ChannelKeyColumns> = {
      ...change,
      ...(value !== undefined && this.seal(channelId, id, value)),
    };
    if (Object.keys(columns).length === 0) return this.withFinding(tx, key);
    await this.repository.updateKey(tx, id, columns);
    await this.repository.touch(tx, channelId);
    if (columns.enabled || value !== undefined) await this.health.clearKey(tx, id);
    return this.withFinding(tx, await this.getKey(tx, channelId, id));
  }

  /** Throws `not_found`, or `conflict` where `ifMatch` is not the present version of the channel. */
  async deleteKey(tx: Tx, { channelId, id }: { channelId: string; id: string }, ifMatch?: number): Promise<void> {
    await this.repository.lock(tx, channelId, ifMatch);
    await this.getKey(tx, channelId, id);
    await this.repository.deleteKey(tx, id);
    await this.repository.touch(tx, channelId);
  }

  private async withFinding(tx: Tx, key: ChannelKeyEntity): Promise<KeyWithFinding> {
    const findings = await this.health.ofChannels(tx, [key.channelId]);
    return { key, finding: findings.find(({ keyId }) => keyId === key.id) };
  }

  private async getKey(tx: Tx, channelId: string, id: string): Promise<ChannelKeyEntity> {
    const key = await this.repository.findKey(tx, channelId, id);
    if (!key) throw new DomainError('not_found', 'channel key');
    return key;
  }

  private async insertKey(tx: Tx, channelId: string, draft: ChannelKeyDraft): Promise<string> {
    const { value, weight = 1, enabled = true } = draft;
    const id = await this.repository.nextKeyId(tx);
    await this.repository.insertKey(tx, { id, channelId, weight, enabled, ...this.seal(channelId, id, value) });
    return id;
  }

  private seal(channelId: string, id: string, value: string): Pick<ChannelKeyColumns, 'secret' | 'lastFour'> {
    const lastFour = value.length < SECRET_LENGTH_SHOWN_MIN ? '' : value.slice(-4);
    return { secret: this.box.seal(value, sealContextOf(channelId, id)), lastFour };
  }
}

async function translateRefusal<T>(writing: Promise<T>): Promise<T> {
  try {
    return await writing;
  } catch (error) {
    if (isForeignKeyViolation(error, 'channel_model_model_fkey'))
      throw invalid('models', ' must name existing models only.', error);
    if (isForeignKeyViolation(error, 'account_group_use_group_fkey'))
      throw invalid('groups', ' must name existing groups only.', error);
    throw error;
  }
}
