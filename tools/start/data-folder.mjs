// @ts-check
import { accessSync, constants, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlainFailure } from '../bootstrap/plain-failure.mjs';
import { commandOf } from './alive.mjs';

const LOCK = 'start.lock';

/** The folder with everything a run keeps: one run at a time, secrets readable by their owner only. */
export class DataFolder {
  /** @param {string} path */
  constructor(path) {
    this.path = path;
  }

  /** Creates the folder if need be and takes it for this process. Throws one sentence where that is impossible. */
  open() {
    try {
      mkdirSync(this.path, { recursive: true, mode: 0o755 });
      accessSync(this.path, constants.R_OK | constants.W_OK | constants.X_OK);
      this.takeLock();
    } catch (error) {
      if (error instanceof PlainFailure) throw error;
      const { code } = /** @type {NodeJS.ErrnoException} */ (error);
      throw new PlainFailure(
        `The folder ${this.path} cannot be written (${code}): make it writable, or choose another with --data.`,
      );
    }
  }

  /** Gives the folder back. */
  close() {
    rmSync(join(this.path, LOCK), { force: true });
  }

  /**
   * The fields of a JSON file; an empty object where it does not exist.
   *
   * @param {string} name
   * @returns {Record<string, any>}
   */
  read(name) {
    const file = join(this.path, name);
    try {
      return JSON.parse(readFileSync(file, 'utf8'));
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return {};
      throw new PlainFailure(
        `${file} cannot be read (${error instanceof Error ? error.message : error}): repair or remove it.`,
      );
    }
  }

  /** Replaces a JSON file as a whole, mode 0600. @param {string} name @param {object} fields */
  write(name, fields) {
    const file = join(this.path, name);
    const next = `${file}.next`;
    rmSync(next, { force: true });
    writeFileSync(next, `${JSON.stringify(fields, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(next, file);
  }

  takeLock() {
    const file = join(this.path, LOCK);
    for (;;) {
      try {
        writeFileSync(file, String(process.pid), { flag: 'wx' });
        return;
      } catch (error) {
        if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
      }
      const holder = Number(readFileSync(file, 'utf8'));
      if (holder && holder !== process.pid && commandOf(holder)?.includes('start.mjs')) {
        throw new PlainFailure(`TokenBay Gateway already runs on ${this.path} (process ${holder}): stop it first.`);
      }
      rmSync(file, { force: true });
    }
  }
}
