import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { builtFile, untilHolds } from '@tokenbay/testing';

const LINES = 20_000;
/** Logs more than a pipe holds, says that it is free, and ends with its standard input. */
const PROGRAM = `
  const { createLogger } = await import('file://${builtFile('node_modules/@tokenbay/platform/index.js')}');
  const logger = createLogger('test', 'info');
  for (let index = 0; index < ${LINES}; index += 1) logger.info({ index }, 'a line');
  process.stderr.write('free ');
  process.stdin.resume().on('end', () => process.exit(0));
`;

/** The program with its log piped into a command, as a shell does it, and what both write. */
class Piped {
  out = '';
  errors = '';
  private readonly shell: ChildProcess;

  constructor(reader: string) {
    const script = `{ "$0" --input-type=module -e "$1"; echo "exits $?" >&2; } | ${reader}`;
    const stdio = ['pipe', 'pipe', 'pipe', 'pipe'] as const;
    this.shell = spawn('/bin/sh', ['-c', script, process.execPath, PROGRAM], { stdio: [...stdio], detached: true });
    this.shell.stdout?.setEncoding('utf8').on('data', (text: string) => (this.out += text));
    (this.shell.stderr as Readable).setEncoding('utf8').on('data', (text: string) => (this.errors += text));
  }

  /** Lets a reader begin that waits for a line on its descriptor 3. */
  letRead(): void {
    (this.shell.stdio[3] as Writable).end('\n');
  }

  /** Ends whatever still runs. */
  kill(): void {
    if (this.shell.exitCode === null && this.shell.pid !== undefined) process.kill(-this.shell.pid, 'SIGKILL');
  }

  /** Ends the program; resolves when both have ended. */
  async end(): Promise<void> {
    const closed = once(this.shell, 'close');
    this.shell.stdin?.end();
    await closed;
  }
}

describe('a process whose log is piped', () => {
  let piped: Piped;
  afterEach(() => piped.kill());

  it('goes on while nobody reads, and every line is there in order when somebody does', async () => {
    piped = new Piped('(read -r _ <&3; cat)');
    await untilHolds(() => expect(piped.errors).toBe('free '));
    expect(piped.out).toBe('');
    piped.letRead();
    await untilHolds(() => expect(piped.out.split('\n')).toHaveLength(LINES + 1));
    await piped.end();
    const lines = piped.out.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { index: number }).index)).toEqual([...Array(LINES).keys()]);
    expect(piped.errors).toBe('free exits 0\n');
  });

  it('goes on when its reader has left', async () => {
    piped = new Piped('head -n 1');
    await untilHolds(() => expect(piped.errors).toBe('free '));
    await untilHolds(() => expect(piped.out).not.toBe(''));
    await piped.end();
    expect(JSON.parse(piped.out)).toMatchObject({ index: 0 });
    expect(piped.errors).toBe('free exits 0\n');
  });
});
