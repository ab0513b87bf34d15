// @ts-check
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from './measure.mjs';
import { profileArgs, readProfile, tabulate } from './profile.mjs';
import { measureOpenStreams } from './rounds.mjs';
import { chatBody, startBare, startGateway, startUnbooked } from './targets.mjs';

const PROFILE_SECONDS_MIN = 8;
const PROFILE_WARM_UP_MS = 5_000;
const PROFILED = { bare: startBare, governed: startGateway, unbooked: startUnbooked };

/** @typedef {{ house: import('./house.mjs').House, programs: import('./programs.mjs').Programs, options: import('./options.mjs').Options }} Run */

/** Holds many streams open in processes that have done nothing else. @param {Run} run */
export async function runOpenStreams({ house, programs, options }) {
  const open = /** @type {Record<'bare' | 'governed', Awaited<ReturnType<typeof measureOpenStreams>>>} */ ({});
  for (const name of /** @type {const} */ (['bare', 'governed'])) {
    const target = await PROFILED[name](programs, house);
    console.log(`  ${options.openStreams} open streams ${name}`);
    open[name] = await measureOpenStreams(house, target, options.openStreams);
    await target.program?.stop();
  }
  return open;
}

/** Loads fully, one after the other, processes that write a profile when they end. @param {Run} run */
export async function runProfiles({ house, programs, options }) {
  const tables = /** @type {Record<keyof typeof PROFILED, import('./profile.mjs').ProfileTable>} */ ({});
  const measurements = /** @type {Record<keyof typeof PROFILED, [import('./measure.mjs').Measurement]>} */ ({});
  const durationMs = Math.max(options.seconds, PROFILE_SECONDS_MIN) * 1000;
  const { connections } = options;
  for (const name of /** @type {(keyof typeof PROFILED)[]} */ (Object.keys(PROFILED))) {
    const folder = join(programs.folder, `profile-${name}`);
    const target = await PROFILED[name](programs, house, profileArgs(folder));
    console.log(`  profile ${name}`);
    const body = chatBody(target.models.chat, false);
    const measurement = await measure(house, target, { warmUpMs: PROFILE_WARM_UP_MS, durationMs, connections, body });
    await target.program?.stop();
    tables[name] = tabulate(readProfile(folder), measurement);
    measurements[name] = [measurement];
    if (options.keep) keepProfile(folder, options.keep, name);
  }
  return { tables, measurements };
}

/** @param {string} from @param {string} to @param {string} name */
function keepProfile(from, to, name) {
  mkdirSync(to, { recursive: true });
  const [file = ''] = readdirSync(from);
  cpSync(join(from, file), join(to, `${name}.cpuprofile`));
}
