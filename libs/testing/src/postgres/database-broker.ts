import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startPostgres, type TestPostgres } from './start-postgres.js';

/** Environment variable by which test processes find the broker of their run. */
export const BROKER_VARIABLE = 'TOKENBAY_TEST_DATABASES';

/** `migrate` fills the template database; it runs once per run, and only if a test asks for a database. */
export interface DatabaseBrokerOptions {
  migrate: (url: string) => Promise<unknown>;
}

const TEMPLATE = 'tokenbay_template';

/**
 * Hands out databases to the test files of one run. Lives in the runner's process; Postgres is started and migrated at the first request,
 * so that a run of unit tests pays nothing for it.
 */
export class DatabaseBroker {
  private started: Promise<TestPostgres> | undefined;
  private last = 0;
  private turn: Promise<unknown> = Promise.resolve();
  private readonly server: Server = createServer((request, response) => void this.answer(request, response));

  constructor(private readonly options: DatabaseBrokerOptions) {}

  /** Resolves to the URL for BROKER_VARIABLE. */
  async listen(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    this.server.unref();
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Stops Postgres, if it ever ran, with everything in it. */
  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    const postgres = await this.started?.catch(() => undefined);
    await postgres?.stop();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, kind, name] = (request.url ?? '').split('/');
    // A test file on a busy machine would send its next request over a connection that was idle for too long and closes just now.
    response.setHeader('connection', 'close');
    try {
      const body = request.method === 'DELETE' ? await this.drop(name ?? '') : await this.create(kind === 'empty');
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    } catch (error) {
      response.writeHead(500).end(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  }

  private async create(isEmpty: boolean): Promise<{ name: string; url: string }> {
    const postgres = await (this.started ??= this.start());
    const name = `test_${process.pid}_${++this.last}`;
    const template = isEmpty ? 'template0' : TEMPLATE;
    await this.run(postgres, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
    return { name, url: postgres.url(name) };
  }

  private async drop(name: string): Promise<object> {
    if (!/^test_[0-9_]+$/.test(name)) throw new Error(`not a database of this broker: ${name}`);
    await this.run(await (this.started ??= this.start()), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    return {};
  }

  private async start(): Promise<TestPostgres> {
    const postgres = await startPostgres();
    try {
      await this.run(postgres, `CREATE DATABASE ${TEMPLATE}`);
      await this.options.migrate(postgres.url(TEMPLATE));
      return postgres;
    } catch (error) {
      await postgres.stop();
      throw error;
    }
  }

  /** One statement after the other: Postgres refuses two copies of one template at the same moment. */
  private run(postgres: TestPostgres, sql: string): Promise<unknown> {
    const mine = this.turn.then(async () => {
      const { default: pg } = await import('pg');
      const client = new pg.Client({ connectionString: postgres.url() });
      await client.connect();
      await client.query(sql).finally(() => client.end());
    });
    this.turn = mine.catch(() => undefined);
    return mine;
  }
}

/** Starts the broker of a run. */
export async function startDatabaseBroker(
  options: DatabaseBrokerOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  const broker = new DatabaseBroker(options);
  return { url: await broker.listen(), close: () => broker.close() };
}
