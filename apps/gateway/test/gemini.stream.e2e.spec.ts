import { type HttpAnswer, uniqueName, type World, type WorldOptions } from '@tokenbay/testing';
import { expectRefusal } from './expect-refusal.js';
import { useSystem } from './use-system.js';

const house = useSystem();
const contents = [{ role: 'user', parts: [{ text: 'Hello' }] }];

function worldWith(directives: string, options: WorldOptions = {}): Promise<World> {
  const upstreamModel = `gemini-3-flash-${uniqueName('fake')}@${directives}`;
  const limits = { contextTokensMax: 200_000, outputTokensMax: 64_000 };
  return house.system.world({
    upstreamModel,
    channel: { provider: 'gemini' },
    ...options,
    model: { ...limits, ...options.model },
  });
}

/** Asks as Google's library does; a `verb` with `?alt=sse` for events. */
async function ask({ apiKey, modelName }: World, verb: string, fields: object = {}): Promise<HttpAnswer> {
  const headers = { 'x-goog-api-key': apiKey };
  const answer = await house.system.gateway.post(
    `/v1beta/models/${modelName}:${verb}`,
    null,
    { contents, ...fields },
    headers,
  );
  const requestId = answer.headers.get('x-request-id');
  const isComplete = answer.status === 200 && !answer.text.includes('"error"');
  house.saw({ ...answer, requestId, content: '', events: isComplete ? ['[DONE]'] : [] });
  return answer;
}

const receiptOf = async ({ apiKey }: World, answer: HttpAnswer) =>
  (await house.system.gateway.request(`/v1/usage/${answer.headers.get('x-request-id')}`, apiKey)).body as object;

const charged = {
  tokens: { input: 800, cached_input: 400, cache_write: 0, output: 100, reasoning: 20 },
  ...{ usage_source: 'reported', outcome: 'completed' },
};

describe('a stream of generateContent', () => {
  it('passes as events, or as one array where none were asked for', async () => {
    const world = await worldWith('words:3');
    const events = await ask(world, 'streamGenerateContent?alt=sse');
    expect(events.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const pieces = events.text.split('\r\n\r\n').filter((event) => event !== '');
    expect(pieces.every((piece) => piece.startsWith('data: {"candidates":['))).toBe(true);
    const array = await ask(world, 'streamGenerateContent');
    expect(array.headers.get('content-type')).toMatch(/^application\/json/);
    const withoutId = (piece: object) => ({ ...piece, responseId: '' });
    expect((array.body as object[]).map(withoutId)).toEqual(
      pieces.map((piece) => withoutId(JSON.parse(piece.slice(6)) as object)),
    );
  });

  it('ends with an error in exactly this form where it breaks, and costs nothing', async () => {
    const world = await worldWith('error-event:2');
    const before = (await house.pointsOf(world)).available;
    const error =
      /\{"error":\{"code":500,"message":"[^"]+","status":"INTERNAL","type":"api_error","details":\[\{"@type":"type\.googleapis\.com\/google\.rpc\.ErrorInfo","reason":"upstream_failed","domain":"gateway"\}\]\}\}/;
    const events = await ask(world, 'streamGenerateContent?alt=sse');
    expect(events.text).toMatch(new RegExp(`\\r\\n\\r\\ndata: ${error.source}\\r\\n\\r\\n$`));
    const array = await ask(world, 'streamGenerateContent');
    expect(array.text).toMatch(new RegExp(`\\},${error.source}\\]$`));
    expect(array.body).toHaveLength(3);
    expect((await house.pointsOf(world)).available).toBe(before);
  });

  it('is an ordinary refusal before it has begun', async () => {
    const world = await worldWith('error-event:0');
    for (const verb of ['streamGenerateContent', 'streamGenerateContent?alt=sse'])
      expectRefusal(await ask(world, verb), 'upstream_saturated', { dialect: 'gemini' });
    const path = 'streamGenerateContent?alt=media';
    expectRefusal(await ask(world, path), 'invalid_request', { dialect: 'gemini', message: /^alt/ });
  });
});

describe('an answer of Gemini', () => {
  it.each(['generateContent', 'streamGenerateContent', 'streamGenerateContent?alt=sse'])(
    'costs what was reported: thoughts as output, nothing cached twice (%s)',
    async (verb) => {
      const world = await worldWith('usage:1200:80:400:20');
      const answer = await ask(world, verb);
      expect(await receiptOf(world, answer)).toMatchObject({ ...charged, dialect: 'gemini', charge_points: '1.04' });
    },
  );

  it('costs the same to clients of other dialects', async () => {
    const world = await worldWith('usage:1200:80:400:20');
    for (const stream of [false, true]) {
      const { requestId } = await house.chat(world, { stream });
      const { body } = await house.system.gateway.request(`/v1/usage/${requestId}`, world.apiKey);
      expect(body).toMatchObject({ ...charged, dialect: 'openai', charge_points: '1.04' });
    }
    const body = { model: world.modelName, max_tokens: 50, messages: [{ role: 'user', content: 'Hello' }] };
    const answer = await house.system.gateway.post('/v1/messages', world.apiKey, body);
    house.saw({ ...answer, requestId: answer.headers.get('x-request-id'), content: '', events: [] });
    expect(answer.body).toMatchObject({
      usage: { input_tokens: 800, cache_read_input_tokens: 400, output_tokens: 100 },
    });
    expect(await receiptOf(world, answer)).toMatchObject(charged);
  });

  it('is counted where nothing was reported', async () => {
    const world = await worldWith('no-usage+words:5');
    const answer = await ask(world, 'streamGenerateContent?alt=sse');
    expect(await receiptOf(world, answer)).toMatchObject({ usage_source: 'estimated', outcome: 'completed' });
  });

  it('may be that the prompt was blocked: its own clients see that, others are refused', async () => {
    const world = await worldWith('blocked-prompt+usage:9:0');
    const whole = await ask(world, 'generateContent');
    expect(whole.body).toMatchObject({ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } });
    expect(await receiptOf(world, whole)).toMatchObject({ tokens: { input: 9, output: 0 } });
    expect((await ask(world, 'streamGenerateContent')).body).toHaveLength(1);
    for (const stream of [false, true]) {
      const refused = await house.chat(world, { stream });
      expectRefusal(refused, 'content_policy_violation', { message: /blocked/ });
    }
  });

  it('is as long as the balance pays for, and no shorter than its thoughts and 256', async () => {
    const prices = { inputPerMillion: '0', outputPerMillion: '1000' };
    const world = await worldWith('words:3', { points: '1', model: { prices } });
    await house.system.upstream.mark();
    const answer = await ask(world, 'generateContent', { generationConfig: { maxOutputTokens: 5_000, topK: 3 } });
    const [sent] = await house.system.upstream.requests();
    expect(answer.headers.get('x-output-tokens-limited')).toBe('1000');
    expect((sent?.body as { generationConfig: object }).generationConfig).toEqual({ maxOutputTokens: 1_000, topK: 3 });
    const generationConfig = { thinkingConfig: { thinkingBudget: 900 } };
    expectRefusal(await ask(world, 'generateContent', { generationConfig }), 'account_point_insufficient', {
      dialect: 'gemini',
    });
  });

  it('with tools that the provider runs is sold where they have a price', async () => {
    const tools = [{ googleSearch: {} }];
    const priced = { inputPerMillion: '1000', outputPerMillion: '2000', perToolCall: { googleSearch: '2.5' } };
    const model = { prices: priced };
    const searching = await worldWith('usage:100:10+hosted-calls:3', { model });
    const knowing = await worldWith('usage:100:10', { model });
    for (const verb of ['generateContent', 'streamGenerateContent', 'streamGenerateContent?alt=sse']) {
      // However many queries it makes: one call is sold with a request that searched.
      expect(await receiptOf(searching, await ask(searching, verb, { tools }))).toMatchObject({
        charge_points: '2.62',
      });
      expect(await receiptOf(knowing, await ask(knowing, verb, { tools }))).toMatchObject({ charge_points: '0.12' });
    }
    const unpriced = await ask(await worldWith('usage:100:10'), 'generateContent', { tools });
    expectRefusal(unpriced, 'invalid_request', { dialect: 'gemini', message: /googleSearch/ });
  });

  it('is sent back in snake case as well, and stored nowhere', async () => {
    const world = await worldWith('words:2');
    await house.system.upstream.mark();
    const snake = {
      contents: [{ role: 'user', parts: [{ inline_data: { mime_type: 'image/png', data: 'AA==' } }, { text: 'x' }] }],
      ...{
        system_instruction: { parts: [{ text: 'Be brief.' }] },
        generation_config: { max_output_tokens: 50 },
        store: true,
      },
    };
    expect((await ask(world, 'generateContent', snake)).status).toBe(200);
    expect((await house.system.upstream.requests())[0]?.body).toMatchObject({
      ...{
        store: false,
        generationConfig: { maxOutputTokens: 50 },
        systemInstruction: { parts: [{ text: 'Be brief.' }] },
      },
    });
  });
});
