import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ChangeFeed, Database, LOGGER, type Logger, Snapshot } from '@tokenbay/platform';
import { type Group, type Groups, toGroup } from './group.js';
import { GroupsRepository } from './groups.repository.js';

/** Every group, in memory, renewed within a second of a change. */
@Injectable()
export class GroupCatalog implements Groups, OnModuleInit, OnApplicationShutdown {
  private readonly snapshot: Snapshot<ReadonlyMap<string, Group>>;

  constructor(
    private readonly database: Database,
    private readonly repository: GroupsRepository,
    feed: ChangeFeed,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.snapshot = new Snapshot(feed, { tables: ['account_group'], load: () => this.load() }, logger);
  }

  async onModuleInit(): Promise<void> {
    await this.snapshot.start();
  }

  onApplicationShutdown(): void {
    this.snapshot.stop();
  }

  find(name: string): Group | undefined {
    return this.snapshot.current.get(name);
  }

  private async load(): Promise<ReadonlyMap<string, Group>> {
    const rows = await this.repository.all(this.database.tx);
    return new Map(rows.map((row) => [row.name, toGroup(row)]));
  }
}
