import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { access, chown, constants, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onFreePorts } from '../processes/free-port.js';
import { guard, type Unguard } from '../processes/guard.js';
import { locateBinaries, type PostgresBinaries } from './locate-binaries.js';

/** `durable` keeps fsync and synchronous commit on, as in production; tests that pull the plug need it, all others are faster without. */
export interface PostgresOptions {
  durable?: boolean;
  settings?: Record<string, string>;
}

const PASSWORD = 'tests-only';
const MEMORY_FOLDER = '/dev/shm';
const MEMORY_FREE_MIN_BYTES = 2 * 1_073_741_824;
const START_TIMEOUT_MS = 30_000;
const FAST_SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '400',
  shared_buffers: '128MB',
  max_wal_size: '2GB',
  jit: 'off',
  timezone: 'UTC',
};

/** A Postgres of one's own on a free loopback port, with its data in a temporary folder that goes when it stops. */
export class TestPostgres {
  private child: ChildProcess | undefined;
  private unguard: Unguard = () => undefined;
  private output = '';

  constructor(
    private readonly folder: string,
    readonly port: number,
    private readonly binaries: PostgresBinaries,
    private readonly settings: Record<string, string>,
  ) {}

  /** The process id of the postmaster, for signals such as SIGSTOP. */
  get pid(): number {
    if (this.child?.pid === undefined) throw new Error('Postgres is not running');
    return this.child.pid;
  }

  /** What Postgres has written to its log since it was first started, the last 64 KiB. */
  get log(): string {
    return this.output;
  }

  /** The connection URL of one of its databases. */
  url(database = 'postgres'): string {
    return `postgres://postgres:${PASSWORD}@127.0.0.1:${this.port}/${database}`;
  }

  /** Starts the server on the same folder and port; resolves when it accepts connections, after recovery if it was killed. */
  async start(): Promise<void> {
    const flags = Object.entries(this.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(this.binaries.postgres, ['-D', this.folder, '-p', String(this.port), ...flags], {
      ...this.binaries.user,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.child = child;
    await this.waitUntilReady(child);
    this.unguard = guard(this.pid, this.folder);
  }

  /** Ends the server: `fast` closes connections and checkpoints, `immediate` drops everything, as a power cut would but for the disk. */
  async halt(mode: 'fast' | 'immediate'): Promise<void> {
    const child = this.child;
    this.child = undefined;
    this.unguard();
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGCONT');
    child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await ended;
  }

  /** Ends the server and removes its data. */
  async stop(): Promise<void> {
    await this.halt('immediate');
    await rm(this.folder, { recursive: true, force: true });
    this.binaries.dispose();
  }

  private waitUntilReady(child: ChildProcess): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (reason: string) => {
        child.kill('SIGQUIT');
        reject(new Error(`Postgres did not start: ${reason}\n${this.output}`));
      };
      const timer = setTimeout(() => fail(`not ready after ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
      let seen = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        this.output = (this.output + text).slice(-65_536);
        seen = (seen + text).slice(-4_096);
        if (seen.includes('ready to accept connections')) resolve(clearTimeout(timer));
      });
      child.once('error', (error) => fail(error.message));
      child.once('exit', (code) => {
        clearTimeout(timer);
        fail(`exit code ${code}`);
      });
    });
  }
}

/** Creates an empty cluster and starts it; takes about a second. */
export async function startPostgres(options: PostgresOptions = {}): Promise<TestPostgres> {
  const binaries = locateBinaries();
  const folder = await mkdtemp(join(options.durable ? tmpdir() : await findFastFolder(), 'tokenbay-postgres-'));
  const settings = { ...SETTINGS, ...(options.durable ? {} : FAST_SETTINGS), ...options.settings };
  try {
    await initialise(folder, binaries);
    return await onFreePorts(1, async ([port = 0]) => {
      const postgres = new TestPostgres(folder, port, binaries, settings);
      await postgres.start();
      return postgres;
    });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    binaries.dispose();
    throw error;
  }
}

/** Copying a template means writing 300 files: 10 ms in memory, up to half a second on a disk. */
async function findFastFolder(): Promise<string> {
  try {
    await access(MEMORY_FOLDER, constants.W_OK);
    const { bavail, bsize } = await statfs(MEMORY_FOLDER);
    return bavail * bsize >= MEMORY_FREE_MIN_BYTES ? MEMORY_FOLDER : tmpdir();
  } catch {
    return tmpdir();
  }
}

async function initialise(folder: string, { initdb, user }: PostgresBinaries): Promise<void> {
  if (user) await chown(folder, user.uid, user.gid);
  const passwordFile = `${folder}.password`;
  await writeFile(passwordFile, PASSWORD);
  if (user) await chown(passwordFile, user.uid, user.gid);
  const flags = ['--username=postgres', '--auth=password', '--encoding=UTF8', '--locale=C', '--no-sync'];
  try {
    await promisify(execFile)(initdb, [`--pgdata=${folder}`, `--pwfile=${passwordFile}`, ...flags], { ...user });
  } finally {
    await rm(passwordFile, { force: true });
  }
}
