import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { DomainError } from '@tokenbay/errors';
import type { ChangeFeed } from '../change-feed/change-feed.js';
import type { Database } from '../database/database.js';
import { describeError } from '../logging/describe-error.js';
import type { Logger } from '../logging/logger.js';

/** A gateway that is alive takes a job at once. */
const TAKE_WITHIN_MS = 3_000;
/** How long an administrator waits for a job that was taken. */
const ANSWER_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 100;

/** Does one kind of job. What it resolves with is kept as JSON. */
export type GatewayJobHandler = (task: unknown) => Promise<object>;

/**
 * Has a gateway do what only a gateway can: it has the sockets and knows how channels do. The admin application writes a job; Postgres tells
 * every gateway, one takes it, and the administrator waits for the answer.
 */
export class GatewayJobs {
  private readonly handlers = new Map<string, GatewayJobHandler>();
  private readonly takerId = randomUUID();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly feed: ChangeFeed,
    private readonly logger: Logger,
  ) {}

  /** Offers to do a kind of job, from now until the process ends. */
  serve(kind: string, handler: GatewayJobHandler): void {
    if (this.handlers.size === 0) this.feed.on('gateway_job', () => this.takeAll());
    this.handlers.set(kind, handler);
  }

  /** Has a job done and answers its result. Throws `conflict` where no gateway takes it within 3 s, or it is not done within 15 s. */
  async ask(kind: string, task: object): Promise<unknown> {
    const id = await this.write(kind, task);
    try {
      return await this.awaitResult(id);
    } finally {
      await this.pool.query('DELETE FROM gateway_job WHERE id = $1', [id]);
    }
  }

  /** Has a job done by one gateway, if any is alive, and waits for nothing but the job's being written. */
  async tell(kind: string, task: object): Promise<void> {
    await this.write(kind, task);
  }

  private get pool() {
    return this.database.pool('report');
  }

  /** Answers the job's id. What nobody waits for any more goes with the next job. */
  private async write(kind: string, task: object): Promise<string> {
    await this.pool.query(`DELETE FROM gateway_job WHERE created_at < now() - interval '1 hour'`);
    const { rows } = await this.pool.query<{ id: string }>(
      'INSERT INTO gateway_job (kind, task) VALUES ($1, $2) RETURNING id',
      [kind, JSON.stringify(task)],
    );
    return rows[0]!.id;
  }

  private async awaitResult(id: string): Promise<unknown> {
    const startedAtMs = performance.now();
    for (;;) {
      await pause(LOOK_EVERY_MS);
      const { rows } = await this.pool.query<{ result: unknown; isTaken: boolean }>(
        'SELECT result, taken_by IS NOT NULL AS "isTaken" FROM gateway_job WHERE id = $1',
        [id],
      );
      const { result = null, isTaken = false } = rows[0] ?? {};
      if (result !== null) return result;
      const waitedMs = performance.now() - startedAtMs;
      if (!isTaken && waitedMs > TAKE_WITHIN_MS) throw unanswered('No gateway is running that could do this.');
      if (waitedMs > ANSWER_WITHIN_MS) throw unanswered('The gateway that does this has not answered in time.');
    }
  }

  /** One after the other, so that a burst of jobs is no burst of connections. */
  private takeAll(): void {
    this.running = this.running
      .then(() => this.takeWaiting())
      .catch((error: unknown) => {
        this.logger.warn({ error: describeError(error) }, 'gateway job not done');
      });
  }

  private async takeWaiting(): Promise<void> {
    for (;;) {
      const { rows } = await this.pool.query<{ id: string; kind: string; task: unknown }>(
        `UPDATE gateway_job SET taken_by = $1 WHERE id = (
           SELECT id FROM gateway_job
           WHERE taken_by IS NULL AND kind = ANY ($2) AND created_at > now() - interval '10 seconds'
           ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING id, kind, task`,
        [this.takerId, [...this.handlers.keys()]],
      );
      if (!rows[0]) return;
      const { id, kind, task } = rows[0];
      const result = await this.handlers.get(kind)?.(task);
      await this.pool.query('UPDATE gateway_job SET result = $2 WHERE id = $1', [id, JSON.stringify(result)]);
    }
  }
}

function unanswered(message: string): DomainError {
  return new DomainError('conflict', 'gateway job', { message });
}
