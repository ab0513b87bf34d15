import { createHash } from 'node:crypto';
import OpenAI, { toFile } from 'openai';
import { uniqueName, type World, type WorldOptions } from '@tokenbay/testing';
import { expectRefusal } from './expect-refusal.js';
import { useSystem } from './use-system.js';

const BY_IMAGE = { perImage: '0.04' };
const BY_TOKENS = {
  inputPerMillion: '5000',
  imageInputPerMillion: '10000',
  outputPerMillion: '1000',
  imageOutputPerMillion: '40000',
};
const TEXT_ONLY = { inputPerMillion: '1', outputPerMillion: '1' };
const prompt = 'A harbour at night';
const PNG = Buffer.from('89504e470d0a1a0a0000000d', 'hex');

const house = useSystem({ gateway: { BODY_BYTES_MAX: '1000000' } });

async function worldOf(directives: string, prices: object = BY_IMAGE, more: WorldOptions = {}): Promise<World> {
  const model = { capabilities: ['image_generation', 'image_editing'], prices, outputTokensMax: null };
  const upstreamModel = `${uniqueName('gpt-image')}@${directives}`;
  return house.system.world({ upstreamModel, ...more, model: { ...model, ...more.model } });
}

function clientOf({ apiKey }: World): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${house.system.gatewayUrl}/v1`, maxRetries: 0 });
}

const picture = (name = 'otter.png') => toFile(PNG, name, { type: 'image/png' });

async function receiptOf(world: World, requestId: string | null): Promise<unknown> {
  return (await house.system.gateway.request(`/v1/usage/${requestId}`, world.apiKey)).body;
}

async function sentTo({ channel }: World) {
  const [model] = Object.values(channel.models);
  const entries = await house.system.upstream.requests();
  return entries.findLast(({ body }) => (body as { model?: string }).model === model)!.body as Record<string, unknown>;
}

describe('pictures made from words, asked for by the official OpenAI library', () => {
  it('are answered as they came and charged by the picture', async () => {
    const world = await worldOf('usage:50:272');
    const asked = {
      prompt,
      n: 2,
      size: '768x1024',
      quality: 'low',
      background: 'opaque',
      output_format: 'webp',
    } as const;
    const { data: answer, response } = await clientOf(world)
      .images.generate({ model: world.modelName, ...asked })
      .withResponse();
    expect(answer.data?.map(({ b64_json: data }) => typeof data)).toEqual(['string', 'string']);
    expect(await sentTo(world)).toEqual({ ...asked, model: Object.values(world.channel.models)[0] });
    expect(await receiptOf(world, response.headers.get('x-request-id'))).toMatchObject({
      charge_points: '0.08',
      usage_source: 'reported',
      lines: [{ kind: 'perImage', quantity: 2 }],
    });
  });

  it('are charged by the tokens that are reported, each of its kind', async () => {
    const world = await worldOf('usage:50:272', BY_TOKENS);
    const { response } = await clientOf(world).images.generate({ model: world.modelName, prompt }).withResponse();
    // 50 × 0.005 + 272 × 0.04
    expect(await receiptOf(world, response.headers.get('x-request-id'))).toMatchObject({
      charge_points: '11.13',
      tokens: { input: 50, output: 272 },
    });
  });

  it('are held for by all that makes them larger', async () => {
    const fields = [
      {},
      { size: '1024x1024' },
      { size: '1024x1024', quality: 'max' },
      { size: '1024x1024', output_format: 'gif', frame_count: 4 },
    ];
    const held: number[] = [];
    for (const more of fields) {
      const world = await worldOf('usage:50:272', BY_TOKENS, { points: '10000' });
      const body = { model: world.modelName, prompt, ...more };
      const answer = await house.system.gateway.post('/v1/images/generations', world.apiKey, body);
      const receipt = await house.system.admin.get<{ heldPoints: string }>(
        `/usage/${answer.headers.get('x-request-id')}`,
      );
      held.push(Number(receipt.heldPoints));
    }
    const [chosen = 0, plain = 0, best = 0, moving = 0] = held;
    expect(chosen).toBeGreaterThan(1.5 * plain);
    expect(best).toBeGreaterThan(3 * plain);
    expect(moving).toBeGreaterThan(3 * plain);
  });

  it('are counted as they were delivered where no usage is reported, also fewer than were asked for', async () => {
    const upstreamModel = uniqueName('dall-e');
    const world = await worldOf('', BY_IMAGE, { upstreamModel });
    const { data: answer, response } = await clientOf(world)
      .images.generate({ model: world.modelName, prompt, response_format: 'url', style: 'vivid' })
      .withResponse();
    expect(answer.data?.[0]?.url).toMatch(/^https:/);
    const receipt = { charge_points: '0.04', usage_source: 'estimated' };
    expect(await receiptOf(world, response.headers.get('x-request-id'))).toMatchObject(receipt);
    const fewer = await worldOf('images:2+no-usage');
    const three = await clientOf(fewer).images.generate({ model: fewer.modelName, prompt, n: 3 }).withResponse();
    expect(await receiptOf(fewer, three.response.headers.get('x-request-id'))).toMatchObject({ charge_points: '0.08' });
    const more = await worldOf('images:5+no-usage');
    const one = await clientOf(more).images.generate({ model: more.modelName, prompt }).withResponse();
    expect(await receiptOf(more, one.response.headers.get('x-request-id'))).toMatchObject({
      charge_points: '0.04',
      usage_source: 'suspect',
    });
  });

  it('come as a stream of partial pictures, which ends with the finished one and its usage', async () => {
    const world = await worldOf('usage:50:372+split:700', BY_TOKENS);
    const { data: stream, response } = await clientOf(world)
      .images.generate({ model: world.modelName, prompt, stream: true, partial_images: 2 })
      .withResponse();
    const events: OpenAI.ImageGenStreamEvent[] = [];
    for await (const event of stream) events.push(event);
    const partial = 'image_generation.partial_image';
    expect(events.map(({ type }) => type)).toEqual([partial, partial, 'image_generation.completed']);
    expect(events.at(-1)).toMatchObject({ usage: { output_tokens: 372 } });
    expect(await receiptOf(world, response.headers.get('x-request-id'))).toMatchObject({
      charge_points: '15.13',
      stream: true,
      usage_source: 'reported',
    });
  });

  it('cost nothing where the stream breaks, and the client is told in its own way', async () => {
    for (const directives of ['error-event:1', 'end-after:1', 'cut-bytes:900']) {
      const world = await worldOf(directives, BY_TOKENS);
      const stream = await clientOf(world).images.generate({
        ...{ model: world.modelName, prompt, stream: true, partial_images: 2 },
      });
      const failure: unknown = await (async () => {
        for await (const event of stream) expect(event.type).toBe('image_generation.partial_image');
      })().catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'upstream_failed' });
      expect(await house.pointsOf(world)).toEqual({ available: '1000', held: '0' });
    }
  });
});

describe('pictures changed, asked for by the official OpenAI library', () => {
  it('go upstream as the form that came, but for the model, and are charged', async () => {
    const world = await worldOf('usage:50:272:646', BY_TOKENS);
    const { data: answer, response } = await clientOf(world)
      .images.edit({
        model: world.modelName,
        prompt,
        image: [await picture(), await picture('ü.png')],
        mask: await picture('mask.png'),
        n: 1,
      })
      .withResponse();
    expect(answer.data).toHaveLength(1);
    const file = { type: 'image/png', size: PNG.length, sha256: createHash('sha256').update(PNG).digest('hex') };
    expect(await sentTo(world)).toEqual({
      ...{ model: Object.values(world.channel.models)[0], prompt, n: '1' },
      files: [
        { name: 'image[]', fileName: 'otter.png', ...file },
        { name: 'image[]', fileName: 'ü.png', ...file },
        { name: 'mask', fileName: 'mask.png', ...file },
      ],
    });
    // 50 × 0.005 + 646 × 0.01 + 272 × 0.04
    expect(await receiptOf(world, response.headers.get('x-request-id'))).toMatchObject({ charge_points: '17.59' });
  });

  it('come as a stream where the form asks for one', async () => {
    const world = await worldOf('');
    const stream = await clientOf(world).images.edit({
      ...{ model: world.modelName, prompt, image: await picture(), stream: true, partial_images: 1 },
    });
    const types: string[] = [];
    for await (const { type } of stream) types.push(type);
    expect(types).toEqual(['image_edit.partial_image', 'image_edit.completed']);
    expect(await house.pointsOf(world)).toMatchObject({ available: '999.96' });
  });

  it('may be referred to in JSON, by URL but not by a file that is kept upstream', async () => {
    const world = await worldOf('');
    const { modelName: model, apiKey } = world;
    const images = [{ image_url: `data:image/png;base64,${PNG.toString('base64')}` }];
    const answer = await house.system.gateway.post('/v1/images/edits', apiKey, { model, prompt, images });
    expect(answer.status).toBe(200);
    expect(await sentTo(world)).toMatchObject({ images });
    const kept = { model, prompt, images: [{ file_id: 'file-of-another-customer' }] };
    expectRefusal(await house.system.gateway.post('/v1/images/edits', apiKey, kept), 'not_implemented');
  });

  it('are tried again with another channel, the form as it was', async () => {
    const world = await worldOf('status:500');
    const second = `${uniqueName('gpt-image')}@usage:1:1`;
    await house.system.admin.createChannel({
      ...{ baseUrl: house.system.upstream.baseUrl, models: { [world.modelName]: second }, priority: -1 },
    });
    await house.system.settled();
    const answer = await clientOf(world).images.edit({ model: world.modelName, prompt, image: await picture() });
    expect(answer.data).toHaveLength(1);
  });
});

describe('a request for pictures is refused', () => {
  it.each<[what: string, fields: object, param: string]>([
    ['without a prompt', { prompt: undefined }, 'prompt'],
    ['with an empty prompt', { prompt: '' }, 'prompt'],
    ['with more pictures than anybody makes', { n: 11 }, 'n'],
    ['with no picture', { n: 0 }, 'n'],
    ['with a number as text', { n: '2' }, 'n'],
    ['with a stream that is no flag', { stream: 'yes' }, 'stream'],
    ['for more pictures in another way', { batch_size: 4 }, 'batch_size'],
    ['for more pictures in yet another way', { numberOfImages: 4 }, 'numberOfImages'],
    ['for more pictures by a capital letter', { N: 4 }, 'N'],
    ['for more pictures in other letters', { Image_Num: 4 }, 'Image_Num'],
    ['written by another model', { svg: { model: 'author' } }, 'svg'],
    ['as SVG, which another model writes', { output_format: 'svg' }, 'output_format'],
    ['with more frames than there are', { output_format: 'gif', frame_count: 17 }, 'frame_count'],
    ['with too many partial pictures', { stream: true, partial_images: 4 }, 'partial_images'],
  ])('%s', async (_, fields, param) => {
    const world = await worldOf('');
    const body = { model: world.modelName, prompt, ...fields };
    const answer = await house.system.gateway.post('/v1/images/generations', world.apiKey, body);
    expectRefusal(answer, 'invalid_request', { param });
  });

  it('by an upstream that judges the request, in its words', async () => {
    const world = await worldOf('error:content_policy_violation');
    const failure: unknown = await clientOf(world)
      .images.generate({ model: world.modelName, prompt })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OpenAI.BadRequestError);
    expect(failure).toMatchObject({ code: 'content_policy_violation' });
    expect(await house.pointsOf(world)).toEqual({ available: '1000', held: '0' });
  });

  it.each<[as: new (...args: never[]) => Error, code: string, options: WorldOptions]>([
    [OpenAI.PermissionDeniedError, 'model_capability_not_supported', { model: { capabilities: ['text'] } }],
    [OpenAI.PermissionDeniedError, 'model_capability_not_supported', { model: { prices: { perMinute: '1' } } }],
    [OpenAI.PermissionDeniedError, 'model_capability_not_supported', { model: { prices: TEXT_ONLY } }],
    [OpenAI.PermissionDeniedError, 'account_point_insufficient', { points: '0.039999' }],
    [OpenAI.InternalServerError, 'channel_unavailable', { channel: { enabled: false } }],
    [OpenAI.InternalServerError, 'conversion_not_implemented', { channel: { provider: 'anthropic' } }],
  ])('with %p and %s', async (as, code, options) => {
    const world = await worldOf('', BY_IMAGE, options);
    for (const ask of [
      () => clientOf(world).images.generate({ model: world.modelName, prompt }),
      async () => clientOf(world).images.edit({ model: world.modelName, prompt, image: await picture() }),
    ]) {
      const failure: unknown = await ask().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(as);
      expect(failure).toMatchObject({ code });
    }
  });

  it('before its form is read where its key is none, and as too large where it is', async () => {
    const world = await worldOf('');
    const image = await toFile(Buffer.alloc(1_100_000), 'big.png', { type: 'image/png' });
    const refused = (apiKey: string) =>
      clientOf({ ...world, apiKey })
        .images.edit({ model: world.modelName, prompt, image })
        .catch((error: unknown) => error);
    expect(await refused('sk-invented')).toMatchObject({ status: 401, code: 'api_key_invalid' });
    expect(await refused(world.apiKey)).toMatchObject({ status: 413, code: 'request_too_large' });
  });

  it('where its form is malformed, or lacks what it must have', async () => {
    const world = await worldOf('');
    const send = async (body: string, type = 'multipart/form-data; boundary=b') =>
      house.system.gateway.request('/v1/images/edits', world.apiKey, {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      });
    const field = (name: string, value: string) =>
      `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    for (const [body, param] of [
      ['not a form', null],
      [field('model', world.modelName), null],
      [`${field('model', world.modelName)}${field('prompt', 'x')}--b--\r\n`, 'image'],
      [`${field('prompt', 'x')}--b--\r\n`, 'image'],
    ] as const)
      expectRefusal(await send(body), 'invalid_request', { param });
  });
});

it('never sells more pictures than a balance pays for, however many ask at once', async () => {
  const world = await worldOf('delay:20', BY_IMAGE, { points: '0.2' });
  const client = clientOf(world);
  const asked = Array.from({ length: 20 }, () => client.images.generate({ model: world.modelName, prompt }));
  const outcomes = await Promise.allSettled(asked);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  expect(await house.pointsOf(world)).toEqual({ available: '0', held: '0' });
});
