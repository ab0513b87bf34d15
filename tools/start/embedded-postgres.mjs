// @ts-check
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlainFailure } from '../bootstrap/plain-failure.mjs';
import { commandOf, signalTo, waitUntilGone } from './alive.mjs';
import { createCluster, reasonIn, SUPERUSER } from './create-cluster.mjs';
import { findProgramsFolder, findServerUser, invocationOf } from './postgres-programs.mjs';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;
const POLL_MS = 10;
const DATABASE = 'tokenbay';
const WRONG_PASSWORD = '28P01';
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** The Postgres of `npm start`: real server, data in `<data folder>/postgres`, log beside it, reachable from this machine by password only. */
export class EmbeddedPostgres {
  /** @param {{ dataFolder: string, password: string }} options */
  constructor({ dataFolder, password }) {
    this.folder = join(dataFolder, 'postgres');
    this.logFile = join(dataFolder, 'postgres.log');
    this.password = password;
    this.programs = findProgramsFolder();
    /** @type {number | undefined} Process id of the server while it runs. */
    this.pid = undefined;
    /** @type {Promise<string>} Resolves to how the server ended. */
    this.ended = new Promise(() => {});
  }

  /** Creates the cluster if it does not exist. */
  async createIfMissing() {
    if (!existsSync(this.folder))
      await createCluster({ folder: this.folder, programs: this.programs, password: this.password });
  }

  /** Stops a server that an earlier, killed run left behind on this data, so that one owner starts it anew. */
  async stopLeftover() {
    const pid = Number(this.readPidFile()[0]);
    if (!pid || !commandOf(pid)?.includes('postgres')) return;
    console.log('Stopping the Postgres that an earlier run left behind.');
    await stopServer(pid);
  }

  /**
   * Starts the server under the watch of `processes`; resolves to the URL of our database when it takes connections.
   *
   * @param {number} port
   * @param {import('./processes.mjs').Processes} processes
   */
  async start(port, processes) {
    const flags = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const args = ['-D', this.folder, '-p', String(port), ...flags];
    const program = join(this.programs, 'postgres');
    const run = invocationOf({ program, args, user: findServerUser(this.folder), dataFolder: this.folder });
    const log = openSync(this.logFile, 'w', 0o600);
    const child = spawn(run.command, run.args, { ...run.options, detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    this.ended = new Promise((resolve) => {
      child.on('error', (error) => resolve(error.message));
      child.on('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    this.pid = child.pid;
    processes.watchPostgres(this);
    await this.waitUntilReady(child);
    return this.openDatabase(port);
  }

  /** Closes connections, writes everything down, ends the server. */
  async stop() {
    if (this.pid !== undefined) await stopServer(this.pid);
    this.pid = undefined;
  }

  /** Ends the server as a power cut would; it recovers at the next start. */
  kill() {
    if (this.pid !== undefined) signalTo(this.pid, 'SIGQUIT');
  }

  /** @param {import('node:child_process').ChildProcess} child */
  async waitUntilReady(child) {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      const [pid, , , , , , , status] = this.readPidFile();
      if (Number(pid) === child.pid && status?.trim() === 'ready') return;
      const isDead = child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
      if (isDead || Date.now() > deadline) {
        throw new PlainFailure(
          `Postgres did not start: ${reasonIn(readText(this.logFile))} (its log is ${this.logFile})`,
        );
      }
      await sleep(POLL_MS);
    }
  }

  /** @param {number} port */
  async openDatabase(port) {
    const { default: pg } = await import('pg');
    const url = (/** @type {string} */ name) => `postgres://${SUPERUSER}:${this.password}@127.0.0.1:${port}/${name}`;
    const client = new pg.Client({ connectionString: url('postgres') });
    try {
      await client.connect();
      const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
      if (!rowCount) await client.query(`CREATE DATABASE ${DATABASE}`);
    } catch (error) {
      if (/** @type {{ code?: string }} */ (error).code !== WRONG_PASSWORD) throw error;
      throw new PlainFailure(
        `The database in ${this.folder} was not made with the POSTGRES_PASSWORD in secrets.json: the two belong together, bring its own back.`,
      );
    } finally {
      await client.end();
    }
    return url(DATABASE);
  }

  readPidFile() {
    return readText(join(this.folder, 'postmaster.pid')).split('\n');
  }
}

/** Asks for a fast shutdown; a server that does not obey in time is told to drop everything (it recovers at the next start). @param {number} pid */
async function stopServer(pid) {
  signalTo(pid, 'SIGINT');
  if (await waitUntilGone(pid, STOP_TIMEOUT_MS)) return;
  signalTo(pid, 'SIGQUIT');
  await waitUntilGone(pid, STOP_TIMEOUT_MS);
}

/** @param {string} file */
function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
