import { type CanonicalCall, DroppedFields } from '@tokenbay/protocol';
import { carryCustomTools, findAdapter, type JsonObject } from '@tokenbay/providers';
import { readCanonicalCall } from './canonical-call.js';

const SEAL = 'tokenbay.anthropic-messages.EqQB';
const PATCH = '*** Begin Patch\n*** End Patch';
const closed = { additionalProperties: false, required: ['city'] };
const weather = { type: 'object', properties: { city: { type: 'string' } }, ...closed };
const apply = {
  ...{ type: 'custom', name: 'apply_patch', description: 'Edits files.' },
  format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
};
const wrapped = {
  type: 'object',
  properties: { input: { type: 'string', description: 'The whole input of the tool, as plain text.' } },
  required: ['input'],
  additionalProperties: false,
};
const about = 'Edits files.\n\n`input` must obey this lark grammar:\nstart: "x"';

function read(body: object): { call: CanonicalCall; dropped: DroppedFields } {
  const dropped = new DroppedFields();
  return { call: readCanonicalCall({ model: 'public', input: 'Hello', ...body }, dropped), dropped };
}

function ask(
  provider: string,
  upstreamModel: string,
  body: object,
): { request: JsonObject; dropped: readonly string[] } {
  const { call, dropped } = read(body);
  const terms = { upstreamModel, isStream: false, outputTokensMax: undefined, outputTokensHeld: 9_000, dropped };
  const wire = carryCustomTools(findAdapter(provider)!.wires[0]!.conversion, call);
  return { request: wire.writeRequest(call, terms), dropped: dropped.list };
}

/** A turn of a coding agent: instructions, its own rules, a question, what was thought and called, and what came of it. */
const conversation = {
  instructions: 'You are Codex.',
  input: [
    { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Sandboxed.' }] },
    {
      ...{ type: 'message', role: 'user' },
      content: [
        { type: 'input_text', text: 'Weather?' },
        { type: 'input_image', image_url: 'data:image/png;base64,AA==', detail: 'high' },
        { type: 'input_file', filename: 'a.txt', file_data: 'data:text/plain;base64,T25jZS4=' },
      ],
    },
    { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Two calls' }], encrypted_content: SEAL },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Looking.' }] },
    { type: 'function_call', call_id: 'call_1', name: 'get_weather', arguments: '{"city":"Köln"}' },
    { type: 'custom_tool_call', call_id: 'call_2', name: 'apply_patch', input: PATCH },
    { type: 'function_call_output', call_id: 'call_1', output: [{ type: 'input_text', text: 'rain' }] },
    { type: 'custom_tool_call_output', call_id: 'call_2', output: 'Done!' },
    { role: 'user', content: 'And?' },
  ],
  tools: [{ type: 'function', name: 'get_weather', description: 'd', parameters: weather, strict: true }, apply],
  tool_choice: 'auto',
  parallel_tool_calls: false,
  max_output_tokens: 4_000,
  store: false,
  include: ['reasoning.encrypted_content'],
  prompt_cache_key: 'thread',
};

describe('a Responses call as an Anthropic upstream is asked it', () => {
  it('has its instructions, calls, results and reasoning where Messages has them, free-form tools as functions', () => {
    const { request, dropped } = ask('anthropic', 'claude-sonnet-4-5', { ...conversation, temperature: 0.2 });
    expect(dropped).toEqual(['tools.format', 'image_url.detail']);
    expect(request).toEqual({
      ...{ model: 'claude-sonnet-4-5', max_tokens: 4_000, temperature: 0.2 },
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      system: [
        { type: 'text', text: 'You are Codex.' },
        { type: 'text', text: 'Sandboxed.' },
      ],
      tools: [
        { name: 'get_weather', description: 'd', input_schema: weather, strict: true },
        { name: 'apply_patch', description: about, input_schema: wrapped },
      ],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Weather?' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } },
            { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Once.' }, title: 'a.txt' },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Two calls', signature: 'EqQB' },
            { type: 'text', text: 'Looking.' },
            { type: 'tool_use', id: 'call_1', name: 'get_weather', input: { city: 'Köln' } },
            { type: 'tool_use', id: 'call_2', name: 'apply_patch', input: { input: PATCH } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'call_1', content: [{ type: 'text', text: 'rain' }] },
            { type: 'tool_result', tool_use_id: 'call_2', content: [{ type: 'text', text: 'Done!' }] },
            { type: 'text', text: 'And?' },
          ],
        },
      ],
    });
  });

  it('asks for reasoning and a schema as Messages knows them', () => {
    const text = { format: { type: 'json_schema', name: 'w', schema: weather, strict: true }, verbosity: 'low' };
    expect(ask('anthropic', 'claude-sonnet-4-6', { reasoning: { effort: 'high', summary: 'auto' }, text })).toEqual({
      request: expect.objectContaining({
        thinking: { type: 'adaptive', display: 'summarized' },
        output_config: { effort: 'high', format: { type: 'json_schema', schema: weather } },
      }),
      dropped: ['verbosity'],
    });
  });
});

describe('a Responses call as an upstream that speaks chat is asked it', () => {
  it('has its instructions, calls and results where a chat has them, free-form tools as functions', () => {
    const { request, dropped } = ask('openai-compatible', 'some-model', conversation);
    expect(dropped).toEqual(['tools.format', 'messages.reasoning']);
    expect(request).toMatchObject({
      ...{ max_tokens: 4_000, tool_choice: 'auto', parallel_tool_calls: false },
      tools: [
        { type: 'function', function: { name: 'get_weather', description: 'd', parameters: weather, strict: true } },
        { type: 'function', function: { name: 'apply_patch', description: about, parameters: wrapped } },
      ],
      messages: [
        { role: 'system', content: 'You are Codex.' },
        { role: 'system', content: 'Sandboxed.' },
        { role: 'user' },
        {
          ...{ role: 'assistant', content: 'Looking.' },
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Köln"}' } },
            { id: 'call_2', function: { name: 'apply_patch', arguments: JSON.stringify({ input: PATCH }) } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'rain' },
        { role: 'tool', tool_call_id: 'call_2', content: 'Done!' },
        { role: 'user', content: 'And?' },
      ],
    });
  });

  it('offers the tools of a namespace under flat names', () => {
    const namespace = {
      type: 'namespace',
      name: 'crm',
      description: 'Customers.',
      tools: [{ type: 'function', name: 'find' }],
    };
    const history = [
      { type: 'message', role: 'user', content: 'Find.' },
      { type: 'function_call', call_id: 'c', namespace: 'crm', name: 'find', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c', output: 'none' },
    ];
    expect(ask('openai-compatible', 'm', { tools: [namespace], input: history }).request).toMatchObject({
      tools: [{ type: 'function', function: { name: 'crm__find', description: 'Customers.' } }],
      messages: [{}, { tool_calls: [{ function: { name: 'crm__find' } }] }, { role: 'tool' }],
    });
  });
});

describe('a Responses call for whichever upstream', () => {
  it('names the hints it leaves out, and is silent about what changes nothing', () => {
    const { dropped } = read({
      ...{ invented: true, metadata: { a: 'b' }, stream_options: {} },
      store: true,
      truncation: 'disabled',
    });
    expect(dropped.list).toEqual(['invented']);
  });

  it('gives seals of others back to what they were taken from', () => {
    const sealed = (kind: string) => ({ type: 'reasoning', summary: [], encrypted_content: `tokenbay.${kind}` });
    const input = [
      ...[{ role: 'user', content: 'x' }, sealed('anthropic-messages.redacted:R')],
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '' },
      sealed('gemini-generate.tool_call:G'),
      { type: 'function_call_output', call_id: 'c', output: 'y' },
    ];
    expect(read({ input }).call.turns[1]).toEqual({
      role: 'assistant',
      content: [
        { type: 'reasoning', text: '', isRedacted: true, seal: { format: 'anthropic-messages', value: 'R' } },
        {
          ...{ type: 'tool_call', kind: 'function', id: 'c', name: 'f', input: '' },
          seal: { format: 'gemini-generate', value: 'G' },
        },
      ],
    });
  });

  it.each([
    ['input.compaction', { input: [{ type: 'compaction', encrypted_content: 'x' }] }],
    ['input.content.input_audio', { input: [{ role: 'user', content: [{ type: 'input_audio' }] }] }],
    ['truncation', { truncation: 'auto' }],
    ['moderation', { moderation: { model: 'omni' } }],
    ['tool_choice.web_search', { tool_choice: { type: 'web_search' } }],
  ])('refuses %s, which nobody could leave out without changing the answer', (field, body) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'conversion_not_implemented', detail: field }));
  });

  it.each([
    ['input[0].role', { input: [{ type: 'message', role: 'boss', content: 'x' }] }],
    ['input[0].call_id', { input: [{ type: 'function_call', name: 'f', arguments: '{}' }] }],
    [
      'input[0].content[0].image_url',
      { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'x' }] }] },
    ],
    ['tools[0].name', { tools: [{ type: 'function' }] }],
    ['text.format.schema', { text: { format: { type: 'json_schema', name: 'w' } } }],
    ['reasoning.effort', { reasoning: { effort: 'very' } }],
  ])('is refused where %s makes no sense', (param, body) => {
    expect(() => read(body)).toThrow(expect.objectContaining({ code: 'invalid_request', detail: param }));
  });
});
