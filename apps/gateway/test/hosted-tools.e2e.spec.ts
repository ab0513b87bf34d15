import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { type HttpAnswer, uniqueName, type World, type WorldOptions } from '@tokenbay/testing';
import { expectRefusal } from './expect-refusal.js';
import { useSystem } from './use-system.js';

const house = useSystem();
/** Nothing but searches costs points, one each. */
const SEARCHES = { inputPerMillion: '0', outputPerMillion: '0', perToolCall: { web_search: '1', advisor: '10' } };
/** Beside a search, a point for each token of output. */
const WORDS = { ...SEARCHES, outputPerMillion: '1000000' };

/** How a dialect offers a search, limits it, and streams. */
interface Spoken {
  readonly provider: string;
  readonly path: string;
  readonly fields: object;
  readonly withSearch: (limit?: number) => { tools: { type: string; max_uses?: number }[]; max_tool_calls?: number };
  /** The limit that has reached the provider. */
  readonly sentLimit: (body: ReturnType<Spoken['withSearch']>) => number | undefined;
}

const SEARCH = { type: 'web_search_20250305', name: 'web_search' };
const SPOKEN: Record<string, Spoken> = {
  responses: {
    ...{ provider: 'openai', path: '/v1/responses', fields: { input: 'Hello' } },
    withSearch: (limit) => ({
      ...{ tools: [{ type: 'web_search' }], ...(limit !== undefined && { max_tool_calls: limit }) },
    }),
    sentLimit: (body) => body.max_tool_calls,
  },
  messages: {
    ...{ provider: 'anthropic', path: '/v1/messages' },
    fields: { max_tokens: 300, messages: [{ role: 'user', content: 'Hello' }] },
    withSearch: (limit) => ({ tools: [{ ...SEARCH, ...(limit !== undefined && { max_uses: limit }) }] }),
    sentLimit: (body) => body.tools[0]?.max_uses,
  },
};
const DIALECTS = Object.entries(SPOKEN);
const BOTH_WAYS = DIALECTS.flatMap(([name, spoken]) => [false, true].map((stream) => [name, stream, spoken] as const));

function worldWith(provider: string, directives: string, options: WorldOptions = {}): Promise<World> {
  const upstreamModel = `${uniqueName('fake')}@${directives}`;
  return house.system.world({
    upstreamModel,
    channel: { provider },
    ...options,
    model: { prices: SEARCHES, ...options.model },
  });
}

const ask = ({ apiKey, modelName }: World, { path, fields }: Spoken, more: object): Promise<HttpAnswer> =>
  house.system.gateway.post(path, apiKey, { model: modelName, ...fields, ...more });

interface Receipt {
  readonly charge_points: string;
  readonly usage_source: string;
  readonly lines: readonly { kind: string; quantity: number; points: string }[];
}

const receiptOf = async ({ apiKey }: World, { headers }: HttpAnswer): Promise<Receipt> =>
  (await house.system.gateway.request(`/v1/usage/${headers.get('x-request-id')}`, apiKey)).body as Receipt;

const searchesIn = ({ lines }: Receipt) => lines.filter(({ kind }) => kind === 'perToolCall.web_search');

describe('searches that a provider makes', () => {
  it.each(BOTH_WAYS)('are charged as they were made (%s, stream: %s)', async (_, stream, spoken) => {
    const world = await worldWith(spoken.provider, 'hosted-calls:3');
    const answer = await ask(world, spoken, { ...spoken.withSearch(), stream });
    expect([answer.status, answer.headers.get('x-tool-calls-limited')]).toEqual([200, null]);
    const receipt = await receiptOf(world, answer);
    expect(receipt).toMatchObject({ charge_points: '3', usage_source: 'reported' });
    expect(searchesIn(receipt)).toMatchObject([{ quantity: 3, points: '3' }]);
  });

  it.each(DIALECTS)('are counted alike however the bytes of a stream are cut (%s)', async (_, spoken) => {
    for (const cut of ['split:1', 'split:7', 'split:1000']) {
      const world = await worldWith(spoken.provider, `hosted-calls:3+${cut}`);
      const answer = await ask(world, spoken, { ...spoken.withSearch(), stream: true });
      expect(await receiptOf(world, answer)).toMatchObject({ charge_points: '3', usage_source: 'reported' });
    }
  });

  it.each(BOTH_WAYS)('cost nothing where none was made (%s, stream: %s)', async (_, stream, spoken) => {
    const world = await worldWith(spoken.provider, 'words:3');
    const receipt = await receiptOf(world, await ask(world, spoken, { ...spoken.withSearch(), stream }));
    expect(receipt).toMatchObject({ charge_points: '0', usage_source: 'reported' });
    expect(searchesIn(receipt)).toEqual([]);
  });

  it.each(BOTH_WAYS)('cost nothing where they failed (%s, stream: %s)', async (_, stream, spoken) => {
    const world = await worldWith(spoken.provider, 'hosted-calls:search,failed');
    expect(await receiptOf(world, await ask(world, spoken, { ...spoken.withSearch(), stream }))).toMatchObject({
      ...{ charge_points: '1', usage_source: 'reported' },
    });
  });

  it.each(BOTH_WAYS)('are counted where nobody reports usage (%s, stream: %s)', async (_, stream, spoken) => {
    const world = await worldWith(spoken.provider, 'no-usage+hosted-calls:2');
    expect(await receiptOf(world, await ask(world, spoken, { ...spoken.withSearch(), stream }))).toMatchObject({
      ...{ charge_points: '2', usage_source: 'estimated' },
    });
  });

  it.each(DIALECTS)('are as many as the client allows, or eight (%s)', async (_, spoken) => {
    const world = await worldWith(spoken.provider, 'hosted-calls:30');
    await house.system.upstream.mark();
    const charges: string[] = [];
    for (const limit of [undefined, 1, 12]) {
      const answer = await ask(world, spoken, spoken.withSearch(limit));
      charges.push((await receiptOf(world, answer)).charge_points);
    }
    const sent = await house.system.upstream.requests();
    expect(sent.map(({ body }) => spoken.sentLimit(body as never))).toEqual([8, 1, 12]);
    expect(charges).toEqual(['8', '1', '12']);
  });

  it.each(BOTH_WAYS)(
    'are no more than were allowed, whatever is reported (%s, stream: %s)',
    async (_, stream, spoken) => {
      const world = await worldWith(spoken.provider, 'hosted-calls:9+over-limit', { points: '5' });
      const answer = await ask(world, spoken, { ...spoken.withSearch(4), stream });
      expect(await receiptOf(world, answer)).toMatchObject({ charge_points: '4', usage_source: 'suspect' });
      expect(await house.pointsOf(world)).toEqual({ available: '1', held: '0' });
    },
  );

  it.each(DIALECTS)('are as many as the balance pays for, which the answer says (%s)', async (_, spoken) => {
    const world = await worldWith(spoken.provider, 'hosted-calls:30', { points: '2.5' });
    await house.system.upstream.mark();
    const answer = await ask(world, spoken, spoken.withSearch());
    expect([answer.status, answer.headers.get('x-tool-calls-limited')]).toEqual([200, '2']);
    expect(spoken.sentLimit((await house.system.upstream.requests())[0]?.body as never)).toBe(2);
    expect(await house.pointsOf(world)).toEqual({ available: '0.5', held: '0' });
    expectRefusal(await ask(world, spoken, spoken.withSearch()), 'account_point_insufficient', {
      dialect: spoken.provider === 'anthropic' ? 'anthropic' : 'openai',
    });
  });

  it.each(DIALECTS)('leave the output at least its least (%s)', async (_, spoken) => {
    const world = await worldWith(spoken.provider, 'words:3+hosted-calls:1', {
      points: '258.5',
      model: { prices: WORDS },
    });
    const answer = await ask(world, spoken, {
      ...spoken.withSearch(),
      ...(spoken.path === '/v1/messages' ? {} : { max_output_tokens: 300 }),
    });
    expect(answer.status).toBe(200);
    expect([answer.headers.get('x-tool-calls-limited'), answer.headers.get('x-output-tokens-limited')]).toEqual([
      ...['1', '257'],
    ]);
  });

  it.each(BOTH_WAYS)('cost nothing where the answer breaks off (%s, stream: %s)', async (_, stream, spoken) => {
    const world = await worldWith(
      spoken.provider,
      stream ? 'hosted-calls:2+end-after:9' : 'cut-bytes:200+hosted-calls:2',
    );
    await ask(world, spoken, { ...spoken.withSearch(), stream });
    expect((await house.pointsOf(world)).held).toBe('0');
    expect(await receiptOfLast(world)).toMatchObject({ outcome: 'failed', charge_points: '0' });
  });

  it.each(BOTH_WAYS)(
    'never cost more than was held, however often the input is read anew (%s, stream: %s)',
    async (_, stream, spoken) => {
      // One context of 8,000 tokens at a point each, and a search; three rounds were read.
      const prices = { ...SEARCHES, inputPerMillion: '1000000' };
      const world = await worldWith(spoken.provider, 'usage:20000:1+hosted-calls:1', {
        points: '8001',
        model: { prices },
      });
      const receipt = await receiptOf(world, await ask(world, spoken, { ...spoken.withSearch(1), stream }));
      expect(receipt).toMatchObject({ charge_points: '8001' });
      expect(await house.pointsOf(world)).toEqual({ available: '0', held: '0' });
      const rich = await worldWith(spoken.provider, 'usage:15000:1+hosted-calls:1', {
        points: '5000000',
        model: { prices },
      });
      expect(await receiptOf(rich, await ask(rich, spoken, { ...spoken.withSearch(1), stream }))).toMatchObject({
        ...{ charge_points: '15001', usage_source: 'reported' },
      });
    },
  );

  it.each([
    ['responses', 'anthropic'],
    ['messages', 'openai'],
  ])('are refused where they would have to be converted, and cost nothing (%s by %s)', async (dialect, provider) => {
    const spoken = SPOKEN[dialect]!;
    const world = await worldWith(provider, 'hosted-calls:2', { points: '20' });
    await house.system.upstream.mark();
    const answer = await ask(world, spoken, spoken.withSearch());
    expect([answer.status, (answer.body as { error: object }).error]).toMatchObject([
      ...[501, { code: 'conversion_not_implemented' }],
    ]);
    expect(await house.system.upstream.requests()).toEqual([]);
    expect(await house.pointsOf(world)).toEqual({ available: '20', held: '0' });
  });
});

describe('other tools of a provider', () => {
  it('share one limit in Responses, and only searches are sold of what is done on the web', async () => {
    const world = await worldWith('openai', 'hosted-calls:search,open_page,find_in_page,search,search');
    const tools = { tools: [{ type: 'web_search_preview' }, { type: 'web_search_2025_08_26' }], max_tool_calls: 4 };
    const prices = { ...SEARCHES, perToolCall: { web_search: '1', web_search_preview: '1' } };
    await house.system.admin.patch(`/models/${world.modelName}`, { prices });
    await house.system.settled();
    expect(await receiptOf(world, await ask(world, SPOKEN['responses']!, tools))).toMatchObject({ charge_points: '2' });
  });

  it('have a limit each in Messages', async () => {
    const world = await worldWith('anthropic', 'hosted-calls:2', { points: '24' });
    const advisor = { type: 'advisor_20260301', name: 'advisor', model: 'claude-opus-4-6', max_uses: 2 };
    await house.system.upstream.mark();
    const answer = await ask(world, SPOKEN['messages']!, { tools: [advisor, { ...SEARCH, max_uses: 4 }] });
    expect(await receiptOf(world, answer)).toMatchObject({ charge_points: '20', usage_source: 'reported' });
    expect((await house.system.upstream.requests())[0]?.body).toMatchObject({
      tools: [{ max_uses: 2 }, { max_uses: 4 }],
    });
  });
});

describe('a library that streams searches', () => {
  it('reads them in Responses, and sends them back', async () => {
    const { apiKey, modelName: model } = await worldWith('openai', 'hosted-calls:2');
    const client = new OpenAI({ apiKey, baseURL: `${house.system.gatewayUrl}/v1`, maxRetries: 0 });
    const tools = [{ type: 'web_search' as const }];
    const first = await client.responses.stream({ model, input: 'Hello', tools }).finalResponse();
    expect(first.output.map(({ type }) => type)).toEqual(['web_search_call', 'web_search_call', 'message']);
    const more = { role: 'user' as const, content: 'More.' };
    const input = [...(first.output as OpenAI.Responses.ResponseInputItem[]), more];
    const { status } = await client.responses.create({ model, input, tools });
    expect(status).toBe('completed');
  });

  it('reads them in Messages, and sends them back', async () => {
    const { apiKey, modelName: model } = await worldWith('anthropic', 'hosted-calls:search,failed');
    const client = new Anthropic({ apiKey, baseURL: house.system.gatewayUrl, maxRetries: 0 });
    const tools = [{ type: 'web_search_20250305' as const, name: 'web_search' as const }];
    const ask = (...messages: Anthropic.MessageParam[]) =>
      client.messages.stream({ model, max_tokens: 300, tools, messages }).finalMessage();
    const hello = { role: 'user' as const, content: 'Hello' };
    const first = await ask(hello);
    expect(first.usage.server_tool_use).toMatchObject({ web_search_requests: 1 });
    expect(first.content.map(({ type }) => type)).toEqual([
      ...['server_tool_use', 'web_search_tool_result', 'server_tool_use', 'web_search_tool_result', 'text'],
    ]);
    const said = { role: 'assistant' as const, content: first.content as Anthropic.ContentBlockParam[] };
    expect((await ask(hello, said, hello)).stop_reason).toBe('end_turn');
  });
});

async function receiptOfLast({ account }: World): Promise<unknown> {
  const { data } = await house.system.admin.get<{ data: { outcome: string; chargePoints: string }[] }>(
    `/usage?accountId=${account.id}`,
  );
  return { outcome: data[0]?.outcome, charge_points: data[0]?.chargePoints };
}
