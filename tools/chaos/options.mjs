// @ts-check
import { parseArgs } from 'node:util';
import { PlainFailure } from '../bootstrap/plain-failure.mjs';

/** @typedef {{ seed: number, faults: number, seconds: number | undefined, gateways: number, isShort: boolean }} Options */

const HELP = `npm run chaos -- [options]
  --seed N       which faults, when, and what clients ask (chosen and printed unless given)
  --faults N     faults altogether; every kind comes at least once (24)
  --seconds N    begins no fault after so many seconds, instead of counting them
  --gateways N   gateway processes, 2 to 9 (3)
  --short        six faults in under 45 seconds, as npm test runs it`;

/** Reads the command line. @param {string[]} args @returns {Options} */
export function readOptions(args) {
  const { values } = parse(args);
  if (values.help) {
    console.log(HELP);
    process.exit(0);
  }
  return {
    seed: readCount(values.seed, { max: 2 ** 32 - 1 }) ?? Math.floor(Math.random() * 1_000_000),
    faults: readCount(values.faults, { min: 1, max: 10_000 }) ?? 24,
    seconds: readCount(values.seconds, { min: 1, max: 86_400 }),
    gateways: readCount(values.gateways, { min: 2, max: 9 }) ?? (values.short ? 2 : 3),
    isShort: values.short ?? false,
  };
}

/** @param {string | undefined} text @param {{ min?: number, max: number }} range */
function readCount(text, { min = 0, max }) {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isInteger(value) || value < min || value > max)
    throw new PlainFailure(`"${text}" is no whole number from ${min} to ${max}.\n${HELP}`);
  return value;
}

/** @param {string[]} args */
function parse(args) {
  const text = /** @type {const} */ ({ type: 'string' });
  const flag = /** @type {const} */ ({ type: 'boolean' });
  try {
    return parseArgs({
      args,
      options: { seed: text, faults: text, seconds: text, gateways: text, short: flag, help: flag },
    });
  } catch (error) {
    throw new PlainFailure(`${error instanceof Error ? error.message : String(error)}\n${HELP}`);
  }
}
