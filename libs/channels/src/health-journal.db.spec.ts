import { randomBytes } from 'node:crypto';
import { ChangeFeed, createLogger, Database, SecretBox, SecretsKey } from '@tokenbay/platform';
import { cloneDatabase, type ClonedDatabase, untilHolds } from '@tokenbay/testing';
import { ChannelHealthRepository } from './channel-health.repository.js';
import { ChannelKeyEntity } from './channel-key.entity.js';
import { ChannelEntity } from './channel.entity.js';
import { toChannel } from './channel.js';
import { ChannelsRepository } from './channels.repository.js';
import { ChannelsService, type ChannelWithKeys } from './channels.service.js';
import { HealthJournal } from './health-journal.js';
import { ChannelHealth } from './health/channel-health.js';
import type { VisitFailure } from './health/visit.js';

const box = new SecretBox(SecretsKey.parse(randomBytes(32).toString('base64'))!);
const repository = new ChannelHealthRepository();
const channelsRepository = new ChannelsRepository();
const channels = new ChannelsService(channelsRepository, repository, box);
const logger = createLogger('test', 'silent');

let clone: ClonedDatabase;
let database: Database;
let gateways: Gateway[];

/** One gateway's health and journal, with a change feed of its own. */
class Gateway {
  readonly health = new ChannelHealth();
  readonly feed = new ChangeFeed(clone.url, 'test', logger);
  readonly journal = new HealthJournal(database, repository, this.health, this.feed, logger);

  async start(): Promise<this> {
    await this.feed.start();
    await this.journal.onApplicationBootstrap();
    return this;
  }

  async stop(): Promise<void> {
    await this.journal.onApplicationShutdown();
    await this.feed.stop();
  }

  /** Sends a request to a channel's first usable key; answers the visit, or undefined. */
  visit({ channel, keys }: ChannelWithKeys) {
    const candidates = [toChannel(channel, keys, box)];
    return this.health.visit({ candidates, model: 'model', isStream: false });
  }

  fail(to: ChannelWithKeys, failure: VisitFailure): void {
    const visit = this.visit(to);
    expect(visit).toBeDefined();
    visit?.fail(failure);
  }
}

beforeAll(async () => {
  clone = await cloneDatabase();
  database = new Database({
    url: clone.url,
    applicationName: 'test',
    entities: [ChannelEntity, ChannelKeyEntity],
    logger,
  });
  await database.start();
  gateways = [await new Gateway().start(), await new Gateway().start()];
}, 60_000);

afterAll(async () => {
  for (const gateway of gateways) await gateway.stop();
  await database.stop();
  await clone.drop();
});

const create = (keys = 1) =>
  database.transaction((tx) =>
    channels.create(tx, {
      ...{ name: 'c', provider: 'openai', baseUrl: 'https://api.example.com' },
      keys: Array.from({ length: keys }, () => ({ value: 'sk-secret' })),
    }),
  );
const findings = async ({ channel }: ChannelWithKeys) => (await channels.get(database.tx, channel.id)).findings;

describe('what one gateway finds out', () => {
  it('is seen by administrators: key, reason and time', async () => {
    const world = await create();
    gateways[0]!.fail(world, { reason: 'rate_limited', waitMs: 60_000 });
    await untilHolds(async () =>
      expect(await findings(world)).toEqual([
        {
          ...{ channelId: world.channel.id, keyId: world.keys[0]!.id, upstreamModel: null },
          ...{ state: 'cooling', reason: 'rate_limited', waitMs: expect.any(Number) },
        },
      ]),
    );
    const [{ waitMs } = { waitMs: 0 }] = await findings(world);
    expect(waitMs).toBeGreaterThan(58_000);
    expect(waitMs).toBeLessThan(66_100);
  });

  it('is known to the others where a key or model is disabled', async () => {
    const [world, refusing] = [await create(), await create()];
    gateways[0]!.fail(world, { reason: 'key_refused' });
    gateways[0]!.fail(refusing, { reason: 'model_refused' });
    await untilHolds(() => {
      expect(gateways[1]!.visit(world)).toBeUndefined();
      expect(gateways[1]!.visit(refusing)).toBeUndefined();
    });
  });

  it('is theirs to find out where it only cools down', async () => {
    const world = await create();
    gateways[0]!.fail(world, { reason: 'rate_limited', waitMs: 60_000 });
    await untilHolds(async () => expect(await findings(world)).toHaveLength(1));
    await new Promise((done) => setTimeout(done, 300));
    expect(gateways[1]!.visit(world)).toBeDefined();
  });

  it('is taken back by the trial that succeeds, everywhere', async () => {
    const world = await create();
    gateways[0]!.fail(world, { reason: 'out_of_credit' });
    await untilHolds(() => expect(gateways[1]!.visit(world)).toBeUndefined());
    const [channel] = await channelsRepository.withSecrets(database.tx, { id: world.channel.id });
    const whole = toChannel(channel!.row, channel!.keys, box);
    const place = { channel: whole, key: whole.keys[0]!, upstreamModel: 'model', isStream: false };
    gateways[1]!.health.visitPlace(place).succeed();
    await untilHolds(async () => {
      expect(await findings(world)).toEqual([]);
      expect(gateways[0]!.visit(world)).toBeDefined();
    });
  });

  it('is forgotten everywhere once an administrator enables the key, or gives it another secret', async () => {
    for (const change of [{ enabled: true }, { value: 'sk-another' }]) {
      const world = await create();
      gateways[0]!.fail(world, { reason: 'key_refused' });
      await untilHolds(() => expect(gateways[1]!.visit(world)).toBeUndefined());
      const path = { channelId: world.channel.id, id: world.keys[0]!.id };
      const { finding } = await database.transaction((tx) => channels.updateKey(tx, path, change));
      expect(finding).toBeUndefined();
      await untilHolds(() => {
        for (const gateway of gateways) expect(gateway.visit(world)).toBeDefined();
      });
    }
  });

  it('about a channel is forgotten everywhere once it gets another address', async () => {
    const world = await create();
    gateways[0]!.fail(world, { reason: 'address_wrong' });
    await untilHolds(() => expect(gateways[1]!.visit(world)).toBeUndefined());
    const change = { baseUrl: 'https://other.example.com', keys: [{ value: 'sk-secret' }] };
    const changed = await database.transaction((tx) => channels.update(tx, world.channel.id, change));
    expect(changed.findings).toEqual([]);
    await untilHolds(() => {
      for (const gateway of gateways) expect(gateway.visit(changed)).toBeDefined();
    });
  });

  it('about a model is taken back by itself only, since the other may reach what it does not', async () => {
    const world = await create();
    for (let count = 0; count < 5; count += 1) gateways[0]!.fail(world, { reason: 'failing' });
    await untilHolds(async () =>
      expect(await findings(world)).toMatchObject([{ upstreamModel: 'model', reason: 'failing' }]),
    );
    await repository.withdraw(database.tx, '00000000-0000-0000-0000-000000000000', await findings(world));
    expect(await findings(world)).toHaveLength(1);
  });

  it('about a channel that is gone is not written, and keeps nothing else from being written', async () => {
    const [gone, world] = [await create(), await create()];
    gateways[0]!.fail(gone, { reason: 'key_refused' });
    await database.transaction((tx) => channels.delete(tx, gone.channel.id));
    gateways[0]!.fail(world, { reason: 'key_refused' });
    await untilHolds(async () => expect(await findings(world)).toHaveLength(1));
  });

  it('stands for a gateway that starts later', async () => {
    const world = await create();
    gateways[0]!.fail(world, { reason: 'key_refused' });
    await untilHolds(async () => expect(await findings(world)).toHaveLength(1));
    const late = await new Gateway().start();
    expect(late.visit(world)).toBeUndefined();
    await late.stop();
  });
});
