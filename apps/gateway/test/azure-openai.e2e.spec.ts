import OpenAI, { toFile } from 'openai';
import { uniqueName, type World } from '@tokenbay/testing';
import { expectRefusal } from './expect-refusal.js';
import { makeWav } from './make-wav.js';
import { useSystem } from './use-system.js';

const house = useSystem();
const FORMS = [
  ['by the version-free interface', '/openai/v1'],
  ['by deployments', '/openai/deployments?api-version=2024-10-21'],
] as const;

async function worldOf(form: string, directives: string, more: object = {}): Promise<World> {
  const upstreamModel = `${uniqueName('deployment')}@${directives}`;
  const baseUrl = new URL(form, house.system.upstream.baseUrl).href;
  return house.system.world({ upstreamModel, channel: { provider: 'azure-openai', baseUrl }, ...more });
}

describe.each(FORMS)('Azure, asked %s', (_, form) => {
  it('answers chats, whole and streamed, at the usage it reports', async () => {
    const world = await worldOf(form, 'usage:120:30');
    for (const stream of [false, true])
      expect(await house.chat(world, { stream })).toMatchObject({
        ...{ status: 200, content: expect.stringMatching(/^Hello/) },
      });
    expect(await house.pointsOf(world)).toEqual({ available: '999.64', held: '0' });
  });

  it('answers other dialects, whose stream begins with what was written', async () => {
    const world = await worldOf(form, 'usage:120:30');
    const body = {
      model: world.modelName,
      max_tokens: 50,
      stream: true,
      messages: [{ role: 'user', content: 'Hello' }],
    };
    const answer = await house.system.gateway.post('/v1/messages', world.apiKey, body);
    expect(answer.text).toMatch(/^event: message_start\n/);
    expect(answer.text).toContain('"text":"Hello');
    expect(answer.text).toMatch(/event: message_stop\ndata: \{"type":"message_stop"\}\n\n$/);
    expect(await house.pointsOf(world)).toEqual({ available: '999.82', held: '0' });
  });

  it('answers responses, by way of chats where it has none', async () => {
    const world = await worldOf(form, 'usage:120:30');
    const client = new OpenAI({ apiKey: world.apiKey, baseURL: `${house.system.gatewayUrl}/v1`, maxRetries: 0 });
    const { output_text, usage } = await client.responses.create({ model: world.modelName, input: 'Hello' });
    expect(output_text).toMatch(/^Hello/);
    expect(usage).toMatchObject({ input_tokens: 120, output_tokens: 30 });
    const { path } = (await house.system.upstream.requests()).at(-1)!;
    expect(path.endsWith('/responses')).toBe(form === '/openai/v1');
    expect(await house.pointsOf(world)).toEqual({ available: '999.82', held: '0' });
  });

  it('answers vectors', async () => {
    const model = { capabilities: ['embeddings'], prices: { inputPerMillion: '1000' } };
    const world = await worldOf(form, 'usage:7', { model });
    const client = new OpenAI({ apiKey: world.apiKey, baseURL: `${house.system.gatewayUrl}/v1`, maxRetries: 0 });
    const { data } = await client.embeddings.create({ model: world.modelName, input: 'a' });
    expect(data[0]!.embedding).toHaveLength(8);
    expect(await house.pointsOf(world)).toEqual({ available: '999.993', held: '0' });
  });

  it('answers pictures and sound', async () => {
    const capabilities = ['image_generation', 'image_editing', 'speech', 'transcription'];
    const prices = { perImage: '1', perMillionCharacters: '1000000', perMinute: '60' };
    const world = await worldOf(form, 'seconds:30', { model: { capabilities, prices } });
    const client = new OpenAI({ apiKey: world.apiKey, baseURL: `${house.system.gatewayUrl}/v1`, maxRetries: 0 });
    const { modelName: model } = world;
    const image = await toFile(Buffer.from('89504e47', 'hex'), 'a.png', { type: 'image/png' });
    expect((await client.images.generate({ model, prompt: 'A pier' })).data).toHaveLength(1);
    expect((await client.images.edit({ model, prompt: 'A pier', image })).data).toHaveLength(1);
    const spoken = await client.audio.speech.create({ model, input: 'Tide', voice: 'alloy' });
    expect((await spoken.arrayBuffer()).byteLength).toBe(400);
    const file = await toFile(makeWav(10), 'a.wav');
    expect(await client.audio.transcriptions.create({ model, file, response_format: 'verbose_json' })).toMatchObject({
      duration: 30,
    });
    // Two pictures, four characters, thirty seconds.
    expect(await house.pointsOf(world)).toEqual({ available: '964', held: '0' });
  });

  it('refuses content in the words of the house', async () => {
    const world = await worldOf(form, 'error:content_filter');
    expectRefusal(await house.chat(world), 'content_policy_violation');
    expect(await house.pointsOf(world)).toEqual({ available: '1000', held: '0' });
  });

  it('is tried for another before anything was written, although the prompt was judged already', async () => {
    const world = await worldOf(form, 'error-event:1');
    const { admin, upstream } = house.system;
    const models = { [world.modelName]: `${uniqueName('fake')}@usage:120:30` };
    await admin.createChannel({ baseUrl: upstream.baseUrl, models, priority: -1 });
    await house.system.settled();
    expect(await house.chat(world, { stream: true })).toMatchObject({
      ...{ status: 200, content: expect.stringMatching(/^Hello/) },
    });
  });

  it('is tested by an administrator where it is', async () => {
    const { channel } = await worldOf(form, 'usage:1:1');
    const result = await house.system.admin.call('POST', `/channels/${channel.id}/test`, {});
    expect(result).toMatchObject({ ok: true, status: 200 });
  });
});
