import OpenAI from 'openai';
import { ANSWER_SCHEMA, INSTRUCTION, PIXEL, PLACE, type Speaker, type Stage, TEXT, WEATHER } from './speaker.js';

type Input = OpenAI.Responses.ResponseInput;

const tools: OpenAI.Responses.FunctionTool[] = [
  { type: 'function', name: WEATHER.name, description: WEATHER.description, parameters: WEATHER.schema, strict: true },
];

function create({ baseUrl, apiKey, model }: Stage, fields: object = {}): Promise<OpenAI.Responses.Response> {
  const client = new OpenAI({ apiKey, baseURL: `${baseUrl}/v1`, maxRetries: 0 });
  const request = { model, input: 'Hello', store: false, ...fields };
  return client.responses.create(request as OpenAI.Responses.ResponseCreateParamsNonStreaming);
}

function stream({ baseUrl, apiKey, model }: Stage, fields: object = {}): Promise<OpenAI.Responses.Response> {
  const client = new OpenAI({ apiKey, baseURL: `${baseUrl}/v1`, maxRetries: 0 });
  return client.responses.stream({ model, input: 'Hello', store: false, ...fields }).finalResponse();
}

function expectCall({ status, output }: OpenAI.Responses.Response): void {
  expect(status).toBe('completed');
  const call = output.find((item) => item.type === 'function_call');
  expect(call).toMatchObject({ name: WEATHER.name, status: 'completed' });
  expect(JSON.parse(call?.arguments ?? '')).toMatchObject({ location: PLACE });
}

const usage = { input_tokens: 120, output_tokens: 30, total_tokens: 150 };
const ended = { status: 'completed', error: null };

/** Responses, by OpenAI's library. */
export const RESPONSES: Speaker = {
  dialect: 'Responses',
  library: 'openai',
  trials: {
    plain: async (stage) => {
      const answer = await create(stage);
      expect(answer).toMatchObject({ object: 'response', ...ended, usage });
      expect(answer.output_text).toContain(TEXT);
    },
    stream: async (stage) => {
      const answer = await stream(stage);
      expect(answer).toMatchObject({ ...ended, usage });
      expect(answer.output_text).toContain(TEXT);
    },
    tools: async (stage) => expectCall(await create(stage, { tools, tool_choice: 'required' })),
    streamedTools: async (stage) => expectCall(await stream(stage, { tools, tool_choice: 'required' })),
    image: async (stage) => {
      const content = [
        { type: 'input_image', image_url: `data:image/png;base64,${PIXEL}`, detail: 'auto' },
        { type: 'input_text', text: 'What is it?' },
      ];
      expect(await create(stage, { input: [{ role: 'user', content }] })).toMatchObject(ended);
      expect(JSON.stringify(await stage.sent())).toContain(PIXEL);
    },
    structured: async (stage) => {
      const format = { type: 'json_schema', name: 'answer', schema: ANSWER_SCHEMA, strict: true };
      const { output_text: text } = await create(stage, { text: { format } });
      expect(JSON.parse(text)).toEqual({ answer: 'Hello' });
    },
    system: async (stage) => {
      expect(await create(stage, { instructions: INSTRUCTION })).toMatchObject(ended);
      expect(JSON.stringify(await stage.sent())).toContain(INSTRUCTION);
    },
    results: async (stage) => {
      const { output } = await create(stage, { tools, tool_choice: 'required' });
      const call = output.find((item) => item.type === 'function_call');
      const input = [
        { role: 'user', content: 'Hello' },
        ...output,
        { type: 'function_call_output', call_id: call?.call_id, output: 'rain' },
        { role: 'user', content: 'And tomorrow?' },
      ];
      expect(await create(stage, { tools, input: input as Input })).toMatchObject(ended);
      expect(JSON.stringify(await stage.sent())).toContain('rain');
    },
    thinking: async (stage) => {
      const fields = { reasoning: { effort: 'low', summary: 'auto' }, include: ['reasoning.encrypted_content'] };
      const limits = { max_output_tokens: 4_000 };
      const { output } = await create(stage, { ...fields, ...limits });
      const input = [{ role: 'user', content: 'Hello' }, ...output, { role: 'user', content: 'And?' }] as Input;
      expect(await create(stage, { ...fields, ...limits, input })).toMatchObject(ended);
      expect(await stream(stage, { ...fields, ...limits })).toMatchObject(ended);
    },
    limit: async (stage) => {
      const answer = await create(stage, { max_output_tokens: 16 });
      expect(answer).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
      expect(answer.usage?.output_tokens).toBe(16);
    },
    error: async (stage) => {
      await expect(create(stage)).rejects.toBeInstanceOf(OpenAI.InternalServerError);
      await expect(create(stage)).rejects.toMatchObject({ status: 500, code: 'upstream_failed' });
      await expect(stream(stage)).rejects.toMatchObject({ status: 500, code: 'upstream_failed' });
    },
  },
};
