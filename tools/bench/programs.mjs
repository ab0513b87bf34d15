// @ts-check
import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlainFailure } from '../bootstrap/plain-failure.mjs';

const READY_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 20_000;
const POLL_MS = 20;

/**
 * A process of the run. Its output goes to a file, as it would in production: reading it here would take CPU from what is measured.
 *
 * @typedef {{ name: string, pid: number, output: () => string, stop: () => Promise<void> }} Program
 */

/** The processes of a run and their folder. They end with this process, whatever ends it: each watches the channel to its parent. */
export class Programs {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'tokenbay-bench-'));
    /** @type {Program[]} */
    this.running = [];
    this.count = 0;
  }

  /**
   * @param {{ name: string, file: string, args?: string[], nodeArgs?: string[], env?: Record<string, string> }} wanted
   * @returns {Program}
   */
  start({ name, file, args = [], nodeArgs = [], env = {} }) {
    const log = join(this.folder, `${name}-${(this.count += 1)}.log`);
    const out = openSync(log, 'a');
    const child = spawn(process.execPath, [...nodeArgs, file, ...args], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
      stdio: ['ignore', out, out, 'ipc'],
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const program = {
      name,
      pid: child.pid ?? 0,
      output: () => readFileSync(log, 'utf8'),
      stop: async () => {
        this.running = this.running.filter((other) => other !== program);
        if (child.exitCode !== null || child.signalCode !== null) return;
        const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
        child.kill('SIGTERM');
        await ended;
        clearTimeout(timer);
      },
    };
    child.once('exit', (code) => {
      if (this.running.includes(program))
        console.error(`${name} ended unexpectedly with ${code}:\n${program.output().slice(-4_000)}`);
    });
    this.running.push(program);
    return program;
  }

  /** Stops what still runs and removes the folder. */
  async stopAll() {
    await Promise.all(this.running.map((program) => program.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Resolves with what `probe` answers once that is not undefined. @template T @param {Program} program @param {() => T | undefined | Promise<T | undefined>} probe @returns {Promise<T>} */
export async function waitFor(program, probe) {
  const untilMs = performance.now() + READY_TIMEOUT_MS;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined) return answer;
    if (performance.now() > untilMs)
      throw new PlainFailure(`The ${program.name} was not ready in time:\n${program.output().slice(-4_000)}`);
    await sleep(POLL_MS);
  }
}

/** The port that a program of ours prints as `{"port":N}` when it listens. @param {Program} program @returns {Promise<number>} */
export function waitForPort(program) {
  return waitFor(program, () => {
    const found = /^\{"port":(\d+)\}$/m.exec(program.output());
    return found ? Number(found[1]) : undefined;
  });
}

/** Resolves when the URL answers 200. @param {Program} program @param {string} url */
export async function waitForHealth(program, url) {
  await waitFor(program, () =>
    fetch(url).then(
      (response) => (response.ok ? true : undefined),
      () => undefined,
    ),
  );
}
