// @ts-check
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { judgeVideos } from './judge-videos.mjs';
import { judgeWebhooks } from './judge-webhooks.mjs';
import { untilVideosAreOver } from './quiet-videos.mjs';
import { readOutside, readTasks, readVideoStories } from './videos-evidence.mjs';
import { createVideosWorld, VIDEO_KEY, VIDEO_MODEL } from './videos-world.mjs';

/**
 * @typedef {import('../house.mjs').House} House
 * @typedef {import('../violations.mjs').Violation} Violation
 * @typedef {{ program: any, url: string, logFile: string }} Outside
 * @typedef {{ submissions: number, completed: number, failed: number, repeated: number, webhooks: number, again: number, overMs: number }} VideoFigures
 */

const READY_TIMEOUT_MS = 20_000;
const LOAD_TIMEOUT_MS = 60_000;
const POLL_MS = 50;
const CLIENTS = 3;

/** Starts the provider of videos and receiver of webhooks. @param {any} startProgram @param {string} folder @returns {Promise<Outside>} */
export async function startOutside(startProgram, folder) {
  const logFile = join(folder, 'outside.jsonl');
  const program = startProgram('outside', { file: join(import.meta.dirname, 'outside.mjs'), args: [logFile] });
  const portOf = () => /"port":(\d+)/.exec(program.output)?.[1];
  await program.waitUntil(() => portOf() !== undefined, READY_TIMEOUT_MS);
  return { program, url: `http://127.0.0.1:${portOf()}`, logFile };
}

/** The part of a run that makes videos: its clients, and what is judged of them. */
export class Videos {
  /** @param {House} house @param {import('./videos-world.mjs').VideosWorld} world */
  constructor(house, world) {
    this.house = house;
    this.world = world;
    this.logFile = join(house.folder, 'videos.jsonl');
    /** @type {any} */
    this.program = undefined;
    this.overMs = 0;
  }

  /** Sets up what videos need; its credits are those of the world. @param {House} house @returns {Promise<Videos>} */
  static async create(house) {
    const world = await createVideosWorld(house.system.admin, house.outside.url);
    for (const [id, amount] of world.credits) house.world.credits.set(id, amount);
    await house.system.settled();
    return new Videos(house, world);
  }

  /** What may be written nowhere. */
  get secrets() {
    const { keys, accounts } = this.world;
    return [VIDEO_KEY, ...keys.map(({ secret }) => secret), ...accounts.map(({ secret }) => secret)];
  }

  /** Clients begin to ask. @param {number} seed */
  start(seed) {
    const { folder, fleet, startProgram } = this.house;
    const planFile = join(folder, 'videos.json');
    /** @type {import('./videos-load.mjs').VideosPlan} */
    const plan = {
      ...{ seed, urls: fleet.urls, keys: this.world.keys, model: VIDEO_MODEL },
      ...{ logFile: this.logFile, clients: CLIENTS },
    };
    writeFileSync(planFile, JSON.stringify(plan));
    this.program = startProgram('videos', { file: join(import.meta.dirname, 'videos-load.mjs'), args: [planFile] });
  }

  /** No further video is asked for. */
  stopAsking() {
    this.program.signal('SIGTERM');
  }

  /** Resolves when every video is over and its clients have seen that. @param {{ letsTimePass: boolean }} how @returns {Promise<Violation[]>} */
  async untilOver(how) {
    const { overMs, violations } = await untilVideosAreOver(this.house, how);
    this.overMs = overMs;
    const untilMs = performance.now() + LOAD_TIMEOUT_MS;
    while (this.program.isRunning && performance.now() < untilMs) await sleep(POLL_MS);
    if (!this.program.isRunning && this.program.exitCode === 0) return violations;
    const detail = `the clients of videos do not see their ends: ${this.program.output.slice(-600)}`;
    return [...violations, { name: 'not over', detail }];
  }

  /** Holds clients, provider, receiver and database against each other. @param {boolean} isFaulty @returns {Promise<{ violations: Violation[], figures: VideoFigures }>} */
  async judge(isFaulty) {
    const stories = readVideoStories(this.logFile);
    const { submissions, arrivals } = readOutside(this.house.outside.logFile);
    const tasks = await readTasks(this.house.directUrl);
    const violations = [
      ...judgeVideos({ stories, submissions, tasks, isFaulty }),
      ...judgeWebhooks({ tasks, arrivals, accounts: this.world.accounts }),
    ];
    const inState = (/** @type {string} */ state) => tasks.filter((task) => task.state === state).length;
    const told = new Set(arrivals.map(({ headers }) => headers['webhook-id'])).size;
    const figures = {
      ...{ submissions: stories.length, completed: inState('completed'), failed: inState('failed') },
      repeated: stories.filter(({ answers }) => answers.length > 1).length,
      ...{ webhooks: told, again: arrivals.length - told, overMs: this.overMs },
    };
    return { violations, figures };
  }
}
