import { constants, fstatSync, openSync, writeSync } from 'node:fs';

/** Where bytes go. */
export interface Output {
  /** So many bytes are written as a whole or not at all. */
  readonly wholeBytesMax: number;
  /** Answers how many bytes were written; throws EAGAIN where there is no room for any now. */
  write(bytes: Buffer): number;
}

const STANDARD_OUTPUT = 1;
/** PIPE_BUF of Linux, the one system on which a pipe can be opened anew. */
const PIPE_BYTES_MAX = 4_096;

/**
 * Standard output. A pipe never makes its writer wait: it is opened anew, since whether a write waits is otherwise decided for every process
 * that shares it. Anything else, and a pipe that cannot be opened, is written to as it is.
 */
export function openOutput(): Output {
  const pipe = openPipe();
  const fd = pipe ?? STANDARD_OUTPUT;
  return { wholeBytesMax: pipe === undefined ? Infinity : PIPE_BYTES_MAX, write: (bytes) => writeSync(fd, bytes) };
}

function openPipe(): number | undefined {
  try {
    if (!fstatSync(STANDARD_OUTPUT).isFIFO()) return undefined;
    return openSync(`/proc/self/fd/${STANDARD_OUTPUT}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}
