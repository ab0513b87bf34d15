import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Body, Controller, Get, Module, Param, Post, Res } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DomainError } from '@tokenbay/errors';
import type { FastifyReply } from 'fastify';
import { pino } from 'pino';
import { createHttpApp } from './create-http-app.js';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

@Controller()
class ProbeController {
  @Get('ok')
  ok() {
    return { fine: true };
  }

  @Get('refused')
  refused() {
    throw new DomainError('account_rate_limited', 'canary-detail', { retryAfterSeconds: 1.5 });
  }

  @Get('broken')
  async broken() {
    await Promise.resolve();
    throw Object.assign(new Error('canary-secret'), { statusCode: 404, code: 'E_SOMETHING' });
  }

  @Get('odd')
  odd() {
    throw 'canary-text';
  }

  @Get('begun')
  begun(@Res() reply: FastifyReply) {
    reply.raw.writeHead(200, { 'content-type': 'text/plain', 'content-length': '100' });
    reply.raw.write('half');
    throw new Error('canary-late');
  }

  @Get('named/:name')
  named(@Param('name') name: string) {
    return { name };
  }

  @Post('echo')
  echo(@Body() body: unknown) {
    return { body: body ?? null };
  }
}

@Module({ controllers: [ProbeController] })
class ProbeModule {}

const lines: string[] = [];
let app: NestFastifyApplication;
let port: number;
let origin: string;

beforeAll(async () => {
  app = await createHttpApp(ProbeModule, {
    logger: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
    renderer: { render: (view, { url }) => ({ body: JSON.stringify({ view, url }), headers: { 'x-probe': '1' } }) },
    routeNotFound: 'route_not_found',
    bodyBytesMax: 1_000,
    limits: { requestTimeoutMs: 300, headersTimeoutMs: 200, checkIntervalMs: 50, pathParameterLengthMax: 200 },
  });
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, _reply, done) => {
      done(request.headers['x-refuse'] ? new DomainError('api_key_missing') : undefined);
    });
  await app.listen(0, '127.0.0.1');
  ({ port } = app.getHttpServer().address() as AddressInfo);
  origin = `http://127.0.0.1:${port}`;
});

afterAll(() => app.close());

async function ask(path: string, init?: RequestInit) {
  const response = await fetch(origin + path, init);
  const body = (await response.json()) as { view: Record<string, unknown>; url: string };
  return { status: response.status, headers: response.headers, body };
}

function post(body: string, contentType: string | null = 'application/json') {
  return ask('/echo', { method: 'POST', body, headers: contentType === null ? {} : { 'content-type': contentType } });
}

/** Sends bytes and answers everything received until the server closes the connection. */
function exchange(...packets: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => packets.forEach((packet) => socket.write(packet)));
    socket.setEncoding('utf8');
    socket.on('data', (text) => (received += String(text)));
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
}

describe('the HTTP edge', () => {
  it('names every answer, good or bad, by one UUID of version 7', async () => {
    for (const path of ['/ok', '/refused', '/nowhere', '/%zz']) {
      const { headers } = await fetch(origin + path, { headers: { 'x-request-id': 'chosen-by-client' } });
      expect(headers.get('x-request-id')).toMatch(UUID_V7);
      expect(headers.get('request-id')).toBe(headers.get('x-request-id'));
    }
  });

  it('answers a refusal of a controller with its status, wait and the headers of the renderer', async () => {
    const { status, headers, body } = await ask('/refused?x=1');
    expect(status).toBe(429);
    expect(headers.get('retry-after')).toBe('2');
    expect(headers.get('x-should-retry')).toBe('true');
    expect(headers.get('x-probe')).toBe('1');
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(body.url).toBe('/refused?x=1');
    expect(body.view['requestId']).toBe(headers.get('x-request-id'));
    expect(JSON.stringify(body)).not.toContain('canary');
  });

  it('answers a refusal of a hook before the body is read', async () => {
    const { status, body } = await ask('/echo', { method: 'POST', body: '{', headers: { 'x-refuse': '1' } });
    expect([status, body.view['code']]).toEqual([401, 'api_key_missing']);
  });

  it.each(['/broken', '/odd'])('answers internal_error on %s and shows nothing of the cause', async (path) => {
    lines.length = 0;
    const { status, body } = await ask(path);
    expect([status, body.view['code']]).toEqual([500, 'internal_error']);
    expect(JSON.stringify(body)).not.toContain('canary');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(String(body.view['requestId']));
  });

  it('logs the cause of an internal error with places, but no stack and no path', async () => {
    lines.length = 0;
    await ask('/broken');
    const { cause } = JSON.parse(lines[0] ?? '') as { cause: { message: string; at: string[] } };
    expect(cause.message).toBe('canary-secret');
    expect(cause.at[0]).toMatch(/^create-http-app\.spec\.ts:\d+$/);
  });

  it('cuts the connection when an answer has already begun', async () => {
    await expect(fetch(`${origin}/begun`).then((response) => response.text())).rejects.toThrow();
  });

  it.each([
    ['GET', '/nowhere'],
    ['DELETE', '/ok'],
    ['PROPFIND', '/ok'],
    ['GET', '/OK'],
    ['GET', '/ok/'],
    ['POST', '/nowhere'],
  ])('answers %s %s with route_not_found', async (method, path) => {
    const { status, body } = await ask(path, { method });
    expect([status, body.view['code']]).toEqual([404, 'route_not_found']);
  });

  it.each<[string, string, string | null]>([
    ['broken JSON', '{', 'application/json'],
    ['a media type nobody reads', 'a=1', 'application/x-www-form-urlencoded'],
    ['plain text', 'text', 'text/plain'],
    ['a nonsensical content-type', '{}', ';;;'],
    ['a poisoned prototype', '{"__proto__":{"x":1}}', 'application/json'],
    ['a poisoned constructor', '{"constructor":{"prototype":{"x":1}}}', 'application/json'],
  ])('answers %s with invalid_request', async (_, body, contentType) => {
    const { status, body: answer } = await post(body, contentType);
    expect([status, answer.view['code']]).toEqual([400, 'invalid_request']);
  });

  it('reads JSON whatever its parameters, and an empty body as none', async () => {
    expect((await fetch(`${origin}/echo`, { method: 'POST' })).status).toBe(201);
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    const empty = await fetch(`${origin}/echo`, { method: 'POST', headers, body: '' });
    expect(await empty.json()).toEqual({ body: null });
    const full = await fetch(`${origin}/echo`, { method: 'POST', headers, body: '{"a":[1]}' });
    expect(await full.json()).toEqual({ body: { a: [1] } });
  });

  it.each([
    ['announced', { 'content-length': '5000' }],
    ['chunked', { 'transfer-encoding': 'chunked' }],
  ])('answers a body that is %s too large with request_too_large', async (_, framing) => {
    const head = `POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${Object.entries(framing)[0]?.join(': ')}\r\n\r\n`;
    const received = await exchange(head, 'transfer-encoding' in framing ? `bb8\r\n${'1'.repeat(3000)}\r\n` : '');
    expect(received).toMatch(/^HTTP\/1\.1 413 /);
    expect(received).toContain('"code":"request_too_large"');
    expect(received.toLowerCase()).toContain('connection: close');
  });

  it('takes percent-encoded parameters up to the limit and refuses longer ones', async () => {
    expect(await (await fetch(`${origin}/named/a%2Fb%3Ac`)).json()).toEqual({ name: 'a/b:c' });
    const { status, body } = await ask(`/named/${'a'.repeat(201)}`);
    expect([status, body.view['code']]).toEqual([400, 'invalid_request']);
  });

  it.each([
    ['bytes that are no HTTP', 'hello\r\n\r\n'],
    ['an unknown method', 'BREW /x HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['a malformed URL', 'GET /%zz HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['headers that are too large', `GET /x HTTP/1.1\r\nhost: x\r\na: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['two lengths', 'POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n'],
    [
      'a bad chunk',
      'POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    ],
    ['no Host', 'GET /ok HTTP/1.1\r\n\r\n'],
    ['an unknown expectation', 'GET /ok HTTP/1.1\r\nhost: x\r\nexpect: tea\r\n\r\n'],
    ['a tunnel', 'CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n'],
    ['headers that never end', 'GET /ok HTTP/1.1\r\nhost: x\r\n'],
    [
      'a body that never ends',
      'POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{',
    ],
  ])('answers %s with 400 in our form, then closes', async (_, packet) => {
    const received = await exchange(packet);
    expect(received).toMatch(/^HTTP\/1\.1 400 /);
    expect(received.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    const [head = '', body = ''] = received.split('\r\n\r\n');
    expect(head.toLowerCase()).toContain('connection: close');
    expect(head.toLowerCase()).toMatch(/x-should-retry: false/);
    expect(JSON.parse(body)).toMatchObject({ view: { code: 'invalid_request', status: 400 } });
  });

  it('tells the renderer the path of a malformed request where it can be read', async () => {
    expect(await exchange('GET /v1/messages HTTP/9.9\r\n\r\n')).toContain('"url":"/v1/messages"');
  });
});
