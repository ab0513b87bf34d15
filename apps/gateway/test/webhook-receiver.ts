import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { uuidv7 } from '@tokenbay/platform';
import pg from 'pg';

/** Something that arrived at a receiver. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of webhooks on loopback; what it answers on each path is the test's. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  private readonly answers = new Map<string, (response: ServerResponse) => void>();
  private readonly server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { url: path = '', headers } = request;
      this.received.push({ path, headers, body: Buffer.concat(chunks).toString() });
      const answer = this.answers.get(path);
      if (answer) answer(response);
      else response.writeHead(204).end();
    });
  });

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  /** Answers like this on a path of the caller's own; answers its URL. */
  path(name: string, answer?: (response: ServerResponse) => void): string {
    if (answer) this.answers.set(`/${name}`, answer);
    return `http://${this.host}/${name}`;
  }

  at(name: string): Received[] {
    return this.received.filter(({ path }) => path === `/${name}`);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Whose task it is. */
export interface TaskOwner {
  readonly account: { readonly id: string };
  readonly key: { readonly id: string };
}

/** Leads tasks through their life by the database's own functions, as if a provider had done them. */
export class TaskEnder {
  private readonly pool: pg.Pool;

  constructor(url: string) {
    this.pool = new pg.Pool({ connectionString: url, max: 4 });
  }

  /** A task that was completed, or failed, just now; answers its id. */
  async end({ account, key }: TaskOwner, state: 'completed' | 'failed' = 'completed'): Promise<string> {
    const id = uuidv7();
    const quantities = { seconds: 8, images: 0, tier: null };
    await this.query(
      `SELECT task_accept($1, $2, $3, false, 100, 'video-1', 1, '1', $4, 'A lighthouse', 8, '720x1280', NULL, $5, false, '1 minute')`,
      [id, account.id, key.id, quantities, Buffer.from(id)],
    );
    await this.query(
      `SELECT task_submit($1, 7, 8, 'openai', 'https://api.example.com/v1', 'sora', '\\x00', 8, '720x1280', '1 minute')`,
      [id],
    );
    await this.query(`SELECT task_submitted($1, 'video_up', '[]', '1 hour', '1 hour')`, [id]);
    const error = state === 'failed' ? ['upstream_failed', 'The provider could not do it.'] : [null, null];
    await this.query(`SELECT task_end($1, '{queued}', $2, $3, '[]', false, $4, NULL, $5, $6, NULL, NULL, $2, NULL)`, [
      id,
      state,
      state === 'completed' ? 100 : 0,
      { kind: 'provider', path: '/videos/video_up/content' },
      ...error,
    ]);
    return id;
  }

  async query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(sql, values)).rows;
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}
