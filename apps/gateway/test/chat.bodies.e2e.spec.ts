import { gzipSync } from 'node:zlib';
import type { HttpAnswer, World } from '@tokenbay/testing';
import { expectRefusal } from './expect-refusal.js';
import { sendRaw } from './raw-http.js';
import { useSystem } from './use-system.js';

const BODY_BYTES_MAX = 65_536;
const house = useSystem({ gateway: { BODY_BYTES_MAX: String(BODY_BYTES_MAX) } });
const messages = [{ role: 'user', content: 'Hello' }];
let world: World;

beforeAll(async () => {
  world = await house.system.world();
  await house.system.upstream.mark();
});

/** Sends bytes as they are. */
async function send(body: string | Buffer, headers: Record<string, string> = {}): Promise<HttpAnswer> {
  const answer = await sendRaw(house.system.gatewayUrl, {
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${world.apiKey}`, 'content-type': 'application/json', ...headers },
    body,
  });
  return house.saw({ ...answer, requestId: answer.headers.get('x-request-id'), content: '', events: [] });
}

const sendJson = (body: unknown) => send(JSON.stringify(body));

afterEach(async () => {
  expect(await house.pointsOf(world)).toMatchObject({ held: '0' });
});

describe('a body that is no JSON object', () => {
  it.each([
    ['is empty', ''],
    ['is blank', '  \n'],
    ['breaks off', '{"model":"x","messages":['],
    ['has single quotes', "{'model':'x'}"],
    ['has a trailing comma', '{"model":"x",}'],
    ['is an array', '[]'],
    ['is a string', '"model"'],
    ['is a number', '7'],
    ['is null', 'null'],
    ['begins with a byte order mark', '\uFEFF{}'],
    ['is followed by another', '{}{}'],
    ['holds __proto__', '{"model":"x","messages":[{"role":"user","content":"x"}],"__proto__":{"admin":true}}'],
    ['holds __proto__ further down', '{"model":"x","messages":[{"role":"user","content":"x","__proto__":{}}]}'],
    ['holds __proto__ in disguise', '{"model":"x","messages":[{"role":"user","\\u005f_proto__":{}}]}'],
    ['is nested deeper than 64', `{"model":"x","messages":${'['.repeat(64)}${']'.repeat(64)}}`],
    ['is nested very deep', `{"model":"x","metadata":${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}}`],
  ])('is invalid_request when it %s', async (_, body) => {
    expectRefusal(await send(body), 'invalid_request');
  });

  it.each<[name: string, headers: Record<string, string>, body: string | Buffer]>([
    ['of another content-type', { 'content-type': 'text/plain' }, JSON.stringify({ messages })],
    ['of a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'model=x'],
    ['in an encoding that is not offered', { 'content-encoding': 'br' }, '{}'],
    ['that is no gzip although it says so', { 'content-encoding': 'gzip' }, '{"model":"x"}'],
    ['whose gzip breaks off', { 'content-encoding': 'gzip' }, gzipSync(JSON.stringify({ messages })).subarray(0, -9)],
  ])('is invalid_request %s', async (_, headers, body) => {
    expectRefusal(await send(body, headers), 'invalid_request');
  });
});

describe('a body that is a JSON object', () => {
  it.each<[field: string, fields: object]>([
    ['model', { model: undefined }],
    ['model', { model: '' }],
    ['model', { model: null }],
    ['model', { model: 5 }],
    ['model', { model: ['x'] }],
    ['messages', { messages: undefined }],
    ['messages', { messages: null }],
    ['messages', { messages: [] }],
    ['messages', { messages: 'Hello' }],
    ['messages', { messages: { role: 'user' } }],
    ['messages', { messages: ['Hello'] }],
    ['messages', { messages: [null] }],
    ['messages', { messages: [{ content: 'no role' }] }],
    ['messages', { messages: [{ role: 'user', content: [{ text: 'no type' }] }] }],
    ['messages', { messages: [{ role: 'user', content: [null] }] }],
    ['stream', { stream: 'true' }],
    ['stream', { stream: 1 }],
    ['stream_options', { stream: true, stream_options: [] }],
    ['stream_options.include_usage', { stream: true, stream_options: { include_usage: 'yes' } }],
    ['n', { n: 0 }],
    ['n', { n: 1.5 }],
    ['n', { n: '2' }],
    ['n', { n: 129 }],
    ['n', { n: 1e300 }],
    ['max_tokens', { max_tokens: 0 }],
    ['max_tokens', { max_tokens: -1 }],
    ['max_tokens', { max_tokens: '100' }],
    ['max_completion_tokens', { max_completion_tokens: 1.5 }],
    ['max_completion_tokens', { max_completion_tokens: 1e308 }],
    ['tools', { tools: 'all' }],
    ['tools', { tools: [{}] }],
    ['service_tier', { service_tier: 7 }],
  ])('is invalid_request, naming %s, for %j', async (param, fields) => {
    const answer = await sendJson({ model: world.modelName, messages, ...fields });
    expectRefusal(answer, 'invalid_request', { param, message: new RegExp(param) });
  });

  it.each<[what: string, param: string, fields: object]>([
    ['a dearer service tier', 'service_tier', { service_tier: 'priority' }],
    ['a cheaper service tier', 'service_tier', { service_tier: 'flex' }],
    ['web search', 'web_search_options', { web_search_options: {} }],
    ['a hosted tool', 'tools', { tools: [{ type: 'code_interpreter' }] }],
    ['audio output', 'modalities', { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } }],
    [
      'audio input',
      'messages',
      {
        messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } }] }],
      },
    ],
  ])('is invalid_request when it asks for %s and the model has no price for it', async (_, param, fields) => {
    expectRefusal(await sendJson({ model: world.modelName, messages, ...fields }), 'invalid_request', { param });
  });

  it('is not_implemented when it refers to a file that is kept upstream', async () => {
    const content = [{ type: 'file', file: { file_id: 'file-of-another-customer' } }];
    const answer = await sendJson({ model: world.modelName, messages: [{ role: 'user', content }] });
    expectRefusal(answer, 'not_implemented');
  });

  it('is never sent upstream in any of these cases', async () => {
    expect(await house.system.upstream.requests()).toEqual([]);
  });
});

describe('a body that is too large', () => {
  const tooLong = JSON.stringify({ model: 'x', messages, padding: 'x'.repeat(BODY_BYTES_MAX) });

  it('is request_too_large, whether its length is announced or not', async () => {
    expectRefusal(await send(tooLong), 'request_too_large');
    expectRefusal(await send(tooLong, { 'transfer-encoding': 'chunked' }), 'request_too_large');
  });

  it('is request_too_large when only its gzip is small', async () => {
    const bomb = gzipSync(Buffer.alloc(32 * 1_048_576, ' '));
    expect(bomb.length).toBeLessThan(BODY_BYTES_MAX);
    expectRefusal(await send(bomb, { 'content-encoding': 'gzip' }), 'request_too_large');
  });

  it('is served when it just fits, compressed or not', async () => {
    const base = JSON.stringify({ model: world.modelName, messages, user: '' });
    const fitting = base.replace('"user":""', `"user":"${'u'.repeat(BODY_BYTES_MAX - base.length)}"`);
    expect(fitting).toHaveLength(BODY_BYTES_MAX);
    const key = { 'content-encoding': 'gzip' };
    expect([(await send(fitting)).status, (await send(gzipSync(fitting), key)).status]).toEqual([200, 200]);
    expectRefusal(await send(gzipSync(`${fitting} `), key), 'request_too_large');
  });
});

describe('a body that is served', () => {
  it('goes upstream as it was parsed: the last of two equal keys, unknown fields kept, nothing of the headers', async () => {
    await house.system.upstream.mark();
    const name = JSON.stringify(world.modelName);
    const body = `{"model":"other","temperature":0.5,"model":${name},"messages":${JSON.stringify(messages)},"user":"ü\\u0000"}`;
    const own = {
      cookie: 'a=b',
      'x-fake': 'status:500',
      'openai-organization': 'org-x',
      'x-forwarded-for': '203.0.113.9',
    };
    expect((await send(body, own)).status).toBe(200);
    const [seen] = await house.system.upstream.requests();
    expect(seen?.body).toEqual({ model: expect.any(String), messages, temperature: 0.5, user: 'ü\0' });
    expect(Object.keys(seen?.headers ?? {}).sort()).toEqual(
      [
        'accept',
        'accept-encoding',
        'authorization',
        'connection',
        'content-length',
        'content-type',
        'host',
        'user-agent',
      ].sort(),
    );
    expect(JSON.stringify(seen)).not.toContain(world.apiKey);
  });

  it('stores nothing at the provider', async () => {
    const own = await house.system.world({ channel: { provider: 'openai' } });
    await house.system.upstream.mark();
    for (const answer of [
      await house.chat(own),
      await house.chat(own, { store: true }),
      await house.chat(world, { store: true }),
    ])
      expect(answer.status).toBe(200);
    const seen = await house.system.upstream.requests();
    expect(seen.map(({ body }) => (body as { store?: boolean }).store)).toEqual([false, false, false]);
  });

  it('may ask for what the model has prices for', async () => {
    const prices = {
      inputPerMillion: '1',
      outputPerMillion: '1',
      serviceTiers: { flex: '0.5' },
      perToolCall: { web_search: '1' },
    };
    const priced = await house.system.world({ model: { prices } });
    expect((await house.chat(priced, { service_tier: 'flex', web_search_options: {} })).status).toBe(200);
    expectRefusal(await house.chat(priced, { service_tier: 'priority' }), 'invalid_request');
  });
});
