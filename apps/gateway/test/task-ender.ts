import { uuidv7 } from '@tokenbay/platform';
import pg from 'pg';

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

  /** A task that was completed just now, and whose video is at this URL, or at a provider that nobody knows; answers its id. */
  complete(owner: TaskOwner, url?: string): Promise<string> {
    const result = url === undefined ? { kind: 'provider', path: '/videos/video_up/content' } : { kind: 'url', url };
    return this.end(owner, 'completed', result);
  }

  /** A task that failed just now. */
  fail(owner: TaskOwner): Promise<string> {
    return this.end(owner, 'failed', null);
  }

  /** The id by which clients know a task. */
  static publicIdOf(id: string): string {
    return `video_${id.replaceAll('-', '')}`;
  }

  private async end(
    { account, key }: TaskOwner,
    state: 'completed' | 'failed',
    result: object | null,
  ): Promise<string> {
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
      result,
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
