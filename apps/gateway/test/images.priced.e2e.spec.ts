import OpenAI, { toFile } from 'openai';
import { uniqueName, type World } from '@tokenbay/testing';
import { expectRefusal } from './expect-refusal.js';
import { useSystem } from './use-system.js';

const BY_PICTURE = {
  perImage: '0.04',
  serviceTiers: { hd: '2', low: '0.25', high: '4', '1792x1024': '1.5', 'hd/1792x1024': '3', 'high/1536x1024': '6' },
};
const prompt = 'A harbour at night';
const PNG = Buffer.from('89504e470d0a1a0a0000000d', 'hex');

const house = useSystem();

async function worldOf(directives: string, prices: object = BY_PICTURE, points = '1000'): Promise<World> {
  return house.system.world({
    points,
    upstreamModel: `${uniqueName('gpt-image')}@${directives}`,
    model: { capabilities: ['image_generation', 'image_editing'], prices, outputTokensMax: null },
  });
}

function clientOf({ apiKey }: World): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${house.system.gatewayUrl}/v1`, maxRetries: 0 });
}

const picture = () => toFile(PNG, 'otter.png', { type: 'image/png' });

interface Receipt {
  readonly heldPoints: string;
  readonly chargePoints: string;
  readonly lines: readonly object[];
}

async function receiptOf(response: Response): Promise<Receipt> {
  return house.system.admin.get<Receipt>(`/usage/${response.headers.get('x-request-id')}`);
}

async function refusalOf(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => 'served',
    (error: unknown) => error,
  );
}

async function sentTo({ channel }: World): Promise<number> {
  const [model] = Object.values(channel.models);
  const entries = await house.system.upstream.requests();
  return entries.filter(({ body }) => (body as { model?: string }).model === model).length;
}

describe('pictures that are sold by the picture, asked for by the official OpenAI library', () => {
  it.each<[asked: Omit<OpenAI.ImageGenerateParamsNonStreaming, 'prompt' | 'model'>, charge: string]>([
    [{ quality: 'medium', size: '1024x1024' }, '0.04'],
    [{ quality: 'standard', size: '512x512', n: 2 }, '0.08'],
    [{ quality: 'low', size: '1024x1024' }, '0.01'],
    [{ quality: 'hd', size: '1024x1024' }, '0.08'],
    [{ quality: 'medium', size: '1792x1024', n: 2 }, '0.12'],
    [{ quality: 'hd', size: '1792x1024' }, '0.12'],
  ])('are held for and charged by what is asked: %j', async (asked, charge) => {
    const world = await worldOf('');
    const { response } = await clientOf(world)
      .images.generate({ model: world.modelName, prompt, ...asked })
      .withResponse();
    expect(await receiptOf(response)).toMatchObject({ heldPoints: charge, chargePoints: charge });
  });

  it('show the price of what was made in the receipt', async () => {
    const world = await worldOf('');
    const { response } = await clientOf(world)
      .images.generate({ model: world.modelName, prompt, quality: 'hd', size: '1792x1024', n: 2 })
      .withResponse();
    expect((await receiptOf(response)).lines).toEqual([
      { kind: 'perImage', quantity: 2, unitPrice: '0.12', points: '0.24' },
    ]);
  });

  it('cost by the request where they are sold so', async () => {
    const world = await worldOf('', { perRequest: '0.1', serviceTiers: { hd: '2' } });
    const { response } = await clientOf(world)
      .images.generate({ model: world.modelName, prompt, quality: 'hd', size: '1024x1024' })
      .withResponse();
    expect(await receiptOf(response)).toMatchObject({ heldPoints: '0.2', chargePoints: '0.2' });
  });

  it.each<[asked: object, param: string, name: string, prices: object]>([
    [{ quality: 'hd' }, 'quality', 'hd', { perImage: '0.04' }],
    [{ quality: 'xhigh' }, 'quality', 'xhigh', BY_PICTURE],
    [{ size: '1024x1536' }, 'size', '1024x1536', BY_PICTURE],
    [{ quality: 'low', size: '1792x1024' }, 'size', 'low/1792x1024', BY_PICTURE],
    [{ resolution: '2K' }, 'resolution', '2K', BY_PICTURE],
    [
      { quality: 'hd', service_tier: 'flex' },
      'service_tier',
      '',
      { ...BY_PICTURE, serviceTiers: { hd: '2', flex: '1' } },
    ],
  ])('are not sold without a price: %j', async (asked, param, name, prices) => {
    const world = await worldOf('', prices);
    const { modelName: model } = world;
    const body = { model, prompt, ...asked } as OpenAI.ImageGenerateParamsNonStreaming;
    for (const stream of [false, true]) {
      const failure = await refusalOf(
        clientOf(world).images.generate({ ...body, stream } as OpenAI.ImageGenerateParamsStreaming),
      );
      expect(failure).toBeInstanceOf(OpenAI.BadRequestError);
      expect(failure).toMatchObject({ code: 'invalid_request', param, message: expect.stringContaining(name) });
    }
    const form = { ...body, image: await picture() } as OpenAI.ImageEditParamsNonStreaming;
    expect(await refusalOf(clientOf(world).images.edit(form))).toMatchObject({ code: 'invalid_request', param });
    expect(await sentTo(world)).toBe(0);
    expect(await house.pointsOf(world)).toEqual({ available: '1000', held: '0' });
  });

  it.each<[chosen: string, charge: string]>([
    ['high:1536x1024', '0.24'],
    ['high:1024x1024', '0.16'],
    ['low:1024x1024', '0.01'],
    ['medium:1024x1024', '0.04'],
    ['medium:1536x1024', '0.04'],
  ])('are charged by what came, %s, where the model chooses, and held for at the dearest', async (chosen, charge) => {
    const world = await worldOf(`chooses:${chosen}`);
    const asked = { model: world.modelName, prompt, quality: 'auto' } as const;
    const { response } = await clientOf(world).images.generate(asked).withResponse();
    expect(await receiptOf(response)).toMatchObject({ heldPoints: '0.24', chargePoints: charge });
    const { data: stream, response: begun } = await clientOf(world)
      .images.generate({ ...asked, stream: true, partial_images: 1 })
      .withResponse();
    for await (const event of stream) expect(event.type).toMatch(/^image_generation\./);
    expect(await receiptOf(begun)).toMatchObject({ heldPoints: '0.24', chargePoints: charge });
  });

  it('are charged as asked where the client chose one of both, whatever the answer says of it', async () => {
    const world = await worldOf('chooses:high:1536x1024');
    const asked = { model: world.modelName, prompt } as const;
    const small = await clientOf(world)
      .images.generate({ ...asked, size: '1024x1024' })
      .withResponse();
    expect(await receiptOf(small.response)).toMatchObject({ heldPoints: '0.16', chargePoints: '0.16' });
    const medium = await clientOf(world)
      .images.generate({ ...asked, quality: 'medium' })
      .withResponse();
    expect(await receiptOf(medium.response)).toMatchObject({ heldPoints: '0.06', chargePoints: '0.04' });
  });

  it('are charged the plain price where the answer says nothing', async () => {
    const upstreamModel = uniqueName('dall-e');
    const model = { capabilities: ['image_generation'], prices: BY_PICTURE, outputTokensMax: null };
    const world = await house.system.world({ upstreamModel, model });
    const { response } = await clientOf(world).images.generate({ model: world.modelName, prompt }).withResponse();
    expect(await receiptOf(response)).toMatchObject({ chargePoints: '0.04' });
  });

  it('cost the same when they are changed, by a form, whole and streamed', async () => {
    const world = await worldOf('chooses:low:1024x1024');
    const client = clientOf(world);
    const asked = { model: world.modelName, prompt, image: await picture() };
    const { response: large } = await client.images
      .edit({ ...asked, quality: 'high', size: '1536x1024', n: 2 })
      .withResponse();
    expect(await receiptOf(large)).toMatchObject({ heldPoints: '0.48', chargePoints: '0.48' });
    const { data: stream, response: open } = await client.images.edit({ ...asked, stream: true }).withResponse();
    for await (const { type } of stream) expect(type).toBe('image_edit.completed');
    expect(await receiptOf(open)).toMatchObject({ heldPoints: '0.24', chargePoints: '0.01' });
  });

  it('are no more than a balance pays for at the dearest that may come', async () => {
    const world = await worldOf('', BY_PICTURE, '0.2');
    const body = { model: world.modelName, prompt };
    const path = '/v1/images/generations';
    expectRefusal(await house.system.gateway.post(path, world.apiKey, body), 'account_point_insufficient');
    const plain = { ...body, quality: 'medium', size: '1024x1024' };
    expect((await house.system.gateway.post(path, world.apiKey, plain)).status).toBe(200);
  });
});
