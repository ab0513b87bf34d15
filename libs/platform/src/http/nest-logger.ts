import type { LoggerService } from '@nestjs/common';
import { describeError } from '../logging/describe-error.js';
import type { Logger } from '../logging/logger.js';

/** Where Nest reports a start that fails, which it then throws as well: whoever started it explains it. */
const START_CONTEXTS = new Set<unknown>(['NestApplication', 'ExceptionHandler']);

/** Nest's own lines in the process's log; its account of what it wired together is for `debug`. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.logger.debug({ context: rest.at(-1) }, textOf(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    if (START_CONTEXTS.has(rest.at(-1))) return this.debug(message, ...rest);
    const cause = message instanceof Error ? describeError(message) : undefined;
    this.logger.error({ context: rest.at(-1), cause }, textOf(message));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.logger.warn({ context: rest.at(-1) }, textOf(message));
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.logger.fatal({ context: rest.at(-1) }, textOf(message));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.logger.debug({ context: rest.at(-1) }, textOf(message));
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.logger.trace({ context: rest.at(-1) }, textOf(message));
  }
}

function textOf(message: unknown): string {
  return message instanceof Error ? message.message : String(message);
}
