import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { startSystem, type System, type World } from '@tokenbay/testing';
import { ResultServer } from './content-harness.js';
import { TaskEnder } from './task-ender.js';

const MIB = 1_048_576;
const BLOCKS = 2_048;
const LEFT_AFTER_BLOCKS = 600;
const GROWTH_MAX = 192 * MIB;

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

it('two GiB pass through flat memory, go on from where a client left, and stop upstream when it leaves', async () => {
  const film = new Film();
  server.answer = (request, response) => film.serve(request, response);
  const path = `/v1/videos/${TaskEnder.publicIdOf(await tasks.complete(world, `http://${server.host}/film`))}/content`;
  await take(await download(path), 0, 10 * MIB);
  await pause(500);
  const before = await residentBytes();
  film.sent = 0;
  server.cut = 0;

  const taken = await take(await download(path), 0, LEFT_AFTER_BLOCKS * MIB);
  await system.gatewayProcess.waitUntil(async () => server.cut === 1, 5_000);
  expect(film.sent - taken).toBeLessThan(64 * MIB);

  let peak = 0;
  const watch = setInterval(() => void residentBytes().then((bytes) => (peak = Math.max(peak, bytes))), 250);
  const rest = await download(path, { range: `bytes=${taken}-`, 'if-range': '"film"' });
  expect([rest.statusCode, rest.headers['content-length']]).toEqual([206, String(BLOCKS * MIB - taken)]);
  expect(taken + (await take(rest, taken))).toBe(BLOCKS * MIB);
  clearInterval(watch);
  expect(rest.complete).toBe(true);
  expect(peak).toBeGreaterThan(0);
  expect(peak - before).toBeLessThan(GROWTH_MAX);
}, 400_000);
