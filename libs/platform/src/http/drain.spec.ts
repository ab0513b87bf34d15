import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { drain, watchUnusedConnections } from './drain.js';

const ANSWER_AFTER_MS = 150;
let server: Server;
let port: number;

beforeEach(async () => {
  server = createServer((_, response) => void sleep(ANSWER_AFTER_MS).then(() => response.end('done')));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  ({ port } = server.address() as AddressInfo);
});
afterEach(() => server.closeAllConnections());

function ask(agent = new Agent({ keepAlive: true })): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ port, agent }, (response) => {
      response.setEncoding('utf8').on('data', resolve);
    })
      .on('error', reject)
      .end();
  });
}

describe('draining a server', () => {
  it('lets running answers finish, refuses new connections, and closes idle ones', async () => {
    await ask();
    const received = once(server, 'request');
    const running = ask();
    await received;
    const drained = drain(server, { timeoutMs: 5_000 });
    await expect(ask(new Agent())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await running).toBe('done');
    expect(await drained).toBe(true);
  });

  it('cuts what has not finished in time', async () => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n1'),
    );
    socket.on('error', () => undefined);
    server.on('request', (_, response) => void response.flushHeaders());
    await once(server, 'request');
    expect(await drain(server, { timeoutMs: 50 })).toBe(false);
  });

  it('does not wait for a connection on which nothing ever came, and serves one whose first request is on its way', async () => {
    watchUnusedConnections(server);
    const late = connect(port, '127.0.0.1');
    await once(server, 'connection');
    const silent = connect(port, '127.0.0.1');
    await once(server, 'connection');
    const answer = new Promise<string>((resolve) => late.setEncoding('utf8').once('data', resolve));
    const startedAtMs = performance.now();
    const drained = drain(server, { timeoutMs: 10_000 });
    late.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    expect(await drained).toBe(true);
    expect(performance.now() - startedAtMs).toBeLessThan(8_000);
    expect(await answer).toMatch(/^HTTP\/1\.1 200/);
    silent.destroy();
  });

  it('has nothing to do where nothing listens', async () => {
    await drain(server, { timeoutMs: 1_000 });
    expect(await drain(server, { timeoutMs: 1_000 })).toBe(true);
  });
});
