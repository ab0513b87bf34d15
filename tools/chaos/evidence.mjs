// @ts-check
import { existsSync, readFileSync } from 'node:fs';

/**
 * One call as the fake upstream saw it. `usage` is what it reported, null if it never came so far.
 *
 * @typedef {{ atMs: number, endedAtMs: number, isComplete: boolean, usage: Record<string, any> | null }} UpstreamCall
 *
 * What the outside knows of one request: its client's log and the upstream's, joined by the mark that was in the body.
 * @typedef {import('./client-log.mjs').Sent & Partial<import('./client-log.mjs').Ended> & { calls: UpstreamCall[] }} Story
 */

/** Reads the logs of a run. @param {string[]} clientFiles @param {string} upstreamFile @returns {Story[]} */
export function readStories(clientFiles, upstreamFile) {
  /** @type {Map<string, Story>} */
  const stories = new Map();
  for (const line of clientFiles.flatMap(readLines)) {
    const story = stories.get(line.mark);
    if (story) Object.assign(story, line);
    else stories.set(line.mark, { ...line, calls: [] });
  }
  for (const { body, atMs, endedAtMs, isComplete, usage } of readLines(upstreamFile))
    stories.get(body?.user)?.calls.push({ atMs, endedAtMs, isComplete, usage });
  return [...stories.values()];
}

/** The objects of a file with one on each line; one that was cut off by the end of its writer is left out. @param {string} file @returns {any[]} */
export function readLines(file) {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.slice(0, -1).map((line) => JSON.parse(line));
}
