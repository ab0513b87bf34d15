import { type Logger, pino } from 'pino';
import { LineBuffer } from './line-buffer.js';
import { openOutput } from './open-output.js';

export type { Logger } from 'pino';

/** The token by which the process's logger is injected. */
export const LOGGER = Symbol('LOGGER');

/** A line is written so much later at the latest; a process that is killed loses what it had not written. */
const FLUSH_EVERY_MS = 100;

/** Writes a line of level `info` whose fields are JSON text already: `"a":1,"b":"two"`. */
export type InfoWriter = (message: string, fields: string) => void;

const infoWriters = new WeakMap<Logger, InfoWriter>();
const outputs: LineBuffer[] = [];

/** The process's logger: one JSON object a line on standard output, levels as words, times in RFC 3339. */
export function createLogger(app: string, level: string): Logger {
  const noticeOf = (lines: number): string =>
    `{"level":"warn","time":"${isoNow()}","app":"${app}","lines":${lines},"msg":"lines of the log were dropped"}\n`;
  const output = new LineBuffer(openOutput(), { noticeOf });
  setInterval(() => output.flush(), FLUSH_EVERY_MS).unref();
  if (outputs.push(output) === 1) process.on('exit', () => outputs.forEach((each) => each.end()));
  const logger = pino(
    {
      level,
      base: { app },
      timestamp: () => `,"time":"${isoNow()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    output,
  );
  infoWriters.set(logger, (message, fields) => {
    if (!logger.isLevelEnabled('info')) return;
    output.write(`{"level":"info","time":"${isoNow()}","app":"${app}",${fields},"msg":"${message}"}\n`);
  });
  return logger;
}

/**
 * Writes to the same place, in the same form, what is rendered by hand: for the one line that every request has. A logger of another make
 * is given the same fields as an object.
 */
export function infoWriterOf(logger: Logger): InfoWriter {
  return infoWriters.get(logger) ?? ((message, fields) => logger.info(JSON.parse(`{${fields}}`) as object, message));
}

let secondMs = NaN;
let secondText = '';

/** This moment in RFC 3339, to the millisecond. The seconds are rendered once each. */
function isoNow(): string {
  const nowMs = Date.now();
  const ms = nowMs % 1000;
  if (nowMs - ms !== secondMs) {
    secondMs = nowMs - ms;
    secondText = new Date(secondMs).toISOString().slice(0, -4);
  }
  return `${secondText}${ms < 10 ? '00' : ms < 100 ? '0' : ''}${ms}Z`;
}
