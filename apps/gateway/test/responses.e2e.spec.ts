import { type HttpAnswer, uniqueName, type World, type WorldOptions } from '@tokenbay/testing';
import { useSystem } from './use-system.js';

const house = useSystem();
/** One point per token of output, nothing for input: a balance in points is an output limit in tokens. */
const BY_OUTPUT = { prices: { inputPerMillion: '0', outputPerMillion: '1000000' }, outputTokensMax: 2_000 };
const PRICES = { inputPerMillion: '1000', cachedInputPerMillion: '100', outputPerMillion: '2000' };

function worldWith(provider: string, directives: string, options: WorldOptions = {}): Promise<World> {
  const upstreamModel = `${uniqueName('fake')}@${directives}`;
  return house.system.world({ upstreamModel, channel: { provider }, ...options });
}

const ask = ({ apiKey, modelName }: World, fields: object = {}): Promise<HttpAnswer> =>
  house.system.gateway.post('/v1/responses', apiKey, { model: modelName, input: 'Hello', ...fields });

const receiptOf = async (world: World, { headers }: HttpAnswer): Promise<unknown> =>
  (await house.system.gateway.request(`/v1/usage/${headers.get('x-request-id')}`, world.apiKey)).body;

describe('a streamed response that breaks', () => {
  it.each([
    ['passing through', 'openai', 'error-event:6'],
    ['passing through, cut', 'openai', 'end-after:7'],
    ['converted from chats', 'openai-compatible', 'error-event:4'],
    ['converted from Messages', 'anthropic', 'end-after:5'],
  ])('ends in its two events, numbered in turn, and costs nothing: %s', async (_, provider, directives) => {
    const world = await worldWith(provider, directives);
    const answer = await ask(world, { stream: true });
    const { text } = answer;
    const events = [...text.matchAll(/^event: (.*)\ndata: (.*)$/gm)].map(([, name, data]) => ({
      ...{ name, ...(JSON.parse(data!) as { type: string; sequence_number: number; response?: object }) },
    }));
    expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_event, index) => index));
    const next = events.length - 2;
    const message = JSON.stringify(messageIn(text));
    expect(text).toContain(
      `event: response.failed\ndata: {"type":"response.failed","sequence_number":${next},"response":{`,
    );
    const error = `"code":"upstream_failed","message":${message}`;
    expect(
      text.endsWith(
        `"status":"failed","error":{${error}}}}\n\n` +
          `event: error\ndata: {"type":"error","sequence_number":${next + 1},${error},"param":null,` +
          `"error":{"message":${message},"type":"api_error","param":null,"code":"upstream_failed"}}\n\n`,
      ),
    ).toBe(true);
    expect(text).not.toMatch(/response\.(completed|incomplete)"/);
    expect(await receiptOf(world, answer)).toMatchObject({
      ...{ outcome: 'failed', code: 'upstream_failed', charge_points: '0' },
    });
  });
});

/** The sentence of the last event. */
function messageIn(text: string): string {
  const data = text.trimEnd().split('\n').at(-1)!.slice('data: '.length);
  return (JSON.parse(data) as { message: string }).message;
}

describe('what a response costs', () => {
  it.each([
    ['openai', 'max_output_tokens'],
    ['openai-compatible', 'max_tokens'],
    ['anthropic', 'max_tokens'],
  ])('is bounded by what the balance pays, asked of %s', async (provider, field) => {
    const world = await worldWith(provider, 'words:20', { points: '300', model: BY_OUTPUT });
    await house.system.upstream.mark();
    const answer = await ask(world, { max_output_tokens: 1_000 });
    expect([answer.status, answer.headers.get('x-output-tokens-limited')]).toEqual([200, '300']);
    expect((await house.system.upstream.requests())[0]?.body).toMatchObject({ [field]: 300 });
    expect(await house.pointsOf(world)).toEqual({ available: '280', held: '0' });
  });

  it.each([false, true])('is counted where nobody reports it (stream: %s)', async (stream) => {
    const world = await worldWith('openai', 'no-usage');
    const answer = await ask(world, { stream });
    expect(await receiptOf(world, answer)).toMatchObject({
      ...{ outcome: 'completed', usage_source: 'estimated', tokens: { input: expect.any(Number), reasoning: 0 } },
    });
    const { tokens } = (await receiptOf(world, answer)) as { tokens: { output: number } };
    expect(tokens.output).toBeGreaterThan(15);
  });

  it('includes what the tools of the provider did, where they have a price', async () => {
    const model = { prices: { ...PRICES, perToolCall: { web_search: '0.25' } } };
    const tools = [{ type: 'web_search' }];
    const own = await worldWith('openai', 'usage:120:30+hosted-calls:1', { model });
    const answer = await ask(own, { tools });
    expect(answer.status).toBe(200);
    expect(await receiptOf(own, answer)).toMatchObject({
      lines: expect.arrayContaining([expect.objectContaining({ kind: 'perToolCall.web_search', quantity: 1 })]),
    });
    const other = await worldWith('anthropic', 'usage:120:30', { model });
    expect(await ask(other, { tools })).toMatchObject({
      ...{ status: 501, body: { error: { code: 'conversion_not_implemented', param: 'tools.web_search' } } },
    });
  });

  it('includes what is written to the cache', async () => {
    const prices = { ...PRICES, cacheWritePerMillion: '1250' };
    const world = await worldWith('openai', 'usage:120:30:20:0:80', { model: { prices } });
    expect(await receiptOf(world, await ask(world))).toMatchObject({
      ...{ usage_source: 'reported', tokens: { input: 20, cached_input: 20, cache_write: 80, output: 30 } },
      charge_points: '0.182',
    });
  });
});
