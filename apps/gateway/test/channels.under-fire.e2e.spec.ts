import {
  type AdminChannel,
  type FakeUpstreamClient,
  startFakeUpstream,
  uniqueName,
  type World,
} from '@tokenbay/testing';
import { useSystem } from './use-system.js';

const IN_FLIGHT = 500;
/** Callers come one after the other, and then stay. */
const RAMP_MS = 3_000;
const CALM_MS = 7_000;
const FIRE_MS = 5_000;
const WAIT_MS_MAX = 20_000;
/** The busy channel says so to this share of its requests. */
const BUSY_SHARE = 0.08;
const LOOK_EVERY_MS = 100;
/** A busy machine keeps gateway, upstreams and callers waiting, one after the other. */
const LATENESS_FACTOR = 3;
/** How long an answer takes after its head, so that so many are in flight at a bearable rate. */
const ANSWER_MS = 2_500;
/** `firstByteTimeoutMs` is well under the second in which a hanging channel must be out. */
const LIMITS = { connectTimeoutMs: 500, firstByteTimeoutMs: 500, idleTimeoutMs: 8_000, totalTimeoutMs: 20_000 };

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

const house = useSystem();
let crowd: Crowd | undefined;

afterEach(() => crowd?.leave());

/** Callers that ask again as soon as they are answered. */
class Crowd {
  readonly failures: string[] = [];
  answered = 0;
  private isLeaving = false;
  private readonly callers: Promise<void>[];

  constructor(world: World) {
    this.callers = Array.from({ length: IN_FLIGHT }, async (_, index) => {
      await pause((index * RAMP_MS) / IN_FLIGHT);
      await this.call(world);
    });
  }

  async leave(): Promise<void> {
    this.isLeaving = true;
    await Promise.all(this.callers);
  }

  private async call(world: World): Promise<void> {
    while (!this.isLeaving) {
      const { status, body } = await house.chat(world);
      this.answered += 1;
      if (status !== 200) this.failures.push(`${status} ${JSON.stringify(body)}`);
    }
  }
}

const metrics = async () => (await fetch(house.system.metricsUrl)).text();

async function retries(result: 'taken' | 'refused'): Promise<number> {
  return Number(new RegExp(`tokenbay_upstream_retries_total\\{result="${result}"\\} (\\d+)`).exec(await metrics())![1]);
}

/** How long a condition took to come true, and how much of that the machine kept gateway, upstream and this process from working. */
async function until(isTrue: () => Promise<boolean>): Promise<{ tookMs: number; lateMs: number }> {
  const startedAtMs = performance.now();
  for (let looks = 1; ; looks += 1) {
    const isOver = await isTrue();
    await house.system.upstream.stats();
    const tookMs = performance.now() - startedAtMs;
    if (isOver || tookMs > WAIT_MS_MAX) return { tookMs, lateMs: tookMs - (looks - 1) * LOOK_EVERY_MS };
    await pause(LOOK_EVERY_MS);
  }
}

async function areOut(channels: readonly AdminChannel[]): Promise<boolean> {
  const text = await metrics();
  return channels.every(({ id }) =>
    new RegExp(`tokenbay_channel_breakers\\{channel="${id}",state="(?:open|half_open)"\\} 1`).test(text),
  );
}

/** What arrived at an upstream for a model in a span of time. */
async function arrivals(
  upstream: FakeUpstreamClient,
  model: string,
  [fromMs, toMs]: [number, number],
): Promise<number[]> {
  const all = await upstream.requests();
  return all
    .filter(({ body, atMs }) => (body as { model: string }).model === model && atMs >= fromMs && atMs < toMs)
    .map(({ atMs }) => atMs);
}

describe('three channels, one killed, one hanging, one busy at random, under 500 requests in flight', () => {
  it('lose no request but those that the retry budget refuses; the dead are out within a second and back within five', async () => {
    let killed = await startFakeUpstream();
    const { upstream, admin } = house.system;
    const names = { killed: uniqueName('killed'), hanging: uniqueName('hanging'), busy: uniqueName('busy') };
    const orders = `usage:10:5+pause:${ANSWER_MS}`;
    const keys = ['sk-1', 'sk-2', 'sk-3'].map((value) => ({ value, weight: 1 }));
    const world = await house.system.world({
      points: '1000000',
      upstreamModel: `${names.busy}@${orders}`,
      channel: { ...LIMITS, keys },
    });
    const add = (baseUrl: string, name: string) =>
      admin.createChannel({ baseUrl, models: { [world.modelName]: `${name}@${orders}` }, ...LIMITS });
    const channels: AdminChannel[] = [
      await add(killed.baseUrl, names.killed),
      await add(upstream.baseUrl, names.hanging),
    ];
    await house.system.settled();

    crowd = new Crowd(world);
    await pause(CALM_MS);
    expect(crowd.failures.slice(0, 5)).toEqual([]);

    killed.signal('SIGKILL');
    await upstream.behave(`${names.hanging}@${orders}`, 'hang-headers');
    await upstream.behave(`${names.busy}@${orders}`, `status:429+share:${BUSY_SHARE * 100}`);
    const out = await until(() => areOut(channels));
    expect(out.tookMs).toBeLessThan(1_000 + LATENESS_FACTOR * out.lateMs);
    const outAtMs = Date.now();
    await pause(FIRE_MS);
    const stillAsked = await arrivals(upstream, `${names.hanging}@${orders}`, [outAtMs + 200, outAtMs + FIRE_MS]);
    // One request at a time tries, after one second and then every two.
    expect(stillAsked.length).toBeLessThanOrEqual(6);

    const recoveredAtMs = Date.now();
    killed = await startFakeUpstream({ port: killed.port });
    await upstream.behave(`${names.hanging}@${orders}`, '');
    await upstream.behave(`${names.busy}@${orders}`, '');
    const places = [
      [killed, names.killed],
      [upstream, names.hanging],
    ] as const;
    const back = await until(async () => {
      const since = places.map(([place, name]) => arrivals(place, `${name}@${orders}`, [recoveredAtMs, Infinity]));
      // The first one tries, and when it is answered the others follow.
      return (await Promise.all(since)).every(({ length }) => length > 20);
    });
    expect(back.tookMs).toBeLessThan(5_000 + LATENESS_FACTOR * back.lateMs);
    await crowd.leave();
    const [taken, refused] = [await retries('taken'), await retries('refused')];
    // Two windows of ten seconds at least, each with its floor.
    expect(taken).toBeLessThanOrEqual(300 + crowd.answered / 10);
    // A few found the one channel that was left busy with each of its keys.
    const failuresMax = refused + crowd.answered * BUSY_SHARE ** 2;
    expect(crowd.failures.slice(Math.floor(failuresMax))).toEqual([]);
    await killed.stop();
  }, 60_000);
});
