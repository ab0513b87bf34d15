import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConfigError } from '../config/read-config.js';
import { describeError } from '../logging/describe-error.js';
import type { Logger } from '../logging/logger.js';
import { drain } from './drain.js';
import { explainStartFailure } from './explain-start-failure.js';

/** A process that has started. */
export interface RunningProcess {
  readonly app: NestFastifyApplication;
  readonly logger: Logger;
  /** How long running requests may take to finish once the process was told to stop, milliseconds. */
  readonly drainTimeoutMs?: number;
  /** How long the process goes on answering, and says that it is not ready, once it was told to stop, milliseconds. */
  readonly drainDelayMs?: number;
  /** Told when the process is to stop, before anything else happens. */
  readonly onStopping?: () => void;
  /** True for one of several workers: it stops when its primary process says so, and leaves Ctrl-C to that. */
  readonly isWorker?: boolean;
  /** Ends what still runs when that time is up, so that it is told and booked before connections are cut. */
  readonly beforeCut?: () => Promise<void>;
}

/** What a primary process sends to a worker that shall stop, because all do or because another one takes its place. */
export type StopMessage = { readonly stop: 'all' | 'replaced' };

const DRAIN_TIMEOUT_MS = 60_000;
const DRAIN_AFTER_CRASH_TIMEOUT_MS = 10_000;
/** Closing pools and timers is quick; what has not closed by then is abandoned, milliseconds. */
const CLOSE_TIMEOUT_MS = 10_000;

/**
 * Starts an application and keeps its process until it is told to stop. SIGTERM, SIGINT and the loss of the parent's channel drain it and
 * exit 0; a second signal exits at once. A start that fails says why in one sentence, or lists every bad variable, and exits 1.
 */
export async function runProcess(start: () => Promise<RunningProcess>): Promise<void> {
  const running = await start().catch((error: unknown) => {
    const lines = error instanceof ConfigError ? error.problems : [explainStartFailure(error)];
    process.stderr.write(`${lines.join('\n')}\n`);
    process.exit(1);
  });
  stopOnSignals(running);
  stopOnCrash(running);
}

function stopOnSignals(running: RunningProcess): void {
  let isStopping = false;
  const stopGracefully = (reason: string): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    running.logger.info({ reason }, 'stopping');
    // A worker that another one replaces is no reason to turn away from the machine.
    if (reason !== 'replaced') running.onStopping?.();
    const { drainDelayMs = 0, drainTimeoutMs = DRAIN_TIMEOUT_MS } = running;
    void stop(running, drainTimeoutMs, drainDelayMs).then((isClean) => process.exit(isClean ? 0 : 1));
  };
  process.on('SIGTERM', () => stopGracefully('SIGTERM'));
  process.on('SIGINT', () => running.isWorker || stopGracefully('SIGINT'));
  process.on('message', (message) => {
    if (!isStopping && isStopMessage(message)) stopGracefully(message.stop);
  });
  // A parent that stops us by signal may close its channel as well: that is no second signal.
  process.on('disconnect', () => {
    if (!isStopping) stopGracefully('disconnect');
  });
}

/** After an unexpected error the state of the process is unknown: it takes no more requests, ends the running ones and leaves. */
function stopOnCrash(running: RunningProcess): void {
  let isCrashing = false;
  process.on('uncaughtException', (error: unknown) => {
    running.logger.fatal({ cause: describeError(error) }, 'unexpected error, stopping');
    if (isCrashing) return;
    isCrashing = true;
    void stop(running, DRAIN_AFTER_CRASH_TIMEOUT_MS).then(() => process.exit(1));
  });
}

/** Resolves to whether everything was closed; requests that outlast the drain are cut, which is no failure. */
async function stop({ app, logger, beforeCut }: RunningProcess, timeoutMs: number, delayMs = 0): Promise<boolean> {
  try {
    const isDrained = await drain(app.getHttpServer(), { delayMs, timeoutMs, beforeCut });
    if (!isDrained) logger.warn({ timeoutMs }, 'cut connections that did not finish in time');
    await Promise.race([app.close(), rejectAfter(CLOSE_TIMEOUT_MS)]);
    logger.info('stopped');
    return true;
  } catch (error) {
    logger.error({ cause: describeError(error) }, 'could not stop cleanly');
    return false;
  }
}

function isStopMessage(message: unknown): message is StopMessage {
  return typeof message === 'object' && message !== null && 'stop' in message;
}

function rejectAfter(timeoutMs: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`still closing after ${timeoutMs} ms`)), timeoutMs).unref();
  });
}
