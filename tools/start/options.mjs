// @ts-check
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../bootstrap/bootstrap.mjs';
import { PlainFailure } from '../bootstrap/plain-failure.mjs';

export const USAGE = `npm start [-- --no-demo] [-- --data <folder>]

  --no-demo         seed nothing; without it an empty database gets an account, a key and a model that work at once
  --data <folder>   where database and secrets are kept (default: .data)`;

/**
 * The command line of `npm start`; throws one sentence where it is not understood.
 *
 * @param {string[]} args
 * @returns {{ wantsDemo: boolean, wantsHelp: boolean, dataPath: string }}
 */
export function parseOptions(args) {
  try {
    const { values } = parseArgs({
      args,
      options: { 'no-demo': { type: 'boolean' }, data: { type: 'string' }, help: { type: 'boolean' } },
    });
    return {
      wantsDemo: !values['no-demo'],
      wantsHelp: Boolean(values.help),
      dataPath: values.data === undefined ? join(ROOT, '.data') : resolve(values.data),
    };
  } catch (error) {
    throw new PlainFailure(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}
