import cluster from 'node:cluster';
import { randomUUID } from 'node:crypto';
import type { PrimaryChannel } from '@tokenbay/limits';
import type { MetricObject, MetricObjectWithValues, MetricValue } from 'prom-client';

/** Names the gateway whose processes decide rates together; a primary process gives it to its workers. */
export const PEER_ID_VARIABLE = 'TOKENBAY_PEER_ID';

/** The token by which a process's place among its siblings is injected. */
export const WORKER_ROLE = Symbol('WORKER_ROLE');

/** A process's metrics as they travel. */
export type MetricsSnapshot = MetricObjectWithValues<MetricValue<string>>[];

/** What a primary asks, and a worker answers; without a number it is the worker's last word. */
export interface MetricsQuestion {
  readonly metricsWanted: number;
}
export interface MetricsAnswer {
  readonly metricsAnswer: number | null;
  readonly snapshot: MetricsSnapshot;
}

type ReadMetrics = () => Promise<MetricObject[] | MetricsSnapshot>;

/** A process's place: alone, or one of several workers behind a primary. */
export class WorkerRole {
  /** The same in all processes that decide rates together. */
  readonly peerId = process.env[PEER_ID_VARIABLE] ?? randomUUID();
  /** This process's own. */
  readonly processId = randomUUID();
  /** The way to the primary; undefined where this process is alone. */
  readonly primary: PrimaryChannel | undefined = cluster.isWorker ? CHANNEL : undefined;

  /** Answers whatever the primary asks of this process's metrics. */
  answerMetrics(read: ReadMetrics): void {
    this.primary?.onMessage((message) => {
      if (!isMetricsQuestion(message)) return;
      void read().then((snapshot) => this.primary?.send({ metricsAnswer: message.metricsWanted, snapshot }));
    });
  }

  /** Tells the primary what this process has counted in its life, so that nothing is uncounted when it ends. */
  async sendLastMetrics(read: ReadMetrics): Promise<void> {
    if (!this.primary) return;
    const snapshot = await read();
    await new Promise<void>((resolve) => sendToPrimary({ metricsAnswer: null, snapshot }, resolve));
  }
}

const CHANNEL: PrimaryChannel = {
  send: (message) => sendToPrimary(message, () => undefined),
  onMessage: (listener) => void process.on('message', listener),
};

/** Calls back when the message was handed over, or nobody is there any more. */
function sendToPrimary(message: object, callback: () => void): void {
  if (process.connected && process.send) process.send(message, undefined, undefined, callback);
  else callback();
}

function isMetricsQuestion(message: unknown): message is MetricsQuestion {
  return typeof message === 'object' && message !== null && 'metricsWanted' in message;
}
