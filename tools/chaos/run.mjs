// @ts-check
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClientLog } from './client-log.mjs';
import { readStories } from './evidence.mjs';
import { Faults } from './faults.mjs';
import { startHouse } from './house.mjs';
import { judgeAnswers } from './judge-answers.mjs';
import { judgeBooks } from './judge-books.mjs';
import { judgeRates } from './judge-rates.mjs';
import { LoneWatch } from './lone-watch.mjs';
import { CROWD_MODEL, runCrowds } from './near-empty.mjs';
import { judgeLiving, judgeRecovery, listLiving } from './outages.mjs';
import { countShort, planFaults } from './plan.mjs';
import { Probe } from './probe.mjs';
import { judgeMemory, untilNothingIsHeld, untilServed } from './quiet.mjs';
import { Random } from './random.mjs';
import { printFault, printOutcome } from './report.mjs';
import { Sampler } from './sampler.mjs';
import { findSecrets } from './secrets.mjs';
import { TopUps } from './top-ups.mjs';
import { Videos } from './videos/videos-house.mjs';
import { VIDEO_MODEL } from './videos/videos-world.mjs';
import { MULTIPLIER, PRICES } from './world.mjs';

/**
 * @typedef {import('./options.mjs').Options} Options
 * @typedef {import('./house.mjs').House} House
 * @typedef {import('./violations.mjs').Violation} Violation
 */

const WARM_UP_MS = 2_000;
const LOAD_TIMEOUT_MS = 120_000;
const POLL_MS = 50;
const CLIENTS = { quick: 7, long: 4, faulty: 2, leaving: 2 };
/** What `npm test` runs waits for no stream that outlasts a lease. */
const SHORT_CLIENTS = { quick: 8, long: 0, faulty: 2, leaving: 3 };

/** Runs everything and prints it; answers whether every promise was kept. The logs stay where one was not. @param {Options} options @returns {Promise<boolean>} */
export async function runChaos(options) {
  const startedMs = performance.now();
  console.log(`seed ${options.seed}, ${options.gateways} gateways`);
  // What was started ends with this process, whatever ends it.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => process.exit(130));
  const house = await startHouse(options.gateways);
  if (!house.redis) console.log('This machine has no redis-server: rates are neither shared nor looked at.');
  let isKept = false;
  try {
    const seen = await wreak(house, options);
    const { violations, ...judged } = await judge(house, seen);
    const seconds = (performance.now() - startedMs) / 1_000;
    printOutcome({ ...seen, ...judged, violations, seconds, seed: options.seed });
    isKept = violations.length === 0;
  } finally {
    await house.system.stop(false);
    if (!isKept) keepLogs(house);
    await house.stop();
  }
  if (isKept) rmSync(house.folder, { recursive: true, force: true });
  else console.log(`The logs of this run are in ${house.folder}`);
  return isKept;
}

/** Everything that happens while clients ask, and the quiet after it. @param {House} house @param {Options} options */
async function wreak(house, options) {
  const random = new Random(options.seed);
  house.proxy.random = () => random.next();
  const sampler = new Sampler(house.directUrl);
  const topUps = new TopUps(house.system.admin, house.world);
  const videos = await Videos.create(house);
  const lone = new LoneWatch(house.fleet);
  const load = startLoad(house, options);
  videos.start(options.seed);
  await sleep(WARM_UP_MS);
  const { faults, violations } = await strike(house, options, random);
  await topUps.stop();
  videos.stopAsking();
  await endLoad(load.program);
  violations.push(...(await untilServed(house)));
  violations.push(...(await videos.untilOver({ letsTimePass: options.isShort })));
  const quiet = await untilNothingIsHeld(house);
  violations.push(...quiet.violations, ...judgeMemory(house.fleet));
  const crowds = options.isShort ? { crowds: [], violations: [], logFiles: [] } : await runCrowds(house);
  await sampler.stop();
  violations.push(
    ...crowds.violations,
    ...sampler.violations,
    ...(await findSecrets(house, videos.secrets)),
    ...(await endGateways(house)),
  );
  return {
    ...{ faults, violations, videos, alone: lone.stop(), crowds: crowds.crowds },
    ...{ samples: sampler.samples, restMs: quiet.restMs },
    ...{ lostAnswers: house.proxy.lost, clientFiles: [load.logFile, probeFile(house), ...crowds.logFiles] },
  };
}

/** Faults one after the other until it is enough. @param {House} house @param {Options} options @param {Random} random */
async function strike(house, options, random) {
  const probe = new Probe(new ClientLog(probeFile(house), 'probe'), house.world.probeKey);
  const faults = new Faults(house, probe, printFault);
  const hasRedis = house.redis !== undefined;
  const wanted = options.isShort ? countShort({ hasRedis }) : options.seconds === undefined ? options.faults : Infinity;
  const untilMs = performance.now() + (options.seconds ?? Infinity) * 1_000;
  /** @type {Violation[]} */
  const violations = [];
  const thaw = () => faults.thaw?.();
  process.once('exit', thaw);
  for (const planned of planFaults(random, { ...options, hasRedis })) {
    if (faults.count >= wanted || performance.now() > untilMs) break;
    if (planned.kind !== 'postgres-away') await faults.happen(planned);
    else {
      // Whoever is stopped meanwhile would be reaped rightly.
      await faults.over();
      const before = await listLiving(house);
      await faults.happen(planned);
      await sleep(house.leaseMs + house.heartbeatMs);
      violations.push(...judgeLiving(before, await listLiving(house)));
    }
  }
  await faults.over();
  process.off('exit', thaw);
  return { faults: faults.happened, violations };
}

/** @param {House} house @param {Options} options */
function startLoad({ folder, fleet, world, startProgram }, { seed, isShort }) {
  const logFile = join(folder, 'load.jsonl');
  const planFile = join(folder, 'load.json');
  const models = isShort ? world.models.filter(({ role }) => role !== 'long') : world.models;
  /** @type {import('./load.mjs').LoadPlan} */
  const plan = {
    seed,
    urls: fleet.urls,
    models,
    keys: world.keys,
    logFile,
    clients: isShort ? SHORT_CLIENTS : CLIENTS,
  };
  writeFileSync(planFile, JSON.stringify(plan));
  return { logFile, program: startProgram('load', { file: join(import.meta.dirname, 'load.mjs'), args: [planFile] }) };
}

/** Clients stop asking; what runs comes to its end. @param {any} program */
async function endLoad(program) {
  if (!program.isRunning) throw new Error(`the load client ended by itself: ${program.output}`);
  program.signal('SIGTERM');
  const untilMs = performance.now() + LOAD_TIMEOUT_MS;
  while (program.isRunning && performance.now() < untilMs) await sleep(POLL_MS);
  if (program.isRunning || program.exitCode !== 0)
    throw new Error(`the load client did not end well: ${program.output}`);
}

/** Stops every gateway in good order. @param {House} house @returns {Promise<Violation[]>} */
async function endGateways({ fleet }) {
  const problems = [...fleet.inspect()];
  await Promise.all(fleet.slots.map((slot) => fleet.stop(slot)));
  const details = [...new Set([...problems, ...fleet.problems])];
  return details.map((detail) => ({ name: 'process', detail }));
}

/** Holds the books and all logs against each other. @param {House} house @param {Awaited<ReturnType<typeof wreak>>} seen */
async function judge({ directUrl, folder, world, system, redis }, { clientFiles, faults, violations, videos, alone }) {
  await system.upstream.stop();
  const stories = readStories(clientFiles, join(folder, 'upstream.jsonl'));
  const books = await judgeBooks(directUrl, { credits: world.credits, quotas: world.quotas, isQuiet: true });
  const models = new Map([...world.models, CROWD_MODEL].map((model) => [model.name, model]));
  const tariff = { prices: PRICES, multiplier: MULTIPLIER };
  const charges = books.charges.filter(({ model }) => model !== VIDEO_MODEL);
  const answers = judgeAnswers({ stories, charges, faults, tariff, models });
  const filmed = await videos.judge(faults.length > 0);
  const rates = redis && judgeRates({ stories, rate: world.rate, alone, faults });
  const all = [
    ...violations,
    ...books.violations,
    ...answers.violations,
    ...filmed.violations,
    ...(rates?.violations ?? []),
    ...judgeRecovery(faults),
  ];
  return { figures: answers.figures, videoFigures: filmed.figures, rateFigures: rates?.figures, violations: all };
}

/** @param {House} house */
const probeFile = ({ folder }) => join(folder, 'probe.jsonl');

/** @param {House} house */
function keepLogs({ folder, system, postgres }) {
  writeFileSync(join(folder, 'processes.txt'), system.logs());
  writeFileSync(join(folder, 'postgres.txt'), postgres.log);
}
