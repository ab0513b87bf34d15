// @ts-check
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ROOT } from '../bootstrap/bootstrap.mjs';

/**
 * A gate: `commands` run one after the other, the first that fails fails the step.
 *
 * @typedef {{ name: string, title: string, commands: string[][] }} Step
 * @typedef {{ step: Step, seconds: number, output: string, isPassed: boolean }} Result
 */

const STEP_TIMEOUT_MS = 5 * 60_000;

/** Longest first, so that two lanes end at about the same time. @type {readonly Step[]} */
export const STEPS = [
  {
    name: 'lint',
    title: 'linter, with the floors of the house',
    commands: [['nx', 'run-many', '-t', 'lint', '--parallel=2']],
  },
  {
    name: 'types',
    title: 'type check of programs and tools',
    commands: [
      ['tsc', '-p', 'tsconfig.json'],
      ['tsc', '-p', 'tsconfig.tools.json'],
    ],
  },
  { name: 'format', title: 'formatting', commands: [['prettier', '--check', '--log-level=warn', '.']] },
  { name: 'migrations', title: 'migrations against entities', commands: [['node', 'tools/check/migrations.mjs']] },
  {
    name: 'imports',
    title: 'dependency-cruiser: circles, islands, who may open what',
    commands: [['depcruise', '--output-type=err-long', 'apps', 'libs', 'tools']],
  },
  { name: 'unused', title: 'knip: unused files, exports and dependencies', commands: [['knip']] },
];

/** Runs one step to its end and keeps what it wrote. @param {Step} step @returns {Promise<Result>} */
export async function runStep(step) {
  const started = performance.now();
  let output = '';
  let isPassed = true;
  for (const command of step.commands) {
    const ended = await run(command);
    output += ended.output;
    isPassed = ended.code === 0;
    if (!isPassed) break;
  }
  return { step, seconds: (performance.now() - started) / 1000, output: stripVTControlCharacters(output), isPassed };
}

/** @param {string[]} command @returns {Promise<{ code: number | null, output: string }>} */
function run([program = '', ...args]) {
  const path = `${join(ROOT, 'node_modules', '.bin')}${delimiter}${process.env['PATH'] ?? ''}`;
  // No daemon: it would outlive the check, and answer with a graph of its own age.
  const env = {
    ...process.env,
    PATH: path,
    NX_DAEMON: 'false',
    NX_NO_CLOUD: 'true',
    NO_COLOR: '1',
    NODE_NO_WARNINGS: '1',
  };
  const child = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: STEP_TIMEOUT_MS });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 1, output: `${program}: ${error.message}\n` }));
    child.on('close', (code, signal) =>
      resolve({ code, output: signal ? `${output}\nstopped by ${signal}\n` : output }),
    );
  });
}
