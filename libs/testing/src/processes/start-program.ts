import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { guard } from './guard.js';
import { WORKSPACE } from './workspace.js';

/** `env` is the whole environment but for PATH and HOME: nothing leaks in from the machine. */
export interface ProgramOptions {
  file: string;
  args?: string[];
  nodeArgs?: string[];
  env?: Record<string, string>;
}

const OUTPUT_MAX = 4_194_304;
const STOP_TIMEOUT_MS = 10_000;
const POLL_MS = 15;

/** A compiled program running in its own process, which ends with the test at the latest and never keeps the test from ending. */
export class Program {
  private text = '';
  private readonly unguard: () => void;
  private readonly exited: Promise<void>;

  constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {
    this.exited = new Promise((done) => {
      child.once('exit', () => done());
      child.once('error', () => done());
    });
    child.unref();
    for (const stream of [child.stdout, child.stderr] as (Socket | null)[]) {
      stream?.unref();
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.text = (this.text + text).slice(-OUTPUT_MAX);
      });
    }
    this.unguard = child.pid === undefined ? () => undefined : guard(child.pid);
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`${this.name} never started`);
    return this.child.pid;
  }

  get isRunning(): boolean {
    return this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  get exitCode(): number | null {
    return this.child.exitCode;
  }

  /** Everything it wrote to standard output and error, the last 4 MiB. */
  get output(): string {
    return this.text;
  }

  /** Any signal by the process's own id, such as SIGSTOP. */
  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Asks again and again until `isReady`; throws with the output when the program ends or the time is over. */
  async waitUntil(isReady: () => boolean | Promise<boolean>, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!(await isReady())) {
      if (!this.isRunning) throw new Error(`${this.name} ended with code ${this.child.exitCode}:\n${this.text}`);
      if (Date.now() > deadline) throw new Error(`${this.name} was not ready after ${timeoutMs} ms:\n${this.text}`);
      await sleep(POLL_MS);
    }
  }

  /** SIGTERM, and SIGKILL if it takes longer than ten seconds. Resolves to whether it ended by itself. */
  async stop(): Promise<boolean> {
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), STOP_TIMEOUT_MS);
    await this.end();
    clearTimeout(timer);
    return this.child.signalCode !== 'SIGKILL';
  }

  /** Resolves to the exit code once it has ended by itself; it is killed, and the answer is null, where it takes longer. */
  async waitForEnd(timeoutMs: number): Promise<number | null> {
    const timer = setTimeout(() => this.signal('SIGKILL'), timeoutMs);
    await this.end();
    clearTimeout(timer);
    return this.child.exitCode;
  }

  /** SIGKILL: no drain, no goodbye. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.end();
  }

  private async end(): Promise<void> {
    this.child.ref();
    if (this.isRunning) await this.exited;
    this.unguard();
  }
}

/** Starts a program with Node; see Program.waitUntil for when it is ready. */
export function startProgram(name: string, { file, args = [], nodeArgs = [], env = {} }: ProgramOptions): Program {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [...nodeArgs, file, ...args], {
    cwd: WORKSPACE,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Program(name, child);
}
