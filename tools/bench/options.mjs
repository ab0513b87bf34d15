// @ts-check
import { parseArgs } from 'node:util';
import { PlainFailure } from '../bootstrap/plain-failure.mjs';

/**
 * @typedef {{ rounds: number, seconds: number, connections: number, accounts: number, openStreams: number, upstreamPort: number,
 *   isInMemory: boolean, json: string | undefined, keep: string | undefined,
 *   other: { url: string, headers: Record<string, string>, model: string } | undefined }} Options
 */

const HELP = `npm run bench -- [options]
  --rounds N               interleaved rounds of every measurement (5)
  --seconds N              measured seconds of each (5)
  --connections N          client connections under full load (32)
  --accounts N             accounts, one key each, that share the connections (16)
  --open-streams N         streams held open for the memory measurement (1000)
  --target URL             another gateway, put into the same rounds; its path defaults to /v1/chat/completions
  --header 'name: value'   sent to that gateway; may be repeated
  --model NAME             model asked of that gateway (fake@usage:120:30)
  --upstream-port N        port of the fake upstream on 127.0.0.1, so that the other gateway can be pointed at it
  --postgres-in-memory     every durability setting stays on, but the data lies in memory: takes the disk out of the figures
  --json FILE              writes every figure of every round
  --keep-profiles FOLDER   keeps the .cpuprofile files
  --quick                  2 rounds of 2 seconds, to see that it runs`;

/** Reads the command line. @param {string[]} args @returns {Options} */
export function readOptions(args) {
  const { values } = parse(args);
  if (values.help) {
    console.log(HELP);
    process.exit(0);
  }
  const count = (/** @type {string | undefined} */ text, /** @type {number} */ fallback) => {
    const value = text === undefined ? fallback : Number(text);
    if (!Number.isInteger(value) || value < 1) throw new PlainFailure(`"${text}" is no whole number above 0.\n${HELP}`);
    return value;
  };
  return {
    rounds: count(values.rounds, values.quick ? 2 : 5),
    seconds: count(values.seconds, values.quick ? 2 : 5),
    connections: count(values.connections, 32),
    accounts: count(values.accounts, 16),
    openStreams: count(values['open-streams'], 1000),
    upstreamPort: values['upstream-port'] === undefined ? 0 : count(values['upstream-port'], 1),
    isInMemory: values['postgres-in-memory'] ?? false,
    json: values.json,
    keep: values['keep-profiles'],
    other: values.target === undefined ? undefined : readOther(values.target, values),
  };
}

/** @param {string} target @param {{ header?: string[] | undefined, model?: string | undefined }} values @returns {Options['other']} */
function readOther(target, { header = [], model = 'fake@usage:120:30' }) {
  if (!/^http:\/\//.test(target)) throw new PlainFailure('--target must be an http:// URL.');
  const pairs = header.map((line) => {
    const colon = line.indexOf(':');
    if (colon < 1) throw new PlainFailure(`--header must look like 'name: value', not "${line}".`);
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
  return { url: target, headers: Object.fromEntries(pairs), model };
}

/** @param {string[]} args */
function parse(args) {
  const text = /** @type {const} */ ({ type: 'string' });
  const flag = /** @type {const} */ ({ type: 'boolean' });
  try {
    return parseArgs({
      args,
      options: {
        ...{ rounds: text, seconds: text, connections: text, accounts: text, 'open-streams': text },
        ...{ target: text, model: text, json: text, 'upstream-port': text, 'keep-profiles': text },
        ...{ header: { type: 'string', multiple: true }, quick: flag, 'postgres-in-memory': flag, help: flag },
      },
    });
  } catch (error) {
    throw new PlainFailure(`${error instanceof Error ? error.message : String(error)}\n${HELP}`);
  }
}
