import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ChangeFeed, Database, LOGGER, type Logger, SecretBox, Snapshot } from '@tokenbay/platform';
import { type Channel, toChannel } from './channel.js';
import { ChannelsRepository } from './channels.repository.js';
import { ChannelHealth } from './health/channel-health.js';

const NONE: readonly Channel[] = Object.freeze([]);

/** Every enabled channel by the models it serves, in memory, renewed within a second of a change. */
@Injectable()
export class ChannelCatalog implements OnModuleInit, OnApplicationShutdown {
  private readonly snapshot: Snapshot<ReadonlyMap<string, readonly Channel[]>>;

  constructor(
    private readonly database: Database,
    private readonly repository: ChannelsRepository,
    private readonly box: SecretBox,
    private readonly health: ChannelHealth,
    feed: ChangeFeed,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.snapshot = new Snapshot(feed, { tables: ['channel', 'channel_key'], load: () => this.load() }, logger);
  }

  async onModuleInit(): Promise<void> {
    await this.snapshot.start();
  }

  onApplicationShutdown(): void {
    this.snapshot.stop();
  }

  /** The enabled channels that serve a model to a group, or to any group where none is named; those of higher priority first. */
  serving(modelName: string, groupName?: string): readonly Channel[] {
    const channels = this.snapshot.current.get(modelName) ?? NONE;
    return groupName === undefined ? channels : channels.filter(({ groups }) => groups.has(groupName));
  }

  /** A channel as it is this moment, enabled or not; undefined where there is none. */
  async read(id: string): Promise<Channel | undefined> {
    const found = await this.repository.withSecrets(this.database.tx, { id });
    return found[0] && toChannel(found[0].row, found[0].keys, this.box);
  }

  private async load(): Promise<ReadonlyMap<string, readonly Channel[]>> {
    const rows = await this.repository.withSecrets(this.database.tx, { enabled: true });
    const channels = rows.map(({ row, keys }) => toChannel(row, keys, this.box));
    this.health.retain(new Map(channels.map((channel) => [channel.id, channel])));
    const byModel = new Map<string, Channel[]>();
    for (const channel of channels) {
      for (const modelName of channel.models.keys()) {
        const channels = byModel.get(modelName);
        if (channels) channels.push(channel);
        else byModel.set(modelName, [channel]);
      }
    }
    return byModel;
  }
}
