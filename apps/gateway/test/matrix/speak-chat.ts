import OpenAI from 'openai';
import { ANSWER_SCHEMA, INSTRUCTION, PIXEL, PLACE, type Speaker, type Stage, TEXT, WEATHER } from './speaker.js';

const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Hello' }];
const tools: OpenAI.ChatCompletionTool[] = [
  {
    type: 'function',
    function: { name: WEATHER.name, description: WEATHER.description, parameters: WEATHER.schema },
  },
];

function create({ baseUrl, apiKey, model }: Stage, fields: object = {}): Promise<OpenAI.ChatCompletion> {
  const client = new OpenAI({ apiKey, baseURL: `${baseUrl}/v1`, maxRetries: 0 });
  const request = { model, messages, ...fields } as OpenAI.ChatCompletionCreateParamsNonStreaming;
  return client.chat.completions.create(request);
}

function stream({ baseUrl, apiKey, model }: Stage, fields: object = {}): Promise<OpenAI.ChatCompletion> {
  const client = new OpenAI({ apiKey, baseURL: `${baseUrl}/v1`, maxRetries: 0 });
  return client.chat.completions.stream({ model, messages, ...fields }).finalChatCompletion();
}

function expectCall({ choices }: OpenAI.ChatCompletion): void {
  expect(choices[0]?.finish_reason).toBe('tool_calls');
  const [call] = choices[0]?.message.tool_calls ?? [];
  expect(call).toMatchObject({ type: 'function', function: { name: WEATHER.name } });
  expect(JSON.parse(call?.type === 'function' ? call.function.arguments : '')).toMatchObject({ location: PLACE });
}

const usage = { prompt_tokens: 120, completion_tokens: 30, total_tokens: 150 };
const ended = { choices: [{ finish_reason: 'stop' }] };

/** Chat Completions, by OpenAI's library. */
export const CHAT: Speaker = {
  dialect: 'Chat Completions',
  library: 'openai',
  trials: {
    plain: async (stage) => {
      const answer = await create(stage);
      expect(answer).toMatchObject({ object: 'chat.completion', ...ended, usage });
      expect(answer.choices[0]?.message.content).toContain(TEXT);
    },
    stream: async (stage) => {
      const answer = await stream(stage, { stream_options: { include_usage: true } });
      expect(answer).toMatchObject({ ...ended, usage });
      expect(answer.choices[0]?.message.content).toContain(TEXT);
    },
    tools: async (stage) => expectCall(await create(stage, { tools, tool_choice: 'required' })),
    streamedTools: async (stage) => expectCall(await stream(stage, { tools, tool_choice: 'required' })),
    image: async (stage) => {
      const content = [
        { type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } },
        { type: 'text', text: 'What is it?' },
      ];
      expect(await create(stage, { messages: [{ role: 'user', content }] })).toMatchObject(ended);
      expect(JSON.stringify(await stage.sent())).toContain(PIXEL);
    },
    structured: async (stage) => {
      const json_schema = { name: 'answer', schema: ANSWER_SCHEMA, strict: true };
      const { choices } = await create(stage, { response_format: { type: 'json_schema', json_schema } });
      expect(JSON.parse(choices[0]?.message.content ?? '')).toEqual({ answer: 'Hello' });
    },
    system: async (stage) => {
      expect(await create(stage, { messages: [{ role: 'system', content: INSTRUCTION }, ...messages] })).toMatchObject(
        ended,
      );
      expect(JSON.stringify(await stage.sent())).toContain(INSTRUCTION);
    },
    results: async (stage) => {
      const { message } = (await create(stage, { tools, tool_choice: 'required' })).choices[0]!;
      const result = { role: 'tool', tool_call_id: message.tool_calls?.[0]?.id, content: 'rain' };
      const history = [...messages, message, result, { role: 'user', content: 'And tomorrow?' }];
      expect(await create(stage, { tools, messages: history })).toMatchObject(ended);
      expect(JSON.stringify(await stage.sent())).toContain('rain');
    },
    thinking: async (stage) => {
      const fields = { reasoning_effort: 'low', max_completion_tokens: 4_000 };
      const { message } = (await create(stage, fields)).choices[0]!;
      const history = [...messages, message, { role: 'user', content: 'And?' }];
      expect(await create(stage, { ...fields, messages: history })).toMatchObject(ended);
    },
    stop: async (stage) => {
      const { choices } = await create(stage, { stop: ['so that'] });
      expect(choices[0]).toMatchObject({ finish_reason: 'stop' });
      expect(choices[0]?.message.content).not.toContain('so that');
    },
    limit: async (stage) => {
      const answer = await create(stage, { max_completion_tokens: 3 });
      expect(answer).toMatchObject({ choices: [{ finish_reason: 'length' }], usage: { completion_tokens: 3 } });
    },
    error: async (stage) => {
      await expect(create(stage)).rejects.toBeInstanceOf(OpenAI.InternalServerError);
      await expect(create(stage)).rejects.toMatchObject({ status: 500, code: 'upstream_failed' });
      await expect(stream(stage)).rejects.toMatchObject({ status: 500, code: 'upstream_failed' });
    },
  },
};
