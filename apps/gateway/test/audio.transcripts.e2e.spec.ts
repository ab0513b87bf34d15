import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import OpenAI, { toFile } from 'openai';
import { uniqueName, type World, type WorldOptions } from '@tokenbay/testing';
import { expectRefusal } from './expect-refusal.js';
import { makeWav } from './make-wav.js';
import { useSystem } from './use-system.js';

const BY_MINUTE = { perMinute: '6' };
const BY_TOKENS = { inputPerMillion: '2500', audioInputPerMillion: '6000', outputPerMillion: '10000' };
const TEXT_ONLY = { inputPerMillion: '1', outputPerMillion: '1' };
const TEXT = 'Hello from the fake upstream.';
const SECONDS = 12.5;
const recording = makeWav(SECONDS);
const BODY_BYTES_MAX = 1_000_000;

const house = useSystem({ gateway: { BODY_BYTES_MAX: String(BODY_BYTES_MAX) } });

async function worldOf(name: string, prices: object = BY_MINUTE, more: WorldOptions = {}): Promise<World> {
  const [model = '', directives = ''] = name.split('@');
  const upstreamModel = `${uniqueName(model)}@${directives}`;
  const fields = { capabilities: ['transcription'], prices, outputTokensMax: null };
  return house.system.world({ upstreamModel, ...more, model: { ...fields, ...more.model } });
}

function clientOf({ apiKey }: World): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${house.system.gatewayUrl}/v1`, maxRetries: 0 });
}

const asked = async ({ modelName }: World) => ({ file: await toFile(recording, 'speech.wav'), model: modelName });

async function receiptOf(world: World, response: Response): Promise<unknown> {
  return (await house.system.gateway.request(`/v1/usage/${response.headers.get('x-request-id')}`, world.apiKey)).body;
}

describe('a recording written down, asked for by the official OpenAI library', () => {
  it.each<[format: 'json' | 'verbose_json' | 'diarized_json', usage: string, charge: string]>([
    ['json', 'seconds:30', '3'],
    ['verbose_json', 'seconds:30', '3'],
    ['verbose_json', 'seconds:29.5+no-usage', '2.95'],
    ['diarized_json', 'seconds:61.25+no-usage', '6.125'],
  ])('is answered as %s, and charged by the time that is reported (%s)', async (format, usage, charge) => {
    const world = await worldOf(`whisper@${usage}`);
    const { data, response } = await clientOf(world)
      .audio.transcriptions.create({ ...(await asked(world)), response_format: format })
      .withResponse();
    expect(data).toMatchObject({ text: TEXT });
    expect(await receiptOf(world, response)).toMatchObject({ charge_points: charge, usage_source: 'reported' });
  });

  it.each<[format: 'text' | 'srt' | 'vtt', seconds: string, charge: string]>([
    ['text', '8.47', '1.25'],
    ['srt', '8.47', '1.25'],
    ['vtt', '95', '9.5'],
    ['srt', '95', '9.5'],
  ])(
    'is answered as %s, and charged by its own length or what the last subtitle tells',
    async (format, seconds, charge) => {
      const world = await worldOf(`whisper@seconds:${seconds}`);
      const { data, response } = await clientOf(world)
        .audio.transcriptions.create({ ...(await asked(world)), response_format: format })
        .withResponse();
      expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
      expect(data).toContain(TEXT);
      expect(await receiptOf(world, response)).toMatchObject({ charge_points: charge, usage_source: 'estimated' });
    },
  );

  it('is charged by the tokens that are reported, each of its kind', async () => {
    const world = await worldOf('gpt-4o-transcribe@usage:200:40:10', BY_TOKENS);
    const { response } = await clientOf(world)
      .audio.transcriptions.create({ ...(await asked(world)), prompt: 'Names: Tide, Pier' })
      .withResponse();
    // 10 × 0.0025 + 200 × 0.006 + 40 × 0.01
    expect(await receiptOf(world, response)).toMatchObject({
      ...{ charge_points: '1.625', usage_source: 'reported', tokens: { input: 210, output: 40 } },
    });
  });

  it('is charged by what can be counted where a model is sold by tokens and none are reported', async () => {
    const world = await worldOf('gpt-4o-transcribe@no-usage', BY_TOKENS);
    const { response } = await clientOf(world)
      .audio.transcriptions.create(await asked(world))
      .withResponse();
    expect(await receiptOf(world, response)).toMatchObject({
      usage_source: 'estimated',
      tokens: { input: Math.ceil(SECONDS * 17), output: 6 },
    });
  });

  it('comes as it is written where a stream is asked for, its end with the usage', async () => {
    const world = await worldOf('gpt-4o-transcribe@usage:200:40+split:50', BY_TOKENS);
    const { data: stream, response } = await clientOf(world)
      .audio.transcriptions.create({ ...(await asked(world)), stream: true })
      .withResponse();
    let text = '';
    const types = new Set<string>();
    for await (const event of stream) {
      types.add(event.type);
      if (event.type === 'transcript.text.delta') text += event.delta;
    }
    expect([text, [...types]]).toEqual([TEXT, ['transcript.text.delta', 'transcript.text.done']]);
    expect(await receiptOf(world, response)).toMatchObject({ charge_points: '1.6', stream: true });
  });

  it('comes whole from a model that knows no streams', async () => {
    const world = await worldOf('whisper@seconds:30');
    const form = new FormData();
    form.append('stream', 'true');
    form.append('file', new File([new Uint8Array(recording)], 'speech.wav'));
    form.append('model', world.modelName);
    const answer = await house.system.gateway.request('/v1/audio/transcriptions', world.apiKey, {
      method: 'POST',
      body: form,
    });
    expect([answer.status, answer.body]).toEqual([200, expect.objectContaining({ text: TEXT })]);
    expect(await house.pointsOf(world)).toEqual({ available: '997', held: '0' });
  });

  it('that breaks off while it is written is told so, and is free', async () => {
    for (const directives of ['error-event:2', 'end-after:2', 'cut-bytes:150']) {
      const world = await worldOf(`gpt-4o-transcribe@${directives}`);
      const stream = await clientOf(world).audio.transcriptions.create({ ...(await asked(world)), stream: true });
      const failure: unknown = await (async () => {
        for await (const event of stream) expect(event.type).toBe('transcript.text.delta');
      })().catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'upstream_failed' });
      expect(await house.pointsOf(world)).toEqual({ available: '1000', held: '0' });
    }
  });

  it('goes upstream as the form that came, but for the model', async () => {
    const world = await worldOf('whisper');
    await clientOf(world).audio.transcriptions.create({
      ...{ ...(await asked(world)), response_format: 'verbose_json', language: 'en', temperature: 0.2 },
      ...{ timestamp_granularities: ['word', 'segment'], prompt: 'Grüße' },
    });
    const entries = await house.system.upstream.requests();
    expect(entries.at(-1)?.body).toEqual({
      ...{ model: Object.values(world.channel.models)[0], response_format: 'verbose_json', language: 'en' },
      ...{ temperature: '0.2', prompt: 'Grüße', 'timestamp_granularities[]': ['word', 'segment'] },
      files: [
        {
          ...{ name: 'file', fileName: 'speech.wav', type: 'application/octet-stream', size: recording.length },
          sha256: createHash('sha256').update(recording).digest('hex'),
        },
      ],
    });
  });

  it('is translated in the same way, and tried with another channel where one fails', async () => {
    const world = await worldOf('whisper@status:503');
    const models = { [world.modelName]: `${uniqueName('whisper')}@seconds:30` };
    await house.system.admin.createChannel({ baseUrl: house.system.upstream.baseUrl, models, priority: -1 });
    await house.system.settled();
    const { file, model } = await asked(world);
    expect(await clientOf(world).audio.translations.create({ file, model })).toMatchObject({ text: TEXT });
    expect(await house.pointsOf(world)).toEqual({ available: '997', held: '0' });
  });
});

describe('a recording whose length is reported is charged that', () => {
  it('also where the file says less, and where it says nothing', async () => {
    for (const file of [await toFile(recording, 'a.wav'), await toFile(Buffer.from('no sound at all'), 'b.mp3')]) {
      const world = await worldOf('whisper@seconds:95');
      const { response } = await clientOf(world)
        .audio.transcriptions.create({ file, model: world.modelName })
        .withResponse();
      expect(await receiptOf(world, response)).toMatchObject({ charge_points: '9.5', usage_source: 'reported' });
    }
  });

  it('also in tokens, more than the file lets expect, where the balance is large', async () => {
    const more = { points: '100000', model: { contextTokensMax: null } };
    const world = await worldOf('gpt-4o-transcribe@usage:20000:40', BY_TOKENS, more);
    const { response } = await clientOf(world)
      .audio.transcriptions.create(await asked(world))
      .withResponse();
    // 20,000 × 0.006 + 40 × 0.01
    expect(await receiptOf(world, response)).toMatchObject({ charge_points: '120.4', usage_source: 'reported' });
  });

  it('but never more than was held, and suspect, where the report makes no sense', async () => {
    const world = await worldOf('whisper@seconds:1e12');
    const { response } = await clientOf(world)
      .audio.transcriptions.create(await asked(world))
      .withResponse();
    const receipt = (await receiptOf(world, response)) as { charge_points: string; held_points: string };
    expect(receipt).toMatchObject({ usage_source: 'suspect' });
    expect(Number(receipt.charge_points)).toBeLessThanOrEqual(150);
  });
});

describe('a recording is not written down', () => {
  async function send(world: World, form: FormData, headers: Record<string, string> = {}) {
    const init = { method: 'POST', body: form, headers };
    return house.system.gateway.request('/v1/audio/transcriptions', world.apiKey, init);
  }
  const file = () => new File([new Uint8Array(recording)], 'speech.wav');

  it.each<[what: string, fields: Record<string, string | File | undefined>, param: string]>([
    ['without a file', { file: undefined }, 'file'],
    ['with a file that is a text', { file: 'speech.wav' }, 'file'],
    ['with an empty file', { file: new File([], 'speech.wav') }, 'file'],
    ['without a model', { model: undefined }, 'model'],
    ['in a format that nobody knows', { response_format: 'docx' }, 'response_format'],
    ['in a stream that is no flag', { stream: 'yes' }, 'stream'],
  ])('%s', async (_, fields, param) => {
    const world = await worldOf('whisper');
    const form = new FormData();
    for (const [name, value] of Object.entries({ file: file(), model: world.modelName, ...fields }))
      if (value !== undefined) form.append(name, value);
    expectRefusal(await send(world, form), 'invalid_request', { param });
  });

  it('where the body is JSON, or a form that breaks off', async () => {
    const world = await worldOf('whisper');
    const path = '/v1/audio/transcriptions';
    expectRefusal(await house.system.gateway.post(path, world.apiKey, { model: world.modelName }), 'invalid_request');
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    const body = '--b\r\ncontent-disposition: form-data; name="model"\r\n\r\nwhis';
    expectRefusal(
      await house.system.gateway.request(path, world.apiKey, { method: 'POST', body, headers }),
      'invalid_request',
    );
  });

  it('where it is too large, compressed or not', async () => {
    const world = await worldOf('whisper');
    const big = await toFile(Buffer.alloc(BODY_BYTES_MAX), 'big.wav');
    const failure: unknown = await clientOf(world)
      .audio.transcriptions.create({ file: big, model: world.modelName })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OpenAI.APIError);
    expect(failure).toMatchObject({ status: 413, code: 'request_too_large' });
    const form = new FormData();
    form.append('file', new File([new Uint8Array(2 * BODY_BYTES_MAX)], 'big.wav'));
    const written = new Response(form);
    const body = gzipSync(Buffer.from(await written.arrayBuffer()));
    const headers = { 'content-encoding': 'gzip', 'content-type': written.headers.get('content-type')! };
    const answer = await house.system.gateway.request('/v1/audio/transcriptions', world.apiKey, {
      method: 'POST',
      body,
      headers,
    });
    expectRefusal(answer, 'request_too_large');
  });

  it('but is where its form came compressed', async () => {
    const world = await worldOf('whisper@seconds:30');
    const form = new FormData();
    form.append('model', world.modelName);
    form.append('file', file());
    const written = new Response(form);
    const body = gzipSync(Buffer.from(await written.arrayBuffer()));
    const headers = { 'content-encoding': 'gzip', 'content-type': written.headers.get('content-type')! };
    const answer = await house.system.gateway.request('/v1/audio/transcriptions', world.apiKey, {
      method: 'POST',
      body,
      headers,
    });
    expect([answer.status, answer.body]).toMatchObject([200, { text: TEXT }]);
  });

  it.each<[as: new (...args: never[]) => Error, code: string, options: WorldOptions]>([
    [OpenAI.PermissionDeniedError, 'model_capability_not_supported', { model: { capabilities: ['speech'] } }],
    [OpenAI.PermissionDeniedError, 'model_capability_not_supported', { model: { prices: { perImage: '1' } } }],
    [OpenAI.PermissionDeniedError, 'model_capability_not_supported', { model: { prices: TEXT_ONLY } }],
    [OpenAI.PermissionDeniedError, 'account_point_insufficient', { points: '1' }],
    [OpenAI.BadRequestError, 'invalid_request', { upstreamModel: 'whisper@error:invalid_value' }],
    [OpenAI.InternalServerError, 'upstream_failed', { upstreamModel: 'whisper@error-body' }],
    [OpenAI.InternalServerError, 'conversion_not_implemented', { channel: { provider: 'anthropic' } }],
  ])('with %p and %s', async (as, code, options) => {
    const world = await worldOf('whisper', BY_MINUTE, options);
    const failure: unknown = await clientOf(world)
      .audio.transcriptions.create(await asked(world))
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(as);
    expect(failure).toMatchObject({ code });
  });

  it('where a page came in place of a text', async () => {
    const world = await worldOf('whisper@html');
    const failure: unknown = await clientOf(world)
      .audio.transcriptions.create({ ...(await asked(world)), response_format: 'text' })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ status: 500, code: 'response_parse_failed' });
    expect(await house.pointsOf(world)).toEqual({ available: '1000', held: '0' });
  });
});

it('never writes down more than a balance pays for, however many ask at once', async () => {
  // Two minutes are held for each.
  const world = await worldOf('whisper@delay:30+seconds:120', BY_MINUTE, { points: '40' });
  const client = clientOf(world);
  const asks = Array.from({ length: 12 }, async () => client.audio.transcriptions.create(await asked(world)));
  const outcomes = await Promise.allSettled(asks);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  expect(await house.pointsOf(world)).toEqual({ available: '4', held: '0' });
});
