import { AggregatorRegistry } from 'prom-client';
import type { MetricsAnswer, MetricsQuestion, MetricsSnapshot } from './worker-role.js';

/** A worker that does not answer in time is shown as it was last seen. */
const ANSWER_MS_MAX = 1_000;

/** A worker's channel as far as metrics need it. */
export interface MetricsSource {
  readonly id: number;
  send(message: MetricsQuestion): void;
}

interface Question {
  readonly waitingFor: Set<number>;
  readonly done: () => void;
}

/** The metrics of all workers as one: what those have counted that are gone is kept, so that no counter ever falls. */
export class WorkerMetrics {
  private readonly latest = new Map<number, MetricsSnapshot>();
  private retired: MetricsSnapshot = [];
  private readonly questions = new Map<number, Question>();
  private last = 0;

  /** Takes what a worker sends; true where it was metrics. */
  take(worker: number, message: unknown): boolean {
    if (!isMetricsAnswer(message)) return false;
    this.latest.set(worker, message.snapshot);
    if (message.metricsAnswer !== null) this.note(message.metricsAnswer, worker);
    return true;
  }

  /** A worker is gone: what it counted stays in the sums, what it measured does not. */
  async retire(worker: number): Promise<void> {
    const counted = (this.latest.get(worker) ?? []).filter(({ type }) => isCounted(String(type)));
    this.latest.delete(worker);
    for (const [id, { waitingFor }] of this.questions) if (waitingFor.has(worker)) this.note(id, worker);
    if (counted.length > 0) {
      const sum = AggregatorRegistry.aggregate([this.retired, counted].filter((snapshot) => snapshot.length > 0));
      this.retired = await sum.getMetricsAsJSON();
    }
  }

  /** Asks all workers and answers the sums in Prometheus's text format. */
  async read(workers: readonly MetricsSource[]): Promise<string> {
    await this.ask(workers);
    const snapshots = [this.retired, ...this.latest.values()].filter((snapshot) => snapshot.length > 0);
    return AggregatorRegistry.aggregate(snapshots).metrics();
  }

  private ask(workers: readonly MetricsSource[]): Promise<void> {
    if (workers.length === 0) return Promise.resolve();
    const id = (this.last += 1);
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.questions.delete(id);
        resolve();
      };
      const timer = setTimeout(done, ANSWER_MS_MAX);
      this.questions.set(id, { waitingFor: new Set(workers.map((worker) => worker.id)), done });
      for (const worker of workers) worker.send({ metricsWanted: id });
    });
  }

  private note(id: number, worker: number): void {
    const question = this.questions.get(id);
    if (question?.waitingFor.delete(worker) && question.waitingFor.size === 0) question.done();
  }
}

function isCounted(type: string): boolean {
  return type === 'counter' || type === 'histogram';
}

function isMetricsAnswer(message: unknown): message is MetricsAnswer {
  return typeof message === 'object' && message !== null && 'metricsAnswer' in message;
}
