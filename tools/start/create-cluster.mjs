// @ts-check
import { execFile } from 'node:child_process';
import { chownSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PlainFailure } from '../bootstrap/plain-failure.mjs';
import { findServerUser, invocationOf } from './postgres-programs.mjs';

/** The role that owns everything in the embedded Postgres. */
export const SUPERUSER = 'postgres';
const LOCALE = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];

/**
 * Creates a Postgres cluster that lets nobody in without the password. A creation that was broken off leaves nothing that looks like one.
 *
 * @param {{ folder: string, programs: string, password: string }} wanted
 */
export async function createCluster({ folder, programs, password }) {
  console.log(`Creating the database in ${folder}.`);
  const unfinished = `${folder}.new`;
  const passwordFile = `${folder}.password`;
  rmSync(unfinished, { recursive: true, force: true });
  rmSync(passwordFile, { force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  const user = findServerUser(unfinished);
  if (user) for (const path of [unfinished, passwordFile]) chownSync(path, user.uid, user.gid);
  const access = [`--username=${SUPERUSER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const args = [`--pgdata=${unfinished}`, ...access, ...LOCALE];
  const run = invocationOf({ program: join(programs, 'initdb'), args, user, dataFolder: unfinished });
  try {
    await promisify(execFile)(run.command, run.args, run.options);
  } catch (error) {
    throw new PlainFailure(`The database could not be created: ${reasonIn(String(Object(error).stderr || error))}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(unfinished, folder);
}

/** The line of a Postgres program's output that says why it failed. @param {string} output */
export function reasonIn(output) {
  const lines = output.trim().split('\n');
  return lines.findLast((line) => /FATAL|error/i.test(line)) || lines.at(-1) || 'no reason given';
}
