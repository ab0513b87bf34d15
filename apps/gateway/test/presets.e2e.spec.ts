import { PROVIDER_NAMES } from '@tokenbay/channels';
import { OPENAI_DIALECTS } from '@tokenbay/providers';
import { type AdminChannel, uniqueName, type World } from '@tokenbay/testing';
import { useSystem } from './use-system.js';

const house = useSystem();
const CHATS = OPENAI_DIALECTS.filter(({ paths }) => paths.chat === undefined);

/** A channel of this provider whose upstream is the fake one. */
async function worldOf(provider: string): Promise<World> {
  const upstreamModel = `${uniqueName('fake')}@usage:120:30`;
  const baseUrl = house.system.upstream.baseUrl;
  return house.system.world({ upstreamModel, channel: { provider, baseUrl } });
}

async function sentTo({ channel }: World): Promise<Record<string, unknown>> {
  const [model] = Object.values(channel.models);
  const entries = await house.system.upstream.requests();
  return entries.findLast(({ body }) => (body as { model?: string }).model === model)!.body as Record<string, unknown>;
}

describe('a provider of the table', () => {
  it.each(CHATS)('answers chats, whole and streamed, at the usage it reports: $name', async (dialect) => {
    const world = await worldOf(dialect.name);
    for (const stream of [false, true]) {
      const answer = await house.chat(world, { stream, max_completion_tokens: 500 });
      expect(answer).toMatchObject({ status: 200, content: expect.stringMatching(/^Hello/) });
      const sent = await sentTo(world);
      const limit = dialect.knowsOneLimit ? dialect.outputLimitField : 'max_completion_tokens';
      expect(sent[limit]).toBe(500);
      if (dialect.refusesUnknownFields) expect(sent).not.toHaveProperty('stream_options');
    }
    // A stream that is not asked for usage reports none here: providers that refuse to be asked report it all the same.
    const { available } = await house.pointsOf(world);
    if (!dialect.refusesUnknownFields) expect(available).toBe('999.64');
  });

  it('is reached at its own address where a channel has none', async () => {
    const { admin } = house.system;
    const create = (provider: string) =>
      admin.call<AdminChannel>('POST', '/channels', {
        name: uniqueName('channel'),
        provider,
        keys: [{ value: 'sk-x' }],
      });
    expect(await create('deepseek')).toMatchObject({ baseUrl: 'https://api.deepseek.com' });
    expect(await create('groq')).toMatchObject({ baseUrl: 'https://api.groq.com/openai/v1' });
    await expect(create('openai-compatible')).rejects.toThrow('baseUrl is required');
    const { body } = await admin.request('POST', '/channels', {
      ...{ name: 'c', provider: 'zhipu', keys: [], baseUrl: 'https://open.bigmodel.cn' },
    });
    expect(body).toMatchObject({ baseUrl: 'https://open.bigmodel.cn/api/paas/v4' });
  });

  it('is one of the providers that the admin API describes', async () => {
    const answer = await fetch(`${house.system.adminUrl}/openapi.json`);
    const { components } = (await answer.json()) as {
      components: { schemas: Record<string, { properties: Record<string, { enum?: string[] }>; required: string[] }> };
    };
    const draft = components.schemas['CreateChannelDto']!;
    expect(draft.properties['provider']!.enum).toEqual(PROVIDER_NAMES);
    expect(draft.required).not.toContain('baseUrl');
  });
});
