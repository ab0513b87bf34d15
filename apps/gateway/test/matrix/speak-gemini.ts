import {
  ApiError,
  FunctionCallingConfigMode,
  type GenerateContentConfig,
  type GenerateContentResponse,
  GoogleGenAI,
} from '@google/genai';
import { Agent, setGlobalDispatcher } from 'undici';
import { ANSWER_SCHEMA, INSTRUCTION, PIXEL, PLACE, type Speaker, type Stage, TEXT, WEATHER } from './speaker.js';

// The library looks for Node's own among the globals, of which a sandboxed test has a set of its own.
setGlobalDispatcher(new Agent());

type Contents = Parameters<GoogleGenAI['models']['generateContent']>[0]['contents'];

const tools = [
  {
    functionDeclarations: [
      { name: WEATHER.name, description: WEATHER.description, parametersJsonSchema: WEATHER.schema },
    ],
  },
];
const forced = { tools, toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } } };

function create({ baseUrl, apiKey, model }: Stage, config: GenerateContentConfig = {}, contents: Contents = 'Hello') {
  const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl } });
  return client.models.generateContent({ model, contents, config });
}

/** All chunks of a stream, as one answer. */
async function stream({ baseUrl, apiKey, model }: Stage, config: GenerateContentConfig = {}) {
  const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl } });
  const chunks: GenerateContentResponse[] = [];
  for await (const chunk of await client.models.generateContentStream({ model, contents: 'Hello', config }))
    chunks.push(chunk);
  return {
    text: chunks.map(textOf).join(''),
    functionCalls: chunks.flatMap(({ functionCalls }) => functionCalls ?? []),
    finishReason: chunks.map(finishOf).findLast((reason) => reason !== undefined),
    usageMetadata: chunks.findLast(({ usageMetadata }) => usageMetadata)?.usageMetadata,
  };
}

/** The library's own getter warns of every part that is no text. */
function textOf({ candidates }: GenerateContentResponse): string {
  return (candidates?.[0]?.content?.parts ?? []).map(({ text, thought }) => (thought ? '' : (text ?? ''))).join('');
}

function finishOf({ candidates }: GenerateContentResponse): string | undefined {
  return candidates?.[0]?.finishReason;
}

function expectCall(calls: GenerateContentResponse['functionCalls']): void {
  expect(calls).toEqual([
    expect.objectContaining({
      name: WEATHER.name,
      args: expect.objectContaining({ location: PLACE }) as unknown,
    }),
  ]);
}

const usage = { promptTokenCount: 120, candidatesTokenCount: 30, totalTokenCount: 150 };

/** generateContent, by Google's library. */
export const GEMINI: Speaker = {
  dialect: 'Gemini',
  library: '@google/genai',
  trials: {
    plain: async (stage) => {
      const answer = await create(stage);
      expect(answer.text).toContain(TEXT);
      expect(finishOf(answer)).toBe('STOP');
      expect(answer.usageMetadata).toMatchObject(usage);
    },
    stream: async (stage) => {
      const answer = await stream(stage);
      expect(answer.text).toContain(TEXT);
      expect(answer).toMatchObject({ finishReason: 'STOP', usageMetadata: usage });
    },
    tools: async (stage) => expectCall((await create(stage, forced)).functionCalls),
    streamedTools: async (stage) => expectCall((await stream(stage, forced)).functionCalls),
    image: async (stage) => {
      const parts = [{ inlineData: { mimeType: 'image/png', data: PIXEL } }, { text: 'What is it?' }];
      expect(finishOf(await create(stage, {}, [{ role: 'user', parts }]))).toBe('STOP');
      expect(JSON.stringify(await stage.sent())).toContain(PIXEL);
    },
    structured: async (stage) => {
      const config = { responseMimeType: 'application/json', responseJsonSchema: ANSWER_SCHEMA };
      expect(JSON.parse((await create(stage, config)).text ?? '')).toEqual({ answer: 'Hello' });
    },
    system: async (stage) => {
      expect(finishOf(await create(stage, { systemInstruction: INSTRUCTION }))).toBe('STOP');
      expect(JSON.stringify(await stage.sent())).toContain(INSTRUCTION);
    },
    results: async (stage) => {
      const asked = await create(stage, forced);
      const call = asked.functionCalls?.[0];
      const response = { id: call?.id, name: WEATHER.name, response: { output: 'rain' } };
      const contents = [
        { role: 'user', parts: [{ text: 'Hello' }] },
        asked.candidates?.[0]?.content,
        { role: 'user', parts: [{ functionResponse: response }] },
        { role: 'user', parts: [{ text: 'And tomorrow?' }] },
      ];
      expect(finishOf(await create(stage, { tools }, contents as Contents))).toBe('STOP');
      expect(JSON.stringify(await stage.sent())).toContain('rain');
    },
    thinking: async (stage) => {
      const config = { thinkingConfig: { includeThoughts: true, thinkingBudget: 1_500 }, maxOutputTokens: 4_000 };
      const { candidates } = await create(stage, config);
      const contents = [
        { role: 'user', parts: [{ text: 'Hello' }] },
        candidates?.[0]?.content,
        { role: 'user', parts: [{ text: 'And?' }] },
      ];
      expect(finishOf(await create(stage, config, contents as Contents))).toBe('STOP');
      expect(await stream(stage, config)).toMatchObject({ finishReason: 'STOP' });
    },
    stop: async (stage) => {
      const answer = await create(stage, { stopSequences: ['so that'] });
      expect(finishOf(answer)).toBe('STOP');
      expect(answer.text).not.toContain('so that');
    },
    limit: async (stage) => {
      const answer = await create(stage, { maxOutputTokens: 3 });
      expect(finishOf(answer)).toBe('MAX_TOKENS');
      expect(answer.usageMetadata?.candidatesTokenCount).toBe(3);
    },
    error: async (stage) => {
      await expect(create(stage)).rejects.toBeInstanceOf(ApiError);
      await expect(create(stage)).rejects.toMatchObject({
        status: 500,
        message: expect.stringContaining('upstream_failed'),
      });
      await expect(stream(stage)).rejects.toMatchObject({ status: 500 });
    },
  },
};
