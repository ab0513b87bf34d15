import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { startSystem, type System, type World } from '@tokenbay/testing';
import { ResultServer, serveRange, Trap } from './content-harness.js';
import { TaskEnder } from './task-ender.js';

const CONTENT = randomBytes(100_000);
const HOSTS = [
  ...['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', 'localhost', '0', '10.0.0.1', '192.168.0.1'],
  ...['100.64.0.1', '169.254.169.254', '2852039166', '[::1]', '[::]', '[::ffff:127.0.0.1]', '[::127.0.0.1]'],
  ...['[::ffff:0:7f00:1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[2001:0:7f00:1::]', '[fd00:ec2::254]', '[fe80::1]'],
];

const server = new ResultServer();
const trap = new Trap();
let system: System;
let tasks: TaskEnder;
let world: World;

beforeAll(async () => {
  await Promise.all([server.start(), trap.start()]);
  system = await startSystem({ gateway: { CONTENT_PROXY_ALLOW: server.host } });
  tasks = new TaskEnder(system.databaseUrl);
  world = await system.world();
}, 60_000);

afterAll(async () => {
  await tasks.close();
  await system.stop();
  await Promise.all([server.stop(), trap.stop()]);
}, 60_000);

async function fetchContent(url: string, init: RequestInit = {}, apiKey = world.apiKey): Promise<Response> {
  const path = `/v1/videos/${TaskEnder.publicIdOf(await tasks.complete(world, url))}/content`;
  return fetch(`${system.gatewayUrl}${path}`, {
    ...init,
    headers: { ...(init.headers as Record<string, string> | undefined), authorization: `Bearer ${apiKey}` },
  });
}

async function expectUnfetched(response: Response): Promise<void> {
  expect([response.status, response.headers.get('x-should-retry')]).toEqual([502, 'false']);
  const text = await response.text();
  expect(JSON.parse(text)).toMatchObject({ error: { type: 'upstream_error', code: 'content_fetch_failed' } });
  expect(text).not.toMatch(/127|host|address|public/i);
}

describe('the content of a video', () => {
  it.each(HOSTS)('is not fetched from %s, nor where a redirect leads there', async (host) => {
    for (const scheme of ['https', 'http']) {
      const hostile = `${scheme}://${host}:${trap.port}/latest/meta-data`;
      await expectUnfetched(await fetchContent(hostile));
      server.answer = (_request, response) => void response.writeHead(302, { location: hostile }).end();
      await expectUnfetched(await fetchContent(`http://${server.host}/moved`));
    }
    expect(trap.connections).toBe(0);
  });

  it('is handed through, whole, in ranges and to HEAD, to its own account alone', async () => {
    server.answer = (request, response) => serveRange(CONTENT, request, response);
    const url = `http://${server.host}/video.mp4`;
    const whole = await fetchContent(url);
    expect(Buffer.from(await whole.arrayBuffer()).equals(CONTENT)).toBe(true);
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      ...{ 'content-type': 'video/mp4', 'cache-control': 'private, no-store', 'accept-ranges': 'bytes' },
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const part = await fetchContent(url, { headers: { range: 'bytes=10-19' } });
    expect([part.status, Buffer.from(await part.arrayBuffer())]).toEqual([206, CONTENT.subarray(10, 20)]);
    const beyond = await fetchContent(url, { headers: { range: 'bytes=100000-' } });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */100000']);
    const head = await fetchContent(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '100000', '']);
    const { apiKey: stranger } = await system.world();
    const foreign = await fetchContent(url, {}, stranger);
    expect([foreign.status, await foreign.json()]).toMatchObject([404, { error: { code: 'task_not_found' } }]);
  });

  it('leaves no trace in the log of where it was looked for', async () => {
    for (const url of ['https://canary-1.invalid/?signature=canary-2', `https://${server.host}/canary-3?x=canary-4`]) {
      const answer = await fetchContent(url);
      expect([answer.status, answer.headers.get('x-should-retry')]).toEqual([502, 'true']);
      expect(await answer.text()).not.toContain('canary');
    }
    expect(system.logs()).toContain('content_fetch_failed');
    for (const trace of ['canary', server.host, String(trap.port)]) expect(system.logs()).not.toContain(trace);
  });

  it('that breaks off is cut, and that of a failing server may be asked for again', async () => {
    server.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'video/mp4' }).write(CONTENT);
      setTimeout(() => response.destroy(), 100);
    };
    const broken = await fetchContent(`http://${server.host}/`);
    await expect(broken.arrayBuffer()).rejects.toThrow();
    server.answer = (_request, response) => void response.writeHead(503).end();
    const failing = await fetchContent(`http://${server.host}/`);
    expect([failing.status, failing.headers.get('x-should-retry')]).toEqual([502, 'true']);
  });

  it('is refused to an account that downloads thirty-two at once, until one of them ends', async () => {
    const waiting: ServerResponse[] = [];
    server.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'video/mp4' }).write(CONTENT);
      waiting.push(response);
    };
    const url = `http://${server.host}/slow.mp4`;
    const downloads = await Promise.all(Array.from({ length: 32 }, () => fetchContent(url)));
    expect(downloads.every(({ status }) => status === 200)).toBe(true);
    for (const init of [{}, { method: 'HEAD' }]) {
      const refused = await fetchContent(url, init);
      expect([refused.status, refused.headers.get('retry-after'), refused.headers.get('x-should-retry')]).toEqual([
        ...[429, '2', 'true'],
      ]);
    }
    expect(await (await fetchContent(url)).json()).toMatchObject({ error: { code: 'account_rate_limited' } });
    waiting[0]?.end();
    await Promise.race(downloads.map((download) => download.arrayBuffer().catch(() => undefined)));
    server.answer = (request, response) => serveRange(CONTENT, request, response);
    expect((await fetchContent(url)).status).toBe(200);
    for (const response of waiting) response.destroy();
  }, 60_000);
});
