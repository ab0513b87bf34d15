import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { ChangeFeed, Database, LOGGER, type Logger, Snapshot } from '@tokenbay/platform';
import { CompiledPrices } from './compiled-prices.js';
import { type Model, toModel } from './model.js';
import { ModelsRepository } from './models.repository.js';

/** Every model, in memory, renewed within a second of a change. */
@Injectable()
export class ModelCatalog implements OnModuleInit, OnApplicationShutdown {
  private readonly snapshot: Snapshot<ReadonlyMap<string, Model>>;

  constructor(
    private readonly database: Database,
    private readonly repository: ModelsRepository,
    feed: ChangeFeed,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.snapshot = new Snapshot(feed, { tables: ['model'], load: () => this.load() }, logger);
  }

  async onModuleInit(): Promise<void> {
    await this.snapshot.start();
  }

  onApplicationShutdown(): void {
    this.snapshot.stop();
  }

  /** The model of this name, disabled or not. */
  find(name: string): Model | undefined {
    return this.snapshot.current.get(name);
  }

  /** Every model, disabled ones too, by name. */
  list(): Model[] {
    return [...this.snapshot.current.values()];
  }

  /** The prices of a version, present or past, of a model that may be gone. Throws `internal_error` where there was none. */
  async pricesOf(modelName: string, priceVersion: number): Promise<CompiledPrices> {
    const model = this.find(modelName);
    if (model?.priceVersion === priceVersion) return model.prices;
    const prices = await this.repository.findPrices(this.database.tx, modelName, priceVersion);
    if (!prices) throw new DomainError('internal_error', `no prices ${priceVersion} of ${modelName}`);
    return new CompiledPrices(prices);
  }

  private async load(): Promise<ReadonlyMap<string, Model>> {
    const rows = await this.repository.all(this.database.tx);
    return new Map(rows.map((row) => [row.name, toModel(row)]));
  }
}
