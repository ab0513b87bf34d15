import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import OpenAI from 'openai';
import { uniqueName, type World, type WorldOptions } from '@tokenbay/testing';
import { expectRefusal } from './expect-refusal.js';
import { useSystem } from './use-system.js';

const BY_CHARACTER = { perMillionCharacters: '15000' };
const BY_TOKENS = { inputPerMillion: '600', audioOutputPerMillion: '12000' };
const TEXT_ONLY = { inputPerMillion: '1', outputPerMillion: '1' };
const input = 'A lantern swings above the pier. Ümläute count as one each.';
const CHARACTERS = input.length;
const TAIL_BYTES = 1_024;
const CHARGE = String((CHARACTERS * 15_000) / 1_000_000);

const house = useSystem();

async function worldOf(directives: string, prices: object = BY_CHARACTER, more: WorldOptions = {}): Promise<World> {
  const model = { capabilities: ['speech'], prices, outputTokensMax: null };
  const upstreamModel = `${uniqueName('gpt-4o-mini-tts')}@${directives}`;
  return house.system.world({ upstreamModel, ...more, model: { ...model, ...more.model } });
}

function clientOf({ apiKey }: World): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${house.system.gatewayUrl}/v1`, maxRetries: 0 });
}

const asked = ({ modelName }: World) => ({ model: modelName, input, voice: 'alloy' });

/** What the fake upstream makes of a text. */
function soundOf(text: string): Buffer {
  return Buffer.from(Array.from({ length: text.length * 100 }, (_, index) => (index * 31 + text.length) % 251));
}

async function receiptOf(world: World, requestId: string | null): Promise<unknown> {
  return (await house.system.gateway.request(`/v1/usage/${requestId}`, world.apiKey)).body;
}

describe('a text spoken, asked for by the official OpenAI library', () => {
  it.each([
    ['mp3', 'audio/mpeg'],
    ['opus', 'audio/opus'],
    ['aac', 'audio/aac'],
    ['flac', 'audio/flac'],
    ['wav', 'audio/wav'],
    ['pcm', 'audio/pcm'],
  ] as const)('is the sound that the upstream made, as %s, and charged by the character', async (format, type) => {
    const world = await worldOf('');
    const response = await clientOf(world).audio.speech.create({ ...asked(world), response_format: format });
    expect(response.headers.get('content-type')).toBe(type);
    expect(Buffer.from(await response.arrayBuffer()).equals(soundOf(input))).toBe(true);
    expect(await receiptOf(world, response.headers.get('x-request-id'))).toMatchObject({
      charge_points: CHARGE,
      usage_source: 'estimated',
      lines: [{ kind: 'perMillionCharacters' }],
    });
    const entries = await house.system.upstream.requests();
    expect(entries.at(-1)?.body).toEqual({
      ...asked(world),
      model: Object.values(world.channel.models)[0],
      response_format: format,
    });
  });

  it('is whole however the upstream cuts it, and its last bytes come after the charge', async () => {
    const world = await worldOf('split:333+gap:10');
    const response = await clientOf(world).audio.speech.create(asked(world));
    expect(Buffer.from(await response.arrayBuffer()).equals(soundOf(input))).toBe(true);
    expect(await house.pointsOf(world)).toEqual({ available: String(1_000 - Number(CHARGE)), held: '0' });
  });

  it.each([['cut-bytes:3000'], ['reset-bytes:3000']])(
    'that breaks off never ends cleanly, and is free (%s)',
    async (directives) => {
      const world = await worldOf(directives);
      const response = await clientOf(world).audio.speech.create(asked(world));
      expect(response.status).toBe(200);
      await expect(response.arrayBuffer()).rejects.toThrow();
      expect(await house.pointsOf(world)).toEqual({ available: '1000', held: '0' });
    },
  );

  it('flows as it comes; where it then hangs it is cut after its time limit, never ends cleanly, and is free', async () => {
    const world = await worldOf('hang-bytes:3000', BY_CHARACTER, { channel: { idleTimeoutMs: 1_000 } });
    const response = await clientOf(world).audio.speech.create(asked(world));
    const chunks: Uint8Array[] = [];
    await expect(
      (async () => {
        for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk);
      })(),
    ).rejects.toThrow();
    // But for the last bytes, which wait for the charge.
    expect(Buffer.concat(chunks).equals(soundOf(input).subarray(0, 3_000 - TAIL_BYTES))).toBe(true);
    expect(await house.pointsOf(world)).toEqual({ available: '1000', held: '0' });
  });

  it('whose client left is charged all the same, since it was spoken', async () => {
    const world = await worldOf('gap:60');
    const response = await clientOf(world).audio.speech.create(asked(world));
    const reader = response.body!.getReader();
    await reader.read();
    await reader.cancel();
    const left = { available: String(1_000 - Number(CHARGE)), held: '0' };
    for (let tries = 0; tries < 50 && (await house.pointsOf(world)).held !== '0'; tries += 1) await pause(100);
    expect(await house.pointsOf(world)).toEqual(left);
    expect(await receiptOf(world, response.headers.get('x-request-id'))).toMatchObject({ outcome: 'client_left' });
  });

  it('comes in events where they are asked for, with the usage that is charged', async () => {
    const world = await worldOf('usage:20:500', BY_TOKENS);
    const response = await clientOf(world).audio.speech.create({ ...asked(world), stream_format: 'sse' });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const events = (await response.text())
      .split('\n')
      .filter((line) => line.startsWith('data: '))
      .map((line) => JSON.parse(line.slice(6)) as { type: string; audio?: string });
    const sound = Buffer.concat(events.map(({ audio = '' }) => Buffer.from(audio, 'base64')));
    expect(sound.equals(soundOf(input))).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: 'speech.audio.done', usage: { output_tokens: 500 } });
    // 20 × 0.0006 + 500 × 0.012
    expect(await receiptOf(world, response.headers.get('x-request-id'))).toMatchObject({
      charge_points: '6.012',
      usage_source: 'reported',
    });
  });

  it('in events that break off says so in the last one, and is free', async () => {
    const world = await worldOf('end-after:2', BY_TOKENS);
    const response = await clientOf(world).audio.speech.create({ ...asked(world), stream_format: 'sse' });
    const text = await response.text();
    expect(JSON.parse(text.trimEnd().split('\n').at(-1)!.slice(6))).toMatchObject({
      error: { code: 'upstream_failed' },
    });
    expect(await house.pointsOf(world)).toEqual({ available: '1000', held: '0' });
  });

  it('is charged by estimated tokens where a model is sold by them and sound says nothing of usage', async () => {
    const world = await worldOf('', BY_TOKENS);
    const response = await clientOf(world).audio.speech.create(asked(world));
    await response.arrayBuffer();
    const receipt = (await receiptOf(world, response.headers.get('x-request-id'))) as { charge_points: string };
    expect(receipt).toMatchObject({ usage_source: 'estimated', tokens: { output: Math.ceil(CHARACTERS * 1.4) } });
    expect(Number(receipt.charge_points)).toBeGreaterThan(1);
  });

  it('is asked of another channel where one fails before its first byte', async () => {
    for (const directives of ['status:500', 'html', 'empty', 'error-body', 'reset-headers']) {
      const world = await worldOf(directives);
      await house.system.admin.createChannel({
        ...{ baseUrl: house.system.upstream.baseUrl, models: { [world.modelName]: uniqueName('tts') }, priority: -1 },
      });
      await house.system.settled();
      const response = await clientOf(world).audio.speech.create(asked(world));
      expect(Buffer.from(await response.arrayBuffer()).equals(soundOf(input))).toBe(true);
    }
  }, 60_000);

  it('is not passed on compressed, which no client has asked for', async () => {
    const headers = { 'content-type': 'audio/mpeg', 'content-encoding': 'gzip' };
    await using upstream = createServer((_, response) =>
      response.writeHead(200, headers).end(gzipSync(soundOf(input))),
    );
    await once(upstream.listen(0, '127.0.0.1'), 'listening');
    const baseUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1`;
    const world = await worldOf('', BY_CHARACTER, { channel: { baseUrl } });
    const answer = await house.system.gateway.post('/v1/audio/speech', world.apiKey, asked(world));
    upstream.closeAllConnections();
    expectRefusal(answer, 'response_parse_failed');
    expect(await house.pointsOf(world)).toEqual({ available: '1000', held: '0' });
  });
});

describe('a text is not spoken', () => {
  it.each<[what: string, fields: object, param: string]>([
    ['where there is none', { input: undefined }, 'input'],
    ['where it is empty', { input: '' }, 'input'],
    ['where it is no text', { input: ['a'] }, 'input'],
    ['in a stream that nobody knows', { stream_format: 'websocket' }, 'stream_format'],
    ['faster than anybody listens', { speed: 5 }, 'speed'],
  ])('%s', async (_, fields, param) => {
    const world = await worldOf('');
    const answer = await house.system.gateway.post('/v1/audio/speech', world.apiKey, { ...asked(world), ...fields });
    expectRefusal(answer, 'invalid_request', { param });
  });

  it('with a voice that is kept upstream', async () => {
    const world = await worldOf('');
    const body = { ...asked(world), voice: { id: 'voice_of_another_customer' } };
    expectRefusal(await house.system.gateway.post('/v1/audio/speech', world.apiKey, body), 'not_implemented');
  });

  it.each<[as: new (...args: never[]) => Error, code: string, options: WorldOptions]>([
    [OpenAI.PermissionDeniedError, 'model_capability_not_supported', { model: { capabilities: ['text'] } }],
    [OpenAI.PermissionDeniedError, 'model_capability_not_supported', { model: { prices: { perImage: '1' } } }],
    [OpenAI.PermissionDeniedError, 'model_capability_not_supported', { model: { prices: TEXT_ONLY } }],
    [OpenAI.PermissionDeniedError, 'account_point_insufficient', { points: '0.5' }],
    [OpenAI.RateLimitError, 'upstream_saturated', { upstreamModel: 'tts@status:429' }],
    [OpenAI.InternalServerError, 'upstream_failed', { upstreamModel: 'tts@error-body' }],
    [OpenAI.InternalServerError, 'response_parse_failed', { upstreamModel: 'tts@html' }],
  ])('with %p and %s', async (as, code, options) => {
    const world = await worldOf('', BY_CHARACTER, options);
    const failure: unknown = await clientOf(world)
      .audio.speech.create(asked(world))
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(as);
    expect(failure).toMatchObject({ code });
  });
});

it('never speaks more than a balance pays for, however many ask at once', async () => {
  const world = await worldOf('delay:20', BY_CHARACTER, { points: String(3.5 * Number(CHARGE)) });
  const client = clientOf(world);
  const asks = Array.from({ length: 15 }, async () => (await client.audio.speech.create(asked(world))).arrayBuffer());
  const outcomes = await Promise.allSettled(asks);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
});
