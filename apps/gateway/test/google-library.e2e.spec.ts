import {
  ApiError,
  type Content,
  FunctionCallingConfigMode,
  type GenerateContentConfig,
  GoogleGenAI,
  HarmBlockThreshold,
  HarmCategory,
  type Part,
  Type,
} from '@google/genai';
import { startSystem, type System, type World } from '@tokenbay/testing';
import { Agent, setGlobalDispatcher } from 'undici';

// The library looks for Node's own among the globals, of which a sandboxed test has a set of its own.
setGlobalDispatcher(new Agent());

const TEXT = 'Hello from the fake';
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';
const weather = {
  name: 'get_weather',
  description: 'The weather of a place.',
  parametersJsonSchema: { type: 'object', properties: { location: { type: 'string' } }, required: ['location'] },
};
const forced = {
  tools: [{ functionDeclarations: [weather] }],
  toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } },
};

/** The fake upstream refuses whatever the provider would refuse, so that an answer proves the request. */
describe.each([
  ['its own provider', 'gemini', 'gemini-3-flash'],
  ['an OpenAI provider', 'openai', 'gpt-4o'],
  ['Anthropic', 'anthropic', 'claude-sonnet-4-5'],
])('the official Google library, unmodified, served by %s', (_, provider, upstream) => {
  let system: System;
  const worlds = new Map<string, World>();

  beforeAll(async () => {
    system = await startSystem();
  }, 60_000);
  afterAll(() => system.stop());

  async function clientFor(directives = '', name = upstream): Promise<{ client: GoogleGenAI; model: string }> {
    const upstreamModel = directives === '' ? name : `${name}@${directives}`;
    const limits = { contextTokensMax: 200_000, outputTokensMax: 64_000 };
    const world =
      worlds.get(upstreamModel) ?? (await system.world({ upstreamModel, channel: { provider }, model: limits }));
    worlds.set(upstreamModel, world);
    const client = new GoogleGenAI({ apiKey: world.apiKey, httpOptions: { baseUrl: system.gatewayUrl } });
    return { client, model: world.modelName };
  }

  async function ask(
    config: GenerateContentConfig = {},
    contents: string | Content[] = 'Hello',
    directives = '',
    name = upstream,
  ) {
    const { client, model } = await clientFor(directives, name);
    return client.models.generateContent({ model, contents, config });
  }

  async function stream(config: GenerateContentConfig = {}, directives = '', name = upstream) {
    const { client, model } = await clientFor(directives, name);
    const chunks = [];
    for await (const chunk of await client.models.generateContentStream({ model, contents: 'Hello', config }))
      chunks.push(chunk);
    return chunks;
  }

  it('gets an answer', async () => {
    const answer = await ask({}, 'Hello', 'usage:120:30');
    expect(answer.text).toContain(TEXT);
    expect(answer).toMatchObject({
      candidates: [{ finishReason: 'STOP', content: { role: 'model' } }],
      usageMetadata: { promptTokenCount: 120, candidatesTokenCount: 30 },
      responseId: expect.any(String),
    });
  });

  it('gets the same as a stream', async () => {
    const whole = await ask({}, 'Hello', 'usage:120:30');
    const chunks = await stream({}, 'usage:120:30');
    expect(chunks.map((chunk) => chunk.text ?? '').join('')).toBe(whole.text);
    expect(chunks.filter((chunk) => chunk.candidates?.[0]?.finishReason)).toHaveLength(1);
    expect(chunks.at(-1)).toMatchObject({
      candidates: [{ finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 120, candidatesTokenCount: 30 },
    });
  });

  it('keeps a chat, whole and streamed', async () => {
    const { client, model } = await clientFor();
    const chat = client.chats.create({ model, config: { systemInstruction: 'Be brief.' } });
    expect((await chat.sendMessage({ message: 'Hello' })).text).toContain(TEXT);
    let text = '';
    for await (const chunk of await chat.sendMessageStream({ message: 'And?' })) text += chunk.text ?? '';
    expect(text).toContain(TEXT);
    expect((await chat.sendMessage({ message: 'And then?' })).text).toContain(TEXT);
    expect(chat.getHistory(true).filter(({ role }) => role === 'user')).toHaveLength(3);
  });

  it('calls functions, whole and streamed, and goes on after their results', async () => {
    const asked = await ask(forced);
    const streamed = (await stream(forced)).flatMap((chunk) => chunk.functionCalls ?? []);
    for (const calls of [asked.functionCalls, streamed])
      expect(calls).toEqual([
        { id: expect.any(String), name: 'get_weather', args: { location: 'Lisbon, Portugal', unit: 'celsius' } },
      ]);
    const [call] = asked.functionCalls!;
    const result = { id: call!.id!, name: call!.name!, response: { output: 'rain' } };
    const history: Content[] = [
      { role: 'user', parts: [{ text: 'Weather?' }] },
      asked.candidates![0]!.content!,
      { role: 'user', parts: [{ functionResponse: result }] },
    ];
    expect((await ask({ tools: forced.tools }, history)).text).toContain(TEXT);
  });

  it('has its instructions obeyed to where they are sent, and says by name what was left out', async () => {
    const safetySettings = [
      { category: HarmCategory.HARM_CATEGORY_HARASSMENT, threshold: HarmBlockThreshold.BLOCK_NONE },
    ];
    const answer = await ask({ systemInstruction: 'Be brief.', safetySettings, topK: 5 }, 'Hello', 'words:3');
    const sent = (await system.upstream.requests()).at(-1)!.body as Record<string, object>;
    const instruction = { gemini: 'systemInstruction', openai: 'input', anthropic: 'system' }[provider]!;
    expect(JSON.stringify(sent[instruction])).toContain('Be brief.');
    const left = { gemini: undefined, openai: 'top_k, safety_settings', anthropic: 'safety_settings' }[provider];
    expect(answer.sdkHttpResponse?.headers?.['x-tokenbay-dropped-fields']).toBe(left);
  });

  it('shows pictures and texts', async () => {
    const parts = [
      { inlineData: { mimeType: 'image/png', data: PIXEL } },
      { fileData: { mimeType: 'image/png', fileUri: 'https://images.example/a.png' } },
      { inlineData: { mimeType: 'text/plain', data: 'T25jZS4=' } },
      { text: 'What is it?' },
    ];
    expect(await ask({}, [{ role: 'user', parts }])).toMatchObject({ candidates: [{ finishReason: 'STOP' }] });
  });

  it('gets structured output, by either kind of schema', async () => {
    const responseMimeType = 'application/json';
    const responseSchema = { type: Type.OBJECT, properties: { answer: { type: Type.STRING, nullable: true } } };
    const responseJsonSchema = { type: 'object', properties: { answer: { type: 'string' } } };
    for (const config of [{ responseSchema }, { responseJsonSchema }]) {
      const { text } = await ask({ responseMimeType, ...config });
      expect(JSON.parse(text ?? '')).toEqual({ answer: 'Hello' });
    }
  });

  it('stops at a stop sequence, and where its limit is reached', async () => {
    const stopped = await ask({ stopSequences: ['so that'], temperature: 0.7 });
    expect(stopped).toMatchObject({ candidates: [{ finishReason: 'STOP' }] });
    expect(stopped.text).not.toContain('so that');
    const cut = (await stream({ maxOutputTokens: 3 })).at(-1);
    expect(cut).toMatchObject({
      candidates: [{ finishReason: 'MAX_TOKENS' }],
      usageMetadata: { candidatesTokenCount: 3 },
    });
  });

  it('asks for thoughts as the provider knows them, and sends them back', async () => {
    const thinker = { gemini: 'gemini-2.5-flash', openai: 'gpt-5-mini', anthropic: 'claude-sonnet-4-5' }[provider]!;
    const config = { thinkingConfig: { thinkingBudget: 1_500, includeThoughts: true }, maxOutputTokens: 4_000 };
    const whole = await ask(config, 'Hello', '', thinker);
    const streamed = (await stream(config, '', thinker)).flatMap(
      (chunk) => chunk.candidates?.[0]?.content?.parts ?? [],
    );
    const thoughts = (parts: readonly Part[]) => parts.map(({ thought, text }) => (thought ? text : '')).join('');
    expect(thoughts(whole.candidates![0]!.content!.parts!)).toBe(thoughts(streamed));
    expect(thoughts(streamed)).toBe('The user greets me. A greeting is in order.');
    const history = [
      { role: 'user', parts: [{ text: 'Hello' }] },
      whole.candidates![0]!.content!,
      { role: 'user', parts: [{ text: 'And?' }] },
    ];
    expect((await ask(config, history, '', thinker)).text).toContain(TEXT);
  });

  it('counts tokens for nothing, and sees the models it may use', async () => {
    const { client, model } = await clientFor();
    const before = (await system.upstream.requests()).length;
    const { totalTokens } = await client.models.countTokens({ model, contents: 'How many tokens is this?' });
    expect(totalTokens).toBeGreaterThan(4);
    expect(await system.upstream.requests()).toHaveLength(before);
    const listed = [];
    for await (const { name, supportedActions } of await client.models.list()) listed.push([name, supportedActions]);
    expect(listed).toContainEqual([`models/${model}`, ['generateContent', 'countTokens']]);
    expect(await client.models.get({ model })).toMatchObject({ name: `models/${model}`, inputTokenLimit: 200_000 });
  });

  it('is told of a refusal with its status, and with our code in its message', async () => {
    const refusal = async (answer: Promise<unknown>) => {
      const error: unknown = await answer.catch((thrown: unknown) => thrown);
      if (!(error instanceof ApiError)) throw new Error('not refused');
      const { code, status } = (JSON.parse(error.message) as { error: { code: string; status: string } }).error;
      return [error.status, code, status];
    };
    const { client } = await clientFor();
    const gone = client.models.generateContent({ model: 'gone', contents: 'Hello' });
    expect(await refusal(gone)).toEqual([404, 'model_not_found', 'NOT_FOUND']);
    expect(await refusal(ask({ candidateCount: 9 }))).toEqual([400, 'invalid_request', 'INVALID_ARGUMENT']);
    expect(await refusal(ask({ tools: [{ googleSearch: {} }] }))).toEqual([400, 'invalid_request', 'INVALID_ARGUMENT']);
    expect(await refusal(ask({ cachedContent: 'cachedContents/a' }))).toEqual([
      501,
      'not_implemented',
      'UNIMPLEMENTED',
    ]);
    expect(await refusal(ask({}, 'Hello', 'status:500'))).toEqual([500, 'upstream_failed', 'INTERNAL']);
    expect(await refusal(ask({}, 'Hello', 'status:429'))).toEqual([429, 'upstream_saturated', 'RESOURCE_EXHAUSTED']);
  });

  it('is told of a break in the middle of a stream', async () => {
    await expect(stream({}, 'error-event:4')).rejects.toThrow(/upstream_failed/);
    await expect(stream({}, 'end-after:5')).rejects.toThrow(/upstream_failed/);
    await expect(stream({}, 'error-event')).rejects.toBeInstanceOf(ApiError);
  });
});
