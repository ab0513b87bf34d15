// @ts-check
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../bootstrap/bootstrap.mjs';
import { APPLICATION_NODE_ARGS } from '../bootstrap/node-args.mjs';
import { PlainFailure } from '../bootstrap/plain-failure.mjs';

const KEEPER = join(dirname(fileURLToPath(import.meta.url)), 'keeper.sh');
const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 25;
const PROBE_TIMEOUT_MS = 2_000;
/** Longer than the applications' own limits for draining and closing, 60 s and 10 s. */
const STOP_TIMEOUT_MS = 75_000;
/** Each before what it needs to drain. */
const STOP_ORDER = ['gateway', 'admin', 'demo upstream'];

/** The process said why it does not start, in words of its own: nothing is to be added. */
export class AlreadyExplained extends Error {}

/** The processes of one run, in the order of their start; each ends with us, whatever happens to us. */
export class Processes {
  constructor() {
    /** @type {{ name: string, child: import('node:child_process').ChildProcess, isReady: boolean }[]} */
    this.running = [];
    this.isStopping = false;
    // Own sessions throughout: Ctrl-C reaches us alone, and we decide the order in which things stop.
    this.keeper = spawn('/bin/sh', [KEEPER, String(STOP_TIMEOUT_MS / 1000)], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.keeper.on('error', () => {});
    this.keeper.stdin.on('error', () => {});
    /** @type {(error: Error) => void} */
    this.reportDeath = () => {};
    /** @type {Promise<never>} Rejects when a process ends although nobody asked it to. */
    this.death = new Promise((_resolve, reject) => {
      this.reportDeath = reject;
    });
    this.death.catch(() => {});
  }

  /** Puts the embedded Postgres under the same watch. @param {import('./embedded-postgres.mjs').EmbeddedPostgres} postgres */
  watchPostgres(postgres) {
    this.keeper.stdin.write(`postgres ${postgres.pid}\n`);
    void postgres.ended.then((how) => {
      if (!this.isStopping)
        this.reportDeath(new PlainFailure(`Postgres ended unexpectedly (${how}); see ${postgres.logFile}.`));
    });
  }

  /**
   * Starts a program of `dist/`. With `readsOutput` its standard output is ours to read, otherwise it goes where ours goes.
   *
   * @param {{ name: string, program: string, args?: string[], env: NodeJS.ProcessEnv, readsOutput?: boolean }} wanted
   */
  start({ name, program, args = [], env, readsOutput = false }) {
    if (this.isStopping) throw new AlreadyExplained();
    const child = spawn(process.execPath, [...APPLICATION_NODE_ARGS, join(ROOT, 'dist', program), ...args], {
      detached: true,
      env,
      stdio: ['ignore', readsOutput ? 'pipe' : 'inherit', 'inherit'],
    });
    const entry = { name, child, isReady: false };
    this.running.push(entry);
    if (child.pid !== undefined) this.keeper.stdin.write(`app ${child.pid}\n`);
    child.on('error', (error) =>
      this.reportDeath(new PlainFailure(`The ${name} could not be started: ${error.message}.`)),
    );
    child.on('exit', (code, signal) => this.onExit(entry, signal ?? `exit code ${code}`));
    return entry;
  }

  /** Resolves when the URL answers 200; rejects when any process ended meanwhile. @param {Processes['running'][number]} entry @param {string} url */
  async waitUntilReady(entry, url) {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (!(await Promise.race([answersOk(url), this.death]))) {
      if (Date.now() > deadline)
        throw new PlainFailure(`The ${entry.name} was not ready after ${READY_TIMEOUT_MS / 1000} s.`);
      await sleep(READY_POLL_MS);
    }
    entry.isReady = true;
  }

  /** Resolves to the first line the process prints. @param {Processes['running'][number]} entry @returns {Promise<string>} */
  async readFirstLine(entry) {
    const output = entry.child.stdout;
    if (!output) throw new Error(`the output of the ${entry.name} is not read`);
    const line = new Promise((resolve) => createInterface({ input: output }).once('line', resolve));
    const first = await Promise.race([line, this.death]);
    output.resume();
    entry.isReady = true;
    return first;
  }

  /** Stops the applications one after the other. */
  async stopAll() {
    this.isStopping = true;
    const order = this.running.toSorted((a, b) => STOP_ORDER.indexOf(a.name) - STOP_ORDER.indexOf(b.name));
    for (const { child } of order) await stop(child);
  }

  /** Kills everything that still runs, at once. */
  killAll() {
    this.isStopping = true;
    for (const { child } of this.running) child.kill('SIGKILL');
  }

  /** Ends the watch; to be called when nothing is left to watch. */
  async dismissKeeper() {
    if (this.keeper.exitCode !== null || this.keeper.pid === undefined) return;
    const ended = new Promise((resolve) => this.keeper.once('exit', resolve));
    this.keeper.stdin.end('done\n');
    await ended;
  }

  /** @param {Processes['running'][number]} entry @param {string} how */
  onExit(entry, how) {
    if (this.isStopping) return;
    const hasExplained = !entry.isReady && how === 'exit code 1';
    this.reportDeath(
      hasExplained ? new AlreadyExplained() : new PlainFailure(`The ${entry.name} ended unexpectedly (${how}).`),
    );
  }
}

/** @param {import('node:child_process').ChildProcess} child */
async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(timer);
}

/** @param {string} url */
async function answersOk(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}
