import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { HttpAnswer, World } from '@tokenbay/testing';
import { useVideos, type Video } from './use-videos.js';

const LIMITS = { connectTimeoutMs: 1_000, totalTimeoutMs: 5_000 };
const TASKS = 50;

describe('a gateway that is killed', () => {
  const house = useVideos();
  let world: World;

  beforeAll(async () => {
    world = await house.world({ points: '1000', channel: LIMITS });
  }, 60_000);

  /** As the tables' owner. */
  async function query<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: house.system.databaseUrl });
    await client.connect();
    const { rows } = await client.query<Row>(sql, values).finally(() => client.end());
    return rows;
  }

  interface Row {
    readonly id: string;
    readonly state: string;
    readonly prompt: string;
    readonly points: string;
    readonly charges: string;
  }

  const rowsOf = (round: string): Promise<Row[]> =>
    query<Row>(
      `SELECT t.id, t.state, t.prompt, t.points, (SELECT count(*) FROM charge AS c WHERE c.request_id = t.id) AS charges
       FROM task AS t WHERE t.prompt LIKE $1`,
      [`${round} %`],
    );

  const submitTo = (url: string, prompt: string): Promise<HttpAnswer | Error> =>
    house
      .ask(world, 'POST', '/v1/videos', {
        ...{ url, body: { model: world.modelName, prompt }, headers: { 'idempotency-key': prompt } },
      })
      .catch((error: unknown) => error as Error);
  const promptsOf = (round: string): string[] => Array.from({ length: TASKS }, (_, n) => `${round} ${n}`);

  /** As if nothing had been heard for long: what was being done by who is dead may be taken over. */
  async function letTimePass(): Promise<void> {
    await query(`UPDATE task SET deadline_at = clock_timestamp() WHERE state IN ('accepted', 'submitting')`);
    await query(
      `UPDATE task SET poll_at = least(poll_at, clock_timestamp() + interval '1 second') WHERE poll_at IS NOT NULL`,
    );
  }

  /** Everything is over, once, and what it cost is what it says. */
  async function expectEnds(round: string, prompts: readonly string[]): Promise<Row[]> {
    for (let tries = 0; tries < 200; tries += 1) {
      const open = (await rowsOf(round)).filter(({ state }) => state !== 'completed' && state !== 'failed');
      if (open.length === 0) break;
      await pause(150);
    }
    const rows = await rowsOf(round);
    expect(rows.filter(({ state }) => state !== 'completed' && state !== 'failed')).toEqual([]);
    for (const { state, points } of rows) expect(Number(points)).toBe(state === 'completed' ? 2_000_000 : 0);
    for (const { charges } of rows) expect(Number(charges)).toBeLessThanOrEqual(1);
    for (const prompt of prompts) expect(house.provider.timesSubmitted(prompt)).toBeLessThanOrEqual(1);
    return rows;
  }

  it.each([
    ['accepted', 1],
    ['submitting', 5],
    ['queued', 10],
  ])(
    'while it submits, some being %s, leaves each task to end once, never submitted again',
    async (state, count) => {
      const { program, client } = await house.system.addGateway();
      const name = `killed with some ${state}`;
      const prompts = promptsOf(name);
      let open = (): void => undefined;
      if (state !== 'queued') house.provider.gate = new Promise((done) => (open = done));
      const sending = prompts.map((prompt) => submitTo(client.baseUrl, prompt));
      while ((await rowsOf(name)).filter((row) => row.state === state).length < count) await pause(1);
      await program.kill();
      open();
      house.provider.gate = undefined;
      await Promise.all(sending);
      await letTimePass();
      const repeated = await Promise.all(prompts.map((prompt) => submitTo(house.system.gatewayUrl, prompt)));
      for (const answer of repeated) expect((answer as HttpAnswer).status).toBe(200);
      const rows = await expectEnds(name, prompts);
      expect(rows.map(({ prompt }) => prompt).sort()).toEqual([...prompts].sort());
    },
    120_000,
  );

  it('while its provider is being called leaves nobody charged, and nobody asked twice', async () => {
    const { program, client } = await house.system.addGateway();
    const prompts = promptsOf('while calling');
    let open = (): void => undefined;
    house.provider.gate = new Promise((done) => (open = done));
    const sending = prompts.map((prompt) => submitTo(client.baseUrl, prompt));
    while (house.provider.submissions.filter(({ prompt }) => prompt.startsWith('while calling')).length < TASKS)
      await pause(20);
    await program.kill();
    open();
    house.provider.gate = undefined;
    await Promise.all(sending);
    await letTimePass();
    const rows = await expectEnds('while calling', prompts);
    expect(rows.map(({ state }) => state)).toEqual(Array(TASKS).fill('failed'));
    expect(rows.map(({ charges }) => Number(charges))).toEqual(Array(TASKS).fill(1));
    const repeated = (await submitTo(house.system.gatewayUrl, prompts[0]!)) as HttpAnswer;
    expect(repeated.body as Video).toMatchObject({ status: 'failed', error: { code: 'upstream_failed' } });
    expect(house.provider.timesSubmitted(prompts[0]!)).toBe(1);
  }, 120_000);

  it('while it polls leaves each task to be completed and charged once by another', async () => {
    const { program, client } = await house.system.addGateway();
    const prompts = promptsOf('while polling');
    const answers = await Promise.all(prompts.map((prompt) => submitTo(client.baseUrl, prompt)));
    expect(answers.map((answer) => (answer as HttpAnswer).status)).toEqual(Array(TASKS).fill(200));
    const polled = () =>
      house.provider.submissions.filter(({ prompt, polls }) => prompt.startsWith('while polling') && polls > 0);
    while (polled().length < 10) await pause(5);
    await program.kill();
    await letTimePass();
    const rows = await expectEnds('while polling', prompts);
    expect(rows.map(({ state, charges }) => [state, Number(charges)])).toEqual(Array(TASKS).fill(['completed', 1]));
  }, 120_000);
});
