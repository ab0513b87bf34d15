import Anthropic from '@anthropic-ai/sdk';
import { ANSWER_SCHEMA, INSTRUCTION, PIXEL, PLACE, type Speaker, type Stage, TEXT, WEATHER } from './speaker.js';

const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'Hello' }];
const tools: Anthropic.Tool[] = [
  { name: WEATHER.name, description: WEATHER.description, input_schema: WEATHER.schema },
];

function create({ baseUrl, apiKey, model }: Stage, fields: object = {}): Promise<Anthropic.Message> {
  const client = new Anthropic({ apiKey, baseURL: baseUrl, maxRetries: 0 });
  const request = { model, max_tokens: 2_000, messages, ...fields };
  return client.messages.create(request as Anthropic.MessageCreateParamsNonStreaming);
}

function stream({ baseUrl, apiKey, model }: Stage, fields: object = {}): Promise<Anthropic.Message> {
  const client = new Anthropic({ apiKey, baseURL: baseUrl, maxRetries: 0 });
  return client.messages.stream({ model, max_tokens: 2_000, messages, ...fields }).finalMessage();
}

function textOf({ content }: Anthropic.Message): string {
  return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}

function expectCall({ stop_reason, content }: Anthropic.Message): void {
  expect(stop_reason).toBe('tool_use');
  const call = { type: 'tool_use', name: WEATHER.name, input: expect.objectContaining({ location: PLACE }) as unknown };
  expect(content).toEqual([expect.objectContaining(call)]);
}

const usage = { input_tokens: 120, output_tokens: 30 };
const ended = { stop_reason: 'end_turn' };

/** Messages, by Anthropic's library. */
export const MESSAGES: Speaker = {
  dialect: 'Messages',
  library: '@anthropic-ai/sdk',
  trials: {
    plain: async (stage) => {
      const answer = await create(stage);
      expect(answer).toMatchObject({ type: 'message', role: 'assistant', ...ended, usage });
      expect(textOf(answer)).toContain(TEXT);
    },
    stream: async (stage) => {
      const answer = await stream(stage);
      expect(answer).toMatchObject({ ...ended, usage });
      expect(textOf(answer)).toContain(TEXT);
    },
    tools: async (stage) => expectCall(await create(stage, { tools, tool_choice: { type: 'any' } })),
    streamedTools: async (stage) => expectCall(await stream(stage, { tools, tool_choice: { type: 'any' } })),
    image: async (stage) => {
      const content = [
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } },
        { type: 'text', text: 'What is it?' },
      ];
      expect(await create(stage, { messages: [{ role: 'user', content }] })).toMatchObject(ended);
      expect(JSON.stringify(await stage.sent())).toContain(PIXEL);
    },
    structured: async (stage) => {
      const answer = await create(stage, { output_config: { format: { type: 'json_schema', schema: ANSWER_SCHEMA } } });
      expect(JSON.parse(textOf(answer))).toEqual({ answer: 'Hello' });
    },
    system: async (stage) => {
      expect(await create(stage, { system: INSTRUCTION })).toMatchObject(ended);
      expect(JSON.stringify(await stage.sent())).toContain(INSTRUCTION);
    },
    results: async (stage) => {
      const asked = await create(stage, { tools, tool_choice: { type: 'any' } });
      const call = asked.content.find((block) => block.type === 'tool_use');
      const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } };
      const content = [{ type: 'text', text: 'rain' }, image];
      const result = { type: 'tool_result', tool_use_id: call?.id, content };
      const history = [
        ...messages,
        { role: 'assistant', content: asked.content },
        { role: 'user', content: [result, { type: 'text', text: 'And tomorrow?' }] },
      ];
      expect(await create(stage, { tools, messages: history })).toMatchObject(ended);
      expect(JSON.stringify(await stage.sent())).toContain('rain');
    },
    thinking: async (stage) => {
      const fields = { thinking: { type: 'enabled', budget_tokens: 1_500 } };
      const { content } = await create(stage, fields);
      const history = [...messages, { role: 'assistant', content }, { role: 'user', content: 'And?' }];
      expect(await create(stage, { ...fields, messages: history })).toMatchObject(ended);
      expect(await stream(stage, fields)).toMatchObject(ended);
    },
    stop: async (stage) => {
      const answer = await create(stage, { stop_sequences: ['so that'] });
      expect(answer.stop_reason).toMatch(/^(?:stop_sequence|end_turn)$/);
      expect(textOf(answer)).not.toContain('so that');
    },
    limit: async (stage) => {
      const answer = await create(stage, { max_tokens: 3 });
      expect(answer).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 3 } });
    },
    error: async (stage) => {
      const failure = { status: 500, error: { error: { code: 'upstream_failed' } } };
      await expect(create(stage)).rejects.toBeInstanceOf(Anthropic.InternalServerError);
      await expect(create(stage)).rejects.toMatchObject(failure);
      await expect(stream(stage)).rejects.toMatchObject(failure);
    },
  },
};
