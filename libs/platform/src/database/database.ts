import { DataSource, type EntityManager, type EntitySchema } from 'typeorm';
import { Pool } from 'pg';
import type { Logger } from '../logging/logger.js';

/** Work inside one database transaction. The first argument of every repository method that takes part in one. */
export type Tx = EntityManager;

/** A connection pool with one purpose, so that no purpose starves another: a dashboard never delays a charge. */
export type PoolName = 'reserve' | 'settle' | 'config' | 'task' | 'report' | 'audit';

/** What a process needs to know to reach the database. */
export interface DatabaseOptions {
  readonly url: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  readonly entities: readonly (new () => object)[] | readonly EntitySchema[];
  readonly logger: Logger;
}

const POOL_SIZES: Record<PoolName, number> = { reserve: 6, settle: 6, config: 4, task: 3, report: 2, audit: 1 };
const STATEMENT_TIMEOUT_MS: Record<PoolName, number> = {
  reserve: 5_000,
  settle: 10_000,
  config: 10_000,
  task: 10_000,
  report: 30_000,
  audit: 3_600_000,
};
/** How much later than the server's own limit a connection that says nothing is given up. */
const SILENT_SERVER_MS = 1_000;
const CONNECT_TIMEOUT_MS = 3_000;

/** The process's way to Postgres: TypeORM for configuration, raw pools for the statements that every request waits for. */
export class Database {
  readonly dataSource: DataSource;
  private readonly pools = new Map<PoolName, Pool>();

  constructor(private readonly options: DatabaseOptions) {
    this.dataSource = new DataSource({
      type: 'postgres',
      url: options.url,
      entities: [...options.entities] as DataSource['options']['entities'] & object,
      synchronize: false,
      logging: false,
      poolSize: POOL_SIZES.config,
      connectTimeoutMS: CONNECT_TIMEOUT_MS,
      applicationName: `${options.applicationName}/config`,
      poolErrorHandler: (error: Error) =>
        this.options.logger.warn({ reason: error.message }, 'database connection lost'),
      extra: timeoutsOf('config'),
    });
  }

  /** Connects; rejects where the database cannot be reached. */
  async start(): Promise<void> {
    await this.dataSource.initialize();
    surviveLostConnections((this.dataSource.driver as unknown as { readonly master: Pool }).master);
  }

  /** Closes every connection once its running statement has ended. */
  async stop(): Promise<void> {
    const pools = [...this.pools.values()];
    this.pools.clear();
    await Promise.all(pools.map((pool) => pool.end()));
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  /** The entity manager outside any transaction. */
  get tx(): Tx {
    return this.dataSource.manager;
  }

  /** Runs work in one transaction: committed when it resolves, rolled back when it rejects. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /** The raw pool of one purpose; it is opened when first asked for. */
  pool(name: PoolName): Pool {
    const existing = this.pools.get(name);
    if (existing) return existing;
    const pool = new Pool({
      connectionString: this.options.url,
      max: POOL_SIZES[name],
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      ...timeoutsOf(name),
      idleTimeoutMillis: 60_000,
      application_name: `${this.options.applicationName}/${name}`,
      keepAlive: true,
    });
    pool.on('error', (error) =>
      this.options.logger.warn({ reason: error.message, pool: name }, 'database connection lost'),
    );
    surviveLostConnections(pool);
    this.pools.set(name, pool);
    return pool;
  }
}

/**
 * The pool listens to a connection's errors only while it is idle. One that is lost in the very moment it was handed out would be an
 * exception that nobody catches; whoever uses it hears of the loss from its statement.
 */
function surviveLostConnections(pool: Pool): void {
  pool.on('connect', (client) => client.on('error', () => undefined));
}

/** The server ends its statements itself; only a server that hangs is given up from here. */
function timeoutsOf(name: PoolName): { statement_timeout: number; query_timeout: number } {
  const statementMs = STATEMENT_TIMEOUT_MS[name];
  return { statement_timeout: statementMs, query_timeout: statementMs + SILENT_SERVER_MS };
}
