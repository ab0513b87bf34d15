import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** The token by which the process's logger is injected. */
export const LOGGER = Symbol('LOGGER');

/** Lines are written together, at the latest so much later; a process that is killed loses what it had not written. */
const BUFFER_BYTES = 8_192;
const FLUSH_EVERY_MS = 100;

/** The process's logger: one JSON object a line on standard output, levels as words, times in RFC 3339. */
export function createLogger(app: string, level: string): Logger {
  const destination = pino.destination({ dest: 1, minLength: BUFFER_BYTES, sync: true });
  setInterval(() => destination.flush(), FLUSH_EVERY_MS).unref();
  process.on('exit', () => destination.flushSync());
  return pino(
    {
      level,
      base: { app },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}
