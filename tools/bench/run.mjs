// @ts-check
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { checkBooks } from './books.mjs';
import { startHouse } from './house.mjs';
import { Programs } from './programs.mjs';
import { printHottest, printProfiles, printVerdict } from './report-profiles.mjs';
import { printAdded, printLoad, printMemory } from './report.mjs';
import { readMemory, runRounds } from './rounds.mjs';
import { runOpenStreams, runProfiles } from './sections.mjs';
import { median } from './statistics.mjs';
import { asConverted, countEvents, describeOther, startBare, startGateway, startUnbooked } from './targets.mjs';

/** Above this the disk, not the code, decides the figures. */
const SYNC_MS_MAX = 5;
/** Where nobody waits for the ledger's one round trip, since so many others are served meanwhile. */
const MANY_TIMES = 4;

/**
 * Runs everything and prints it. Answers whether the books agree with what was seen.
 *
 * @param {import('./options.mjs').Options} options
 * @returns {Promise<boolean>}
 */
export async function runBench(options) {
  const programs = new Programs();
  const stop = () => void programs.stopAll().finally(() => process.exit(130));
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, stop);
  const house = await startHouse(programs, options).catch(async (error) => {
    await programs.stopAll();
    throw error;
  });
  try {
    introduce(house, options);
    return await runAll({ house, programs, options });
  } finally {
    await programs.stopAll();
    await house.stop();
  }
}

/** @param {import('./house.mjs').House} house @param {import('./options.mjs').Options} options */
function introduce({ syncMs }, { rounds, seconds, connections, accounts, isInMemory }) {
  const disk = isInMemory ? 'Postgres in memory' : `one fdatasync takes ${syncMs.toFixed(2)} ms`;
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, load ${loadavg()[0]?.toFixed(1)}`;
  console.log(`${machine}, Node ${process.versions.node}, ${disk}`);
  console.log(`${rounds} rounds of ${seconds} s, ${connections} connections, ${accounts} accounts`);
  if (syncMs > SYNC_MS_MAX) console.log('This disk is slow or busy: compare with --postgres-in-memory.');
}

/** @param {import('./sections.mjs').Run} run */
async function runAll(run) {
  const { house, options } = run;
  const measured = await measureAll(run);
  const { chat, chatMany, chatPaced, stream, streamPaced, open, events, afterLoad, profiles } = measured;
  printLoad('One completion, full load', chat);
  printLoad(`One completion, full load, ${MANY_TIMES * options.connections} connections`, chatMany);
  printAdded('One completion, at half of the governed throughput', chatPaced, 'latency');
  printLoad('One stream, full load', stream, events);
  printAdded('First byte of a stream, at half of the governed throughput', streamPaced, 'firstByte');
  printMemory(open, afterLoad, options.openStreams);
  printProfiles(profiles.tables);
  printHottest(profiles.tables.governed);
  printVerdict(profiles.tables, chat, chatPaced);

  /** @type {Record<string, import('./measure.mjs').Measurement[]>[]} */
  const sections = [chat, chatMany, chatPaced, stream, streamPaced, profiles.measurements];
  const counted = sections.flatMap(({ governed, converted }) => [...(governed ?? []), ...(converted ?? [])]);
  const answers = [...counted, ...open.governed.measurements].reduce((sum, { answered }) => sum + answered, 0);
  const problems = await checkBooks(house.databaseUrl, answers + 2); // two more to count the events of streams
  if (problems.length === 0) console.log('\nThe books are right: one charge for every answer, each at its price.');
  else console.log(`\nTHE BOOKS ARE WRONG:\n${problems.join('\n')}`);
  if (options.json) writeFileSync(options.json, JSON.stringify({ ...measured, problems }, null, 1));
  return problems.length === 0;
}

/** @param {import('./sections.mjs').Run} run */
async function measureAll(run) {
  const { house, programs, options } = run;
  const governed = await startGateway(programs, house);
  const targets = [await startBare(programs, house), governed];
  const converted = asConverted(governed);
  if (options.other) targets.push(describeOther(options.other));
  const events = /** @type {Record<string, number>} */ ({});
  for (const target of [...targets, converted]) events[target.name] = await countEvents(target);

  const unbooked = await startUnbooked(programs, house);
  const rounds = { house, targets, options };
  const chat = await runRounds({ ...rounds, targets: [...targets, unbooked] }, { title: 'chat', isStream: false });
  const many = { ...options, connections: MANY_TIMES * options.connections };
  const wide = { title: `chat, ${many.connections} connections`, isStream: false };
  const chatMany = await runRounds({ ...rounds, targets: [...targets, unbooked], options: many }, wide);
  const half = { title: 'chat, half load', isStream: false, perSecond: halfOf(chat) };
  const chatPaced = await runRounds({ ...rounds, targets: [...targets, unbooked] }, half);
  await unbooked.program?.stop();
  const withConverted = { ...rounds, targets: [...targets, converted] };
  const stream = await runRounds(withConverted, { title: 'stream', isStream: true });
  const halfStream = { title: 'stream, half load', isStream: true, perSecond: halfOf(stream) };
  const streamPaced = await runRounds(rounds, halfStream);
  const afterLoad = readMemory(house, targets);
  for (const { program } of targets) await program?.stop();
  const open = await runOpenStreams(run);
  const profiles = await runProfiles(run);
  return { chat, chatMany, chatPaced, stream, streamPaced, open, events, afterLoad, profiles };
}

/** Half of what the governed gateway carried. @param {import('./rounds.mjs').Rounds} rounds */
function halfOf(rounds) {
  return median((rounds['governed'] ?? []).map(({ perSecond }) => perSecond)) / 2;
}
