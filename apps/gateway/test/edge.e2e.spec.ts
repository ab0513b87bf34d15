import type { World } from '@tokenbay/testing';
import { expectRefusal, UUID_V7 } from './expect-refusal.js';
import { parseAnswer, sendBytes, sendRaw } from './raw-http.js';
import { useSystem } from './use-system.js';

const house = useSystem();
let world: World;

beforeAll(async () => {
  world = await house.system.world();
});

const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
  sendRaw(house.system.gatewayUrl, { method, path, headers, ...(method === 'POST' && { body: '{}' }) });

const NOT_OFFERED = `
  GET /v1/responses/resp_1
  DELETE /v1/responses/resp_1
  POST /v1/responses/resp_1/cancel
  POST /v1/responses/compact
  POST /v1/responses/input_tokens
  POST /v1/completions
  GET /v1/chat/completions
  GET /v1/chat/completions/chatcmpl_1
  POST /v1/chat/completions/chatcmpl_1
  GET /v1/chat/completions/chatcmpl_1/messages
  POST /v1/messages/batches
  GET /v1/messages/batches/b_1/results
  POST /v1/images/variations
  POST /v1/audio/voices
  GET /v1/audio/voices/v_1
  DELETE /v1/models/m
  DELETE /v1/models/ft:gpt/with/slashes
  GET /v1/conversations
  POST /v1/uploads/u_1/parts
  GET /v1/vector_stores
  POST /v1/containers
  GET /v1/evals/e_1
  GET /v1/skills
  POST /v1/realtime/client_secrets
  GET /v1/live
  POST /v1/files
  GET /v1/files/f_1/content
  POST /v1/batches
  POST /v1/fine_tuning/jobs
  POST /v1/assistants
  POST /v1/threads/t_1/runs
  GET /v1/engines/davinci
  GET /v1/audio/tts/ws
  POST /v1/videos/v_1/remix
  POST /v1/videos/edits
  POST /v1/videos/extensions
  DELETE /v1/videos/v_1
  POST /v1/models/veo:predictLongRunning
  POST /v1beta/models/imagen:predict
  POST /v1beta/models/veo:predictLongRunning
  POST /v1beta/models/g:batchGenerateContent
  POST /v1beta/files
  GET /v1beta/cachedContents/c_1
  POST /v1beta/batches/b_1
  POST /v1beta/interactions
  POST /v1beta/auth_tokens
  GET /v1beta/tunedModels
  GET /v1beta/operations/o_1
  POST /upload/v1beta/files`
  .trim()
  .split(/\s*\n\s*/)
  .map((line) => line.split(' ') as [string, string]);

function dialectOf(path: string): 'openai' | 'anthropic' | 'gemini' {
  if (path.startsWith('/v1/messages')) return 'anthropic';
  return /^\/v1beta|^\/v1\/models\/.*:(generate|predict|batch|embed)/.test(path) ? 'gemini' : 'openai';
}

describe('a path that providers have and the gateway does not offer', () => {
  it.each(NOT_OFFERED)(
    '%s %s is not_implemented, in its dialect, with or without credentials',
    async (method, path) => {
      for (const headers of [{}, { authorization: `Bearer ${world.apiKey}` }]) {
        expectRefusal(await ask(method, path, headers), 'not_implemented', { dialect: dialectOf(path) });
      }
      expectRefusal(await ask(method, `${path}?beta=true`), 'not_implemented', { dialect: dialectOf(path) });
    },
  );

  it('GET /v1/responses with an upgrade is told 426', async () => {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'x',
    };
    expectRefusal(await ask('GET', '/v1/responses', headers), 'not_implemented', { status: 426 });
  });
});

describe('a path that leads nowhere', () => {
  it.each([
    ['GET', '/v1'],
    ['GET', '/v2/chat/completions'],
    ['POST', '/chat/completions'],
    ['GET', '/v1/nothing'],
    ['GET', '/admin/v1/accounts'],
    ['GET', '/metrics'],
    ['GET', '/favicon.ico'],
    ['GET', '/.env'],
    ['PUT', '/v1/chat/completions'],
    ['DELETE', '/v1/chat/completions'],
    ['PATCH', '/v1/chat/completions'],
    ['POST', '/v1/models'],
    ['POST', '/v1/account'],
    ['POST', '/health/live'],
    ['DELETE', '/v1/models'],
  ])('%s %s is route_not_found', async (method, path) => {
    expectRefusal(await ask(method, path, { authorization: `Bearer ${world.apiKey}` }), 'route_not_found');
  });

  it('is answered in the dialect of the path', async () => {
    expectRefusal(await ask('GET', '/v1beta/nothing'), 'route_not_found', { dialect: 'gemini' });
  });
});

describe('a path of another dialect', () => {
  it.each([
    ['GET', '/v1beta/models', 'gemini'],
    ['GET', '/v1beta/models/x', 'gemini'],
    ['GET', '/v1/models', 'openai'],
    ['POST', '/v1/messages', 'anthropic'],
    ['POST', '/v1/messages/count_tokens?beta=true', 'anthropic'],
    ['POST', '/v1beta/models/x:generateContent', 'gemini'],
    ['POST', '/v1beta/models/a/b:c:streamGenerateContent?alt=sse', 'gemini'],
    ['POST', '/v1/models/x%3AgenerateContent', 'gemini'],
  ] as const)('%s %s refuses without credentials in the dialect %s', async (method, path, dialect) => {
    expectRefusal(await ask(method, path), 'api_key_missing', { dialect });
    expectRefusal(await ask(method, path, { 'x-api-key': 'sk-x' }), 'api_key_invalid', { dialect });
  });

  it.each(['/v1beta/models/x:predictLongRunning', '/v1/models/x%3Apredict'])(
    'POST %s is known and not offered',
    async (path) => {
      expectRefusal(await ask('POST', path), 'not_implemented', { dialect: 'gemini' });
    },
  );
});

describe('a route behind admission', () => {
  const variants = [
    '/v1/chat/completions',
    '/v1/models',
    '/v1/models/x',
    '/v1beta/models',
    '/v1/account',
    '/v1/usage/x',
  ].flatMap((path) => [
    path,
    `${path}/`,
    `${path}//`,
    `/${path}`,
    path.replace('/v1', '/v1/'),
    `${path};a`,
    `${path};a=b/`,
    `${path}/.`,
    `/x/..${path}`,
    `/%2e${path}`,
    path.replace('/v1', '/%76%31'),
    path.replace('v1', 'V1'),
    path.toUpperCase(),
    `${path}%2f`,
    `${path}%20`,
    `${path}%00`,
    `${path}\\`,
    `${path}?`,
    `${path}?key=sk-x&a=b`,
    `${path}?/health/live`,
    `${path}#/health/live`,
    `/health/live/..${path}`,
    `/health/live;${path}`,
    `http://gateway${path}`,
  ]);

  it('serves nothing without credentials, however its path is written', async () => {
    const served: string[] = [];
    for (const method of ['GET', 'POST', 'HEAD', 'OPTIONS']) {
      for (const path of variants) {
        const { status, code } = await ask(
          method,
          path,
          method === 'POST' ? { 'content-type': 'application/json' } : {},
        );
        const isRefused = status === 401 || status === 404 || status === 501 || (status === 400 && code !== undefined);
        if (!isRefused && !(method === 'HEAD' && [400, 401, 404, 501].includes(status)))
          served.push(`${method} ${path}: ${status}`);
      }
    }
    expect(served).toEqual([]);
  });

  it('is never confused with a public one by an encoded or absolute path', async () => {
    for (const path of ['http://gateway/v1/models', '/v1/models?x=/health/live']) {
      expectRefusal(await ask('GET', path), 'api_key_missing');
      expect((await ask('GET', path, { authorization: `Bearer ${world.apiKey}` })).status).toBe(200);
    }
  });
});

describe('a public path', () => {
  it.each(['/', '/api/hello', '/health/live', '/health/ready'])(
    '%s answers GET and HEAD without credentials',
    async (path) => {
      const answer = await ask('GET', path);
      expect([answer.status, (await ask('HEAD', path)).status]).toEqual([200, 200]);
      expect(answer.headers.get('x-request-id')).toMatch(UUID_V7);
      expect(answer.headers.get('request-id')).toBe(answer.headers.get('x-request-id'));
    },
  );
});

describe('a request id', () => {
  it('is made here, new for each request, whatever the client sends', async () => {
    const own = { 'x-request-id': 'mine', 'request-id': 'mine' };
    const ids = [];
    for (let round = 0; round < 3; round++) ids.push((await ask('GET', '/', own)).headers.get('x-request-id'));
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(UUID_V7);
  });
});

describe('what is no request that can be served', () => {
  const post = 'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n';

  it.each<[name: string, bytes: string]>([
    ['a line that is no HTTP', 'HELO gateway\r\n\r\n'],
    ['a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['headers of 64 KiB', `GET / HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(65_536)}\r\n\r\n`],
    ['two lengths', `${post}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`],
    ['a length and chunks', `${post}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['no host', 'GET /v1/models HTTP/1.1\r\n\r\n'],
    ['an expectation', `${post}content-length: 2\r\nexpect: magic\r\n\r\n{}`],
    ['a tunnel', 'CONNECT example.com:443 HTTP/1.1\r\nhost: x\r\n\r\n'],
  ])('%s is invalid_request, and the connection closes', async (_, bytes) => {
    expectRefusal(parseAnswer(await sendBytes(house.system.gatewayUrl, bytes)), 'invalid_request');
  });

  it('a path that is far too long or whose encoding is broken is refused cleanly', async () => {
    expectRefusal(await ask('GET', '/v1/models/%ZZ'), 'invalid_request');
    expectRefusal(await ask('GET', `/v1/models/${'a'.repeat(20_000)}`), 'invalid_request');
    const key = { authorization: `Bearer ${world.apiKey}` };
    expectRefusal(await ask('GET', `/v1/models/${'a'.repeat(5_000)}`, key), 'model_not_found');
  });
});
