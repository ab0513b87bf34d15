// @ts-check
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../bootstrap/bootstrap.mjs';
import { AFTER_MIGRATIONS_VARIABLE } from '../test/after-migrations.mjs';

/** What tests need of the workspace. */
const COPIED = ['apps', 'libs', 'tools', 'dist', 'jest.config.mjs', 'nx.json', 'package.json', '.swcrc'];
const NODE_FLAGS = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
/** A run that is not over by then proves nothing. */
const RUN_MS = 5 * 60_000;

/**
 * How one spec fared: the names of the tests that passed and failed, and why it could not run at all.
 *
 * @typedef {{ spec: string, passed: string[], failed: string[], brokenBy: string | undefined }} SpecResult
 */

/** A copy of the workspace in which sources may be spoilt; the workspace itself is never written to. */
export class Workshop {
  #folder = mkdtempSync(join(tmpdir(), 'tokenbay-guards-'));
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #running;

  constructor() {
    for (const name of COPIED)
      cpSync(join(ROOT, name), this.#path(name), { recursive: true, preserveTimestamps: true, filter: isNeeded });
    symlinkSync(join(ROOT, 'node_modules'), this.#path('node_modules'));
  }

  /**
   * Runs specs in the copy, with some sources replaced, and statements run on the migrated database that every test's is cloned from.
   *
   * @param {readonly string[]} specs
   * @param {{ sources?: ReadonlyMap<string, string>, statements?: readonly string[] }} [spoilt]
   * @returns {Promise<SpecResult[]>}
   */
  async run(specs, { sources = new Map(), statements = [] } = {}) {
    const sound = new Map([...sources.keys()].map((file) => [file, readFileSync(this.#path(file), 'utf8')]));
    const script = this.#path('after-migrations.sql');
    writeFileSync(script, statements.map((statement) => `${statement};\n`).join(''));
    try {
      for (const [file, text] of sources) writeFileSync(this.#path(file), text);
      const output = await this.#runJest(specs, { [AFTER_MIGRATIONS_VARIABLE]: script });
      return specs.map((spec) => toResult(spec, this.#readReport(), output));
    } finally {
      for (const [file, text] of sound) writeFileSync(this.#path(file), text);
      rmSync(this.#path('report.json'), { force: true });
    }
  }

  /** Ends what still runs and removes the copy. */
  close() {
    this.#running?.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** @param {string} name */
  #path(name) {
    return join(this.#folder, name);
  }

  /** @param {readonly string[]} specs @param {Record<string, string>} variables @returns {Promise<string>} what it wrote */
  #runJest(specs, variables) {
    const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
    const report = ['--json', `--outputFile=${this.#path('report.json')}`, '--reporters=default'];
    const child = spawn(process.execPath, [...NODE_FLAGS, jest, '--runTestsByPath', ...specs, ...report], {
      cwd: this.#folder,
      env: { ...process.env, ...variables },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: RUN_MS,
    });
    this.#running = child;
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', () => resolve(output));
    });
  }

  /** @returns {JestReport} */
  #readReport() {
    try {
      return JSON.parse(readFileSync(this.#path('report.json'), 'utf8'));
    } catch {
      return { testResults: [] };
    }
  }
}

/** @typedef {{ name: string, message: string, assertionResults: { status: string, fullName: string }[] }} JestResult */
/** @typedef {{ testResults: JestResult[] }} JestReport */

/** Neither a project's own cache nor a nested `node_modules`, but for the one that `dist/` resolves libraries by. @param {string} path */
function isNeeded(path) {
  return !/\/(\.nx|\.cache)$/.test(path);
}

/** @param {string} spec @param {JestReport} report @param {string} output @returns {SpecResult} */
function toResult(spec, { testResults }, output) {
  const result = testResults.find(({ name }) => name.endsWith(`/${spec}`));
  const named = (/** @type {string} */ status) =>
    (result?.assertionResults ?? []).filter((test) => test.status === status).map(({ fullName }) => fullName);
  const [passed, failed] = [named('passed'), named('failed')];
  const isRun = passed.length + failed.length > 0;
  return { spec, passed, failed, brokenBy: isRun ? undefined : (result?.message ?? output) };
}
