import { setTimeout as pause } from 'node:timers/promises';
import { runMigrations } from '@tokenbay/schema';
import { startPostgres, type TestPostgres } from '@tokenbay/testing';
import { VideoHouse, type Video } from './use-videos.js';

const AWAY_MS = 2_000;

describe('videos whose Postgres goes away', () => {
  const house = new VideoHouse();
  let postgres: TestPostgres;

  beforeAll(async () => {
    postgres = await startPostgres({ durable: true });
    await runMigrations(postgres.url());
    await house.start({ databaseUrl: postgres.url() });
  }, 60_000);
  afterAll(async () => {
    await house.stop();
    await postgres.stop();
  }, 60_000);

  it('while its provider answers is kept until the books take it; meanwhile nothing is begun', async () => {
    const world = await house.world({ points: '10' });
    let open = (): void => undefined;
    house.provider.gate = new Promise((done) => (open = done));
    const submitted = house.submit(world, 'in the dark');
    while (house.provider.timesSubmitted('in the dark') === 0) await pause(20);
    await postgres.halt('immediate');
    open();
    house.provider.gate = undefined;
    await pause(AWAY_MS);
    const refused = await house.submit(world, 'not begun');
    expect(refused).toMatchObject({ status: 503, code: 'ledger_unavailable' });
    expect(refused.headers.get('retry-after')).toMatch(/^[1-9]/);
    expect(await house.ask(world, 'GET', '/v1/videos')).toMatchObject({ status: 503, code: 'ledger_unavailable' });
    expect(house.provider.timesSubmitted('not begun')).toBe(0);
    await postgres.start();
    const { status, body } = await submitted;
    expect(status).toBe(200);
    expect(await house.over(world, (body as Video).id)).toMatchObject({ status: 'completed' });
    expect(house.provider.timesSubmitted('in the dark')).toBe(1);
  }, 60_000);
});
