import {
  type DynamicModule,
  Global,
  Inject,
  Injectable,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { ChangeFeed } from './change-feed/change-feed.js';
import { Clock, SystemClock } from './clock/clock.js';
import { GatewayJobs } from './gateway-jobs/gateway-jobs.js';
import { SecretBox } from './crypto/secret-box.js';
import { SecretHasher } from './crypto/secret-hasher.js';
import type { SecretsKey } from './crypto/secrets-key.js';
import { Database, type DatabaseOptions } from './database/database.js';
import { LOGGER, type Logger } from './logging/logger.js';
import { MetricsRegistry } from './metrics/metrics-registry.js';

/** What an application tells the platform about itself. */
export interface PlatformOptions {
  /** `gateway` or `admin`: the name in logs and in the database's list of connections. */
  readonly app: string;
  readonly databaseUrl: string;
  readonly secretsKey: SecretsKey;
  readonly logger: Logger;
  readonly entities: DatabaseOptions['entities'];
}

/** Connects before every other room starts and disconnects after every other room has stopped. */
@Injectable()
class PlatformLifecycle implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly database: Database,
    private readonly feed: ChangeFeed,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.database.start();
    await this.feed.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.feed.stop();
    await this.database.stop();
    this.logger.debug('disconnected');
  }
}

/** Gives every room the database, the change feed, the clock, crypto, the logger and the metrics. */
@Global()
@Module({})
export class PlatformModule {
  static forRoot({ app, databaseUrl, secretsKey, logger, entities }: PlatformOptions): DynamicModule {
    const applicationName = `tokenbay-${app}`;
    const database = new Database({ url: databaseUrl, applicationName, entities, logger });
    const feed = new ChangeFeed(databaseUrl, applicationName, logger);
    const provided = [
      { provide: LOGGER, useValue: logger },
      { provide: Database, useValue: database },
      { provide: ChangeFeed, useValue: feed },
      { provide: GatewayJobs, useValue: new GatewayJobs(database, feed, logger) },
      { provide: Clock, useClass: SystemClock },
      { provide: SecretBox, useValue: new SecretBox(secretsKey) },
      { provide: SecretHasher, useValue: new SecretHasher(secretsKey) },
      { provide: MetricsRegistry, useValue: new MetricsRegistry() },
    ];
    return {
      module: PlatformModule,
      providers: [...provided, PlatformLifecycle],
      exports: provided.map(({ provide }) => provide),
    };
  }
}
