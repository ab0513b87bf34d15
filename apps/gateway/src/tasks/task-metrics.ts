import { Injectable } from '@nestjs/common';
import { MetricsRegistry } from '@tokenbay/platform';
import { OPEN_STATES, TasksReader, type TaskState } from '@tokenbay/tasks';
import { Gauge } from 'prom-client';

/** A task of which nothing sensible was heard for so long is worth a look. */
const STUCK_MS = 900_000;
/** The gauges of one scrape share one look at the table. */
const FRESH_MS = 500;

interface Count {
  readonly state: TaskState;
  readonly tasks: number;
  readonly silent: number;
}

/**
 * Shows how many tasks are open, by state, and how many of them are stuck. Read from the table when the metrics are scraped, so every
 * gateway and worker shows the same. While the database is away they stay as last read.
 */
@Injectable()
export class TaskMetrics {
  private readAtMs = -Infinity;
  private reading: Promise<readonly Count[] | null> = Promise.resolve(null);

  constructor(
    registry: MetricsRegistry,
    private readonly reader: TasksReader,
  ) {
    const publish = (name: string, help: string, valueOf: (count: Count) => number): void => {
      const read = (): Promise<readonly Count[] | null> => this.read();
      new Gauge({
        ...{ name, help, labelNames: ['state'], registers: [registry], aggregator: 'max' as const },
        async collect() {
          const counts = await read();
          if (!counts) return;
          for (const state of OPEN_STATES) this.set({ state }, 0);
          for (const count of counts) this.set({ state: count.state }, valueOf(count));
        },
      });
    };
    publish('tokenbay_tasks_open', 'Tasks that are not over, by state.', ({ tasks }) => tasks);
    publish('tokenbay_tasks_stuck', 'Open tasks of which nothing was heard for 15 minutes.', ({ silent }) => silent);
  }

  /** Null while the database is away. */
  private read(): Promise<readonly Count[] | null> {
    const nowMs = performance.now();
    if (nowMs - this.readAtMs < FRESH_MS) return this.reading;
    this.readAtMs = nowMs;
    this.reading = this.reader.countOpen(STUCK_MS).catch(() => null);
    return this.reading;
  }
}
