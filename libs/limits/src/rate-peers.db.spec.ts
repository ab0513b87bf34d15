import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { asApplicationRole, createLogger, Database, type Logger } from '@tokenbay/platform';
import { cloneDatabase, type ClonedDatabase } from '@tokenbay/testing';
import { RatePeers } from './rate-peers.js';
import { RatePeersRepository } from './rate-peers.repository.js';

const WAIT_MS_MAX = 15_000;

describe('gateways that count rates by themselves', () => {
  const said: string[] = [];
  const logger = { error: (_: object, words: string) => said.push(words), warn: () => undefined } as unknown as Logger;
  let clone: ClonedDatabase;
  let database: Database;
  beforeAll(async () => {
    clone = await cloneDatabase();
    const url = asApplicationRole(clone.url);
    database = new Database({ url, applicationName: 'test', entities: [], logger: createLogger('test', 'silent') });
    await database.start();
  });
  afterAll(async () => {
    await database.stop();
    await clone.drop();
  });

  async function join(hasRedis = false): Promise<RatePeers> {
    const peers = new RatePeers(database, new RatePeersRepository(), logger, { peerId: randomUUID(), hasRedis });
    await peers.start();
    return peers;
  }

  async function until(peers: RatePeers, others: number): Promise<void> {
    const untilMs = Date.now() + WAIT_MS_MAX;
    while (peers.others !== others && Date.now() < untilMs) await sleep(25);
    expect(peers.others).toBe(others);
  }

  it('know of each other before they admit anybody, and of one that leaves; without Redis they say so loudly', async () => {
    const first = await join();
    expect([first.others, first.shareOf(100), said.length]).toEqual([0, 100, 0]);
    const second = await join();
    expect([second.others, second.shareOf(101), second.shareOf(1)]).toEqual([1, 50, 1]);
    expect(said[0]).toContain('SEVERAL GATEWAYS WITHOUT REDIS');
    await until(first, 1);
    await second.stop();
    await until(first, 0);
    await first.stop();
  });

  it('count one that died no more when it has been silent for five seconds', async () => {
    const alive = await join();
    await database.tx.query(
      `INSERT INTO rate_peer (peer_id, host, seen_at) VALUES (gen_random_uuid(), 'dead', clock_timestamp() - interval '3 seconds')`,
    );
    await until(alive, 1);
    await until(alive, 0);
    await alive.stop();
  });

  it('say nothing where they share Redis', async () => {
    const before = said.length;
    const [one, two] = [await join(true), await join(true)];
    expect([two.others, said.length]).toEqual([1, before]);
    await Promise.all([one.stop(), two.stop()]);
  });
});
