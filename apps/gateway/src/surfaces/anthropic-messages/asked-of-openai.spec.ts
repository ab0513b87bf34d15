import { DroppedFields } from '@tokenbay/protocol';
import { findAdapter, type JsonObject } from '@tokenbay/providers';
import { readCanonicalCall } from './canonical-call.js';

const CHAT = findAdapter('openai')!.wires.find(({ format }) => format === 'openai-chat')!.conversion;
const closed = { additionalProperties: false, required: ['city'] };
const weather = { type: 'object', properties: { city: { type: 'string' } }, ...closed };

function ask(body: object, upstreamModel = 'gpt-4o'): { request: JsonObject; dropped: readonly string[] } {
  const dropped = new DroppedFields();
  const call = readCanonicalCall({ model: 'public', max_tokens: 500, ...body }, dropped);
  const terms = { upstreamModel, isStream: false, outputTokensMax: undefined, outputTokensHeld: 500, dropped };
  return { request: CHAT.writeRequest(call, terms), dropped: dropped.list };
}

const hello = [{ role: 'user', content: 'Hello' }];

describe('a Messages call as an OpenAI upstream is asked it', () => {
  it('has its system prompt, tools, calls and results where a chat has them', () => {
    const { request, dropped } = ask({
      ...{
        system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
        stop_sequences: ['END'],
      },
      ...{ temperature: 0.2, top_k: 5, metadata: { user_id: 'u1' } },
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Weather?' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } },
            { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Köln' }, title: 'Cities' },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'sig' },
            { type: 'text', text: 'Looking.' },
            { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Köln' } },
            { type: 'tool_use', id: 'toolu_2', name: 'get_map', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'toolu_1', content: 'no such city', is_error: true },
            {
              ...{ type: 'tool_result', tool_use_id: 'toolu_2' },
              content: [{ type: 'image', source: { type: 'url', url: 'https://a.example/m.png' } }],
            },
            { type: 'text', text: 'And?' },
          ],
        },
      ],
      tools: [
        {
          name: 'get_weather',
          description: 'd',
          input_schema: weather,
          strict: true,
          cache_control: { type: 'ephemeral' },
        },
      ],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
    });
    expect(dropped).toEqual(['top_k', 'messages.reasoning']);
    expect(request).toEqual({
      ...{ model: 'gpt-4o', max_completion_tokens: 500, temperature: 0.2, stop: ['END'], safety_identifier: 'u1' },
      ...{ store: false, service_tier: 'default', tool_choice: 'required', parallel_tool_calls: false },
      tools: [
        { type: 'function', function: { name: 'get_weather', description: 'd', parameters: weather, strict: true } },
      ],
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Weather?' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
            { type: 'text', text: 'Cities\nKöln' },
          ],
        },
        {
          role: 'assistant',
          content: 'Looking.',
          tool_calls: [
            { id: 'toolu_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Köln"}' } },
            { id: 'toolu_2', type: 'function', function: { name: 'get_map', arguments: '{}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'toolu_1', content: 'Error: no such city' },
        { role: 'tool', tool_call_id: 'toolu_2', content: 'See below.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Result of get_map (toolu_2):' },
            { type: 'image_url', image_url: { url: 'https://a.example/m.png' } },
          ],
        },
        { role: 'user', content: 'And?' },
      ],
    });
  });

  it.each([
    ['gpt-5.2', { thinking: { type: 'enabled', budget_tokens: 4_000 } }, 'medium'],
    ['gpt-5.2', { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } }, 'xhigh'],
    ['gpt-5.1', { thinking: { type: 'disabled' } }, 'none'],
    ['o3', { thinking: { type: 'adaptive' }, output_config: { effort: 'xhigh' } }, 'high'],
    ['o3', { thinking: { type: 'disabled' } }, undefined],
    ['openai/gpt-5-mini', { thinking: { type: 'disabled' } }, 'minimal'],
  ])('asks %s for reasoning by the effort that it knows', (upstreamModel, wanted, effort) => {
    expect(ask({ messages: hello, ...wanted }, upstreamModel).request['reasoning_effort']).toBe(effort);
  });

  it('names the reasoning that a model without effort cannot be asked for, and the sampling that a reasoning one refuses', () => {
    const thinking = { type: 'enabled', budget_tokens: 4_000 };
    expect(ask({ messages: hello, thinking }).dropped).toEqual(['reasoning']);
    expect(ask({ messages: hello, temperature: 0.3, top_p: 1 }, 'gpt-5').dropped).toEqual(['temperature']);
  });

  it('asks for a schema to the letter where it can be obeyed so', () => {
    const formatOf = (schema: object) =>
      ask({ messages: hello, output_config: { format: { type: 'json_schema', schema } } }).request['response_format'];
    expect(formatOf(weather)).toMatchObject({ json_schema: { name: 'answer', schema: weather, strict: true } });
    expect(formatOf({ ...weather, required: [] })).toMatchObject({ json_schema: { strict: false } });
  });

  it.each([
    ['messages.assistant', { messages: [...hello, { role: 'assistant', content: 'Once' }] }, 'gpt-4o'],
    [
      'tools.web_search_20250305',
      { messages: hello, tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
      'gpt-4o',
    ],
    ['stop_sequences', { messages: hello, stop_sequences: ['a', 'b', 'c', 'd', 'e'] }, 'gpt-4o'],
    ['stop_sequences', { messages: hello, stop_sequences: ['a'] }, 'gpt-5'],
    [
      'file.url',
      {
        messages: [
          { role: 'user', content: [{ type: 'document', source: { type: 'url', url: 'https://a.example/a.pdf' } }] },
        ],
      },
      'gpt-4o',
    ],
  ])('refuses %s, which nobody could leave out without changing the answer', (field, body, upstreamModel) => {
    expect(() => ask(body, upstreamModel)).toThrow(
      expect.objectContaining({ code: 'conversion_not_implemented', detail: field }),
    );
  });
});
