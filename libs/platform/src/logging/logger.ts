import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** The token by which the process's logger is injected. */
export const LOGGER = Symbol('LOGGER');

/** The process's logger: one JSON object a line on standard output, levels as words, times in RFC 3339. */
export function createLogger(app: string, level: string): Logger {
  return pino({
    level,
    base: { app },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
