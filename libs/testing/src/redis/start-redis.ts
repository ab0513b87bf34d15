import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { guard } from '../processes/guard.js';
import { onFreePorts } from '../processes/free-port.js';

const READY_TIMEOUT_MS = 10_000;
const POLL_MS = 20;
const BINARY = 'redis-server';

/** True where this machine has a Redis; tests that need one say so where it has none, and test the rest. */
export function hasRedis(): boolean {
  return spawnSync(BINARY, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** A Redis of one's own, in memory, on loopback. */
export class TestRedis {
  private child: ChildProcess | undefined;
  private unguard = (): void => undefined;

  constructor(readonly port: number) {}

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it, empty; resolves when it answers. */
  async start(): Promise<void> {
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const child = spawn(BINARY, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    this.child = child;
    if (child.pid !== undefined) this.unguard = guard(child.pid);
    const untilMs = Date.now() + READY_TIMEOUT_MS;
    while (!(await this.answers())) {
      if (child.exitCode !== null || Date.now() > untilMs) throw new Error(`redis-server does not start:\n${output}`);
      await sleep(POLL_MS);
    }
  }

  /** Stops it in the middle of whatever it does, as a machine that hangs; `resume` lets it go on. */
  pause(): void {
    this.child?.kill('SIGSTOP');
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  /** Kills it at once; what it knew is gone. */
  async kill(): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await ended;
    this.unguard();
  }

  private answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = createConnection(this.port, '127.0.0.1', () => socket.write('PING\r\n'));
      socket.once('data', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
  }
}

/** Starts a Redis on a free port. */
export function startRedis(): Promise<TestRedis> {
  return onFreePorts(1, async ([port]) => {
    const redis = new TestRedis(port ?? 0);
    await redis.start();
    return redis;
  });
}
