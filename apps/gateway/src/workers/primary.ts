import cluster, { type Worker } from 'node:cluster';
import { randomUUID } from 'node:crypto';
import type { RateDesk } from '@tokenbay/limits';
import type { Logger, StopMessage } from '@tokenbay/platform';
import { Restarts } from './restarts.js';
import { WorkerMetrics } from './worker-metrics.js';
import { PEER_ID_VARIABLE } from './worker-role.js';

/** A worker that takes the place of another must listen within this time. */
const START_MS_MAX = 60_000;

/**
 * The process behind several workers. It owns the listening socket and hands connections to them in turn, so that none is lost while one of
 * them stops; decides their rates; sums their metrics; replaces one that ends. It serves no request itself.
 */
export class Primary {
  private readonly workers = new Map<number, Worker>();
  private readonly leaving = new Set<number>();
  private readonly metrics = new WorkerMetrics();
  private readonly restarts = new Restarts();
  private readonly peerId = randomUUID();
  private hasListened = false;
  private isStopping = false;
  private isReplacing = false;
  private end!: (code: number) => void;
  /** Resolves to the exit code when all workers have ended because they were told to, or could not start. */
  readonly ended = new Promise<number>((resolve) => (this.end = resolve));

  constructor(
    private readonly count: number,
    private readonly desk: RateDesk,
    private readonly logger: Logger,
  ) {}

  /** Starts the workers. */
  start(): void {
    for (let index = 0; index < this.count; index += 1) this.fork();
  }

  /** Lets all workers finish what they serve, at the same time. */
  stop(reason: string): void {
    this.isStopping = true;
    this.logger.info({ reason, workers: this.workers.size }, 'stopping');
    for (const worker of this.workers.values()) this.dismiss(worker, 'all');
    if (this.workers.size === 0) this.end(0);
  }

  /** Ends all workers at once. */
  kill(): void {
    for (const worker of this.workers.values()) worker.process.kill('SIGKILL');
  }

  /** Replaces the workers one after the other, each by a new one that listens already: no request is lost. */
  async replaceAll(): Promise<void> {
    if (this.isReplacing || this.isStopping) return;
    this.isReplacing = true;
    this.logger.info({ workers: this.workers.size }, 'replacing the workers');
    try {
      for (const worker of [...this.workers.values()]) await this.replace(worker);
      this.logger.info('replaced the workers');
    } catch (error) {
      this.logger.error({ reason: String(error) }, 'stopped replacing the workers: a new one does not start');
    } finally {
      this.isReplacing = false;
    }
  }

  /** The metrics of all workers together. */
  readMetrics(): Promise<string> {
    return this.metrics.read(
      [...this.workers.values()].map((worker) => ({ id: worker.id, send: (message) => send(worker, message) })),
    );
  }

  private fork(): Worker {
    const worker = cluster.fork({ [PEER_ID_VARIABLE]: this.peerId });
    const startedAtMs = performance.now();
    this.workers.set(worker.id, worker);
    worker.on('listening', () => (this.hasListened = true));
    worker.on('message', (message: unknown) => {
      const reply = this.desk.answer(worker.id, message);
      if (reply) send(worker, reply);
      else this.metrics.take(worker.id, message);
    });
    worker.on('error', () => undefined);
    worker.on('exit', (code, signal) =>
      this.onExit(worker, { code, signal, livedMs: performance.now() - startedAtMs }),
    );
    return worker;
  }

  private onExit(worker: Worker, { code, signal, livedMs }: WorkerEnd): void {
    this.workers.delete(worker.id);
    this.desk.forget(worker.id);
    void this.metrics.retire(worker.id);
    const wasTold = this.leaving.delete(worker.id);
    if (this.isStopping) return this.noteStopped();
    if (wasTold) return;
    if (!this.hasListened && code !== 0) return this.giveUp();
    const delayMs = this.restarts.delayAfter(livedMs);
    this.logger.error({ worker: worker.id, code, signal, delayMs }, 'a worker ended by itself and will be replaced');
    setTimeout(() => {
      if (!this.isStopping) this.fork();
    }, delayMs);
  }

  /** None has ever listened: the first that ended has said why. */
  private giveUp(): void {
    this.isStopping = true;
    this.kill();
    this.end(1);
  }

  private noteStopped(): void {
    if (this.workers.size === 0) this.end(0);
  }

  private async replace(worker: Worker): Promise<void> {
    if (!this.workers.has(worker.id) || this.isStopping) return;
    await startedInTime(this.fork());
    const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    this.dismiss(worker, 'replaced');
    await gone;
  }

  private dismiss(worker: Worker, why: StopMessage['stop']): void {
    this.leaving.add(worker.id);
    send(worker, { stop: why });
  }
}

interface WorkerEnd {
  readonly code: number;
  readonly signal: string;
  readonly livedMs: number;
}

function send(worker: Worker, message: object): void {
  if (worker.isConnected()) worker.send(message, () => undefined);
}

function startedInTime(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      worker.process.kill('SIGKILL');
      reject(new Error(`not listening after ${START_MS_MAX} ms`));
    }, START_MS_MAX);
    worker.once('listening', () => {
      clearTimeout(timer);
      resolve();
    });
    worker.once('exit', () => {
      clearTimeout(timer);
      reject(new Error('it ended'));
    });
  });
}
