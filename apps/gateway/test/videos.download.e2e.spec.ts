import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { startSystem, type System, type World } from '@tokenbay/testing';
import { ResultServer } from './content-harness.js';
import { TaskEnder } from './task-ender.js';

const MIB = 1_048_576;
/** Of the whole video: what is measured in 31 bits does not hold it. */
const BLOCKS = 2_049;
/** Twice as much flows as memory may grow by: who keeps what passes is found out. */
const GROWTH_MAX = 192 * MIB;
const LEFT_AFTER_BLOCKS = 384;

const server = new ResultServer();
let system: System;
let tasks: TaskEnder;
let world: World;

beforeAll(async () => {
  await server.start();
  system = await startSystem({ gateway: { CONTENT_PROXY_ALLOW: server.host } });
  tasks = new TaskEnder(system.databaseUrl);
  world = await system.world();
}, 60_000);

afterAll(async () => {
  await tasks.close();
  await system.stop();
  await server.stop();
}, 60_000);

/** Sends blocks of a MiB, each beginning with its number, as fast as they are taken; tells how many. */
class Film {
  sent = 0;

  serve({ headers }: IncomingMessage, response: ServerResponse): void {
    const first = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    const all = BLOCKS * MIB;
    const range = { 'content-range': `bytes ${first}-${all - 1}/${all}` };
    response.writeHead(first > 0 ? 206 : 200, {
      ...{ 'content-type': 'video/mp4', 'content-length': all - first, etag: '"film"' },
      ...(first > 0 && range),
    });
    let at = first;
    const write = (): void => {
      while (at < all && !response.destroyed) {
        const block = Buffer.alloc(MIB);
        block.writeUInt32BE(Math.floor(at / MIB));
        const piece = block.subarray(at % MIB);
        at += piece.length;
        this.sent += piece.length;
        if (!response.write(piece)) return void response.once('drain', write);
      }
      response.end();
    };
    write();
  }
}

async function download(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const request = httpRequest(`${system.gatewayUrl}${path}`, {
    headers: { ...headers, authorization: `Bearer ${world.apiKey}` },
  });
  const [response] = (await once(request.end(), 'response')) as [IncomingMessage];
  return response;
}

/** Takes up to so many bytes that begin at an offset; answers how many came and throws where a block is not where it should be. */
async function take(response: IncomingMessage, offset: number, bytesMax = Infinity): Promise<number> {
  let at = offset;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    for (let start = Math.ceil(at / MIB) * MIB; start + 4 <= at + chunk.length; start += MIB)
      if (chunk.readUInt32BE(start - at) !== start / MIB) throw new Error(`not the block that belongs at ${start}`);
    at += chunk.length;
    if (at - offset >= bytesMax) break;
  }
  return at - offset;
}

async function residentBytes(): Promise<number> {
  const text = await (await fetch(system.metricsUrl)).text();
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1]);
}

/** The largest the gateway was while something went on. */
async function peakDuring(work: Promise<unknown>): Promise<number> {
  const over = work.then(() => true);
  let peak = 0;
  for (let isOver = false; !isOver; isOver = await Promise.race([over, pause(100, false)]))
    peak = Math.max(peak, await residentBytes());
  return Math.max(peak, await residentBytes());
}

describe('a video of two GiB', () => {
  const film = new Film();
  let path: string;

  beforeAll(async () => {
    server.answer = (request, response) => film.serve(request, response);
    path = `/v1/videos/${TaskEnder.publicIdOf(await tasks.complete(world, `http://${server.host}/film`))}/content`;
  });
  beforeEach(() => {
    film.sent = 0;
    server.cut = 0;
  });

  const untilCut = () => system.gatewayProcess.waitUntil(() => server.cut === 1, 20_000);

  it('passes through flat memory, and stops upstream when its client leaves', async () => {
    await take(await download(path), 0, 10 * MIB);
    await untilCut();
    const before = await residentBytes();
    film.sent = 0;
    const whole = await download(path);
    expect([whole.statusCode, whole.headers['content-length']]).toEqual([200, String(BLOCKS * MIB)]);
    const taking = take(whole, 0, LEFT_AFTER_BLOCKS * MIB);
    const peak = await peakDuring(taking);
    await system.gatewayProcess.waitUntil(() => server.cut === 2, 20_000);
    expect(film.sent - (await taking)).toBeLessThan(64 * MIB);
    expect(peak - before).toBeLessThan(GROWTH_MAX);
  }, 120_000);

  it('goes on from where its client left, wherever that is', async () => {
    const left = LEFT_AFTER_BLOCKS * MIB + 12_345;
    const rest = await download(path, { range: `bytes=${left}-`, 'if-range': '"film"' });
    expect([rest.statusCode, rest.headers['content-length']]).toEqual([206, String(BLOCKS * MIB - left)]);
    await take(rest, left, 8 * MIB);
    await untilCut();
  }, 60_000);

  it('ends with its last byte, beyond what 31 bits count', async () => {
    const last = (BLOCKS - 1) * MIB;
    const end = await download(path, { range: `bytes=${last}-` });
    expect([end.statusCode, end.headers['content-range']]).toEqual([
      206,
      `bytes ${last}-${last + MIB - 1}/${last + MIB}`,
    ]);
    expect(await take(end, last)).toBe(MIB);
    expect(end.complete).toBe(true);
    expect(server.cut).toBe(0);
  }, 60_000);
});
