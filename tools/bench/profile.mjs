// @ts-check
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { categorise, COLLECTOR, DATABASE, IDLE, OUTSIDE, placeOf } from './categories.mjs';

/**
 * A V8 profile, as far as we read it. Times are microseconds of the monotonic clock.
 *
 * @typedef {{ id: number, callFrame: import('./categories.mjs').CallFrame, children?: number[] }} ProfileNode
 * @typedef {{ nodes: ProfileNode[], startTime: number, samples: number[], timeDeltas: number[] }} CpuProfile
 *
 * @typedef {{ category: string, us: number, share: number }} Line microseconds of CPU per request
 * @typedef {{ totalUs: number, databaseUs: number, otherThreadsUs: number, lines: Line[], hottest: Line[] }} ProfileTable `totalUs`: the main thread
 */

const HOTTEST = 40;

/** Arguments that make Node write a profile into the folder when it ends. @param {string} folder */
export function profileArgs(folder) {
  const mark = new URL('./mark-json.mjs', import.meta.url).href;
  return ['--cpu-prof', '--cpu-prof-interval', '250', '--cpu-prof-dir', folder, '--import', mark];
}

/** The one profile in a folder. @param {string} folder @returns {CpuProfile} */
export function readProfile(folder) {
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'));
  if (!file) throw new Error('the process left no profile');
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

/**
 * Shares of the main thread's CPU by category, in the measured time. Samples are counted, not their intervals: a thread that waits for a
 * core is not sampled, and its wait is nobody's work. V8 takes libuv's polling for idleness, although sockets are read there: what the
 * kernel says was used beyond the samples is that.
 *
 * @param {CpuProfile} profile
 * @param {import('./measure.mjs').Measurement} measurement
 * @returns {ProfileTable}
 */
export function tabulate(profile, measurement) {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const categories = categoriesOf(nodes, profile.nodes[0]);
  const counts = /** @type {Map<string, number>} */ (new Map());
  const places = /** @type {Map<string, number>} */ (new Map());
  let samples = 0;
  for (const id of samplesWithin(profile, measurement.window)) {
    const category = categories.get(id) ?? OUTSIDE;
    samples += 1;
    counts.set(category, (counts.get(category) ?? 0) + 1);
    const frame = nodes.get(id)?.callFrame;
    if (frame?.url) {
      const place = `${category} · ${placeOf(frame)}`;
      places.set(place, (places.get(place) ?? 0) + 1);
    }
  }
  const active = samples - (counts.get(IDLE) ?? 0);
  counts.delete(IDLE);
  const totalUs = measurement.cpuUs.targetMain;
  const sampleUs = (measurement.window[1] - measurement.window[0]) / samples / measurement.measured;
  const perSampleUs = Math.min(sampleUs, totalUs / active);
  counts.set(OUTSIDE, (counts.get(OUTSIDE) ?? 0) + (totalUs / perSampleUs - active));
  const toLines = (/** @type {Map<string, number>} */ map) =>
    [...map]
      .map(([category, count]) => ({ category, us: count * perSampleUs, share: (count * perSampleUs) / totalUs }))
      .sort((a, b) => b.us - a.us);
  const lines = toLines(counts);
  const databaseUs = lines.filter(({ category }) => DATABASE.includes(category)).reduce((sum, { us }) => sum + us, 0);
  const otherThreadsUs = measurement.cpuUs.target - totalUs;
  return { totalUs, databaseUs, otherThreadsUs, lines, hottest: toLines(places).slice(0, HOTTEST) };
}

/** @param {Map<number, ProfileNode>} nodes @param {ProfileNode | undefined} root @returns {Map<number, string>} */
function categoriesOf(nodes, root) {
  const categories = /** @type {Map<number, string>} */ (new Map());
  /** @type {{ node: ProfileNode, caller: string | undefined }[]} */
  const open = root ? [{ node: root, caller: undefined }] : [];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, caller } = next;
    const own = node === root ? undefined : categorise(node.callFrame, caller);
    if (own !== undefined) categories.set(node.id, own);
    const passedOn = own === COLLECTOR ? caller : own;
    for (const id of node.children ?? []) {
      const child = nodes.get(id);
      if (child) open.push({ node: child, caller: passedOn });
    }
  }
  return categories;
}

/** @param {CpuProfile} profile @param {[number, number]} window */
function samplesWithin({ startTime, samples, timeDeltas }, [from, to]) {
  let atUs = startTime;
  return samples.filter((_, index) => {
    atUs += timeDeltas[index] ?? 0;
    return atUs >= from && atUs < to;
  });
}
