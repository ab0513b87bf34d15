import { CompiledPrices } from '@tokenbay/models';
import { lowerPools, sellPools } from '../../relay/tool-pool.js';
import { readResponsesCall } from './request.js';

const read = (fields: object, bytes = 100) => readResponsesCall({ model: 'm', input: 'Hello', ...fields }, bytes, {});
const PRICES = new CompiledPrices({ perToolCall: { web_search: '0.01', mcp: '0.01', shell: '0' } });
/** The body as it goes upstream where at most so many calls are paid for. */
const asSent = (fields: object, callsMax = Infinity) => {
  const call = read(fields);
  return call.limitToolCalls!(call.body, lowerPools(sellPools(call.hostedTools, PRICES), callsMax));
};
const namesOf = (fields: object) => read(fields).hostedTools.flatMap(({ tools }) => tools.map(({ name }) => name));
const said = (...content: object[]) => ({ input: [{ role: 'user', content }] });
const inNamespace = (tool: object) => ({ tools: [{ type: 'namespace', name: 'n', tools: [tool] }] });
const inNamespaces = (depth: number): object =>
  depth === 0 ? { type: 'web_search' } : { type: 'namespace', name: 'n', tools: [inNamespaces(depth - 1)] };

describe('what a Responses request may cost', () => {
  it('is bounded by its bytes, and by its limit', () => {
    const tools = [
      { type: 'function', name: 'f', parameters: { properties: { file_id: { type: 'string' } } } },
      { type: 'custom', name: 'apply_patch' },
      { type: 'namespace', name: 'crm', tools: [{ type: 'function', name: 'find', parameters: { file_id: {} } }] },
      { type: 'shell', environment: { type: 'local' } },
    ];
    const input = [
      { role: 'user', content: [{ type: 'input_text', text: 'x' }] },
      { type: 'reasoning', summary: [], encrypted_content: 'gAAA' },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"file_id":"f"}' },
      { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_text', text: 'y' }] },
    ];
    expect(read({ tools, input, max_output_tokens: 50 })).toMatchObject({
      ...{ inputTokensMax: 100, outputTokensMax: 50, outputTokensFloor: 256, hostedTools: [], choices: 1 },
      ...{ isStream: false, serviceTier: null, priceKinds: ['inputPerMillion', 'outputPerMillion'] },
    });
  });

  it.each([
    ['a picture', said({ type: 'input_image', image_url: 'https://a.example/b.png' })],
    ['a file', said({ type: 'input_file', file_url: 'https://a.example/b.pdf' })],
    [
      'a picture in a result',
      { input: [{ type: 'function_call_output', call_id: 'c', output: [{ type: 'input_image' }] }] },
    ],
    [
      'a screenshot',
      { input: [{ type: 'computer_call_output', call_id: 'c', output: { type: 'computer_screenshot' } }] },
    ],
    ['an item that is news', { input: [{ type: 'invented' }] }],
    ['a tool of the provider', { tools: [{ type: 'web_search' }] }],
  ])('has no bound but the context where %s is in it', (_, fields) => {
    expect(read(fields).inputTokensMax).toBeNull();
  });

  it('has a price for each hosted tool, whichever its version, wherever it is offered', () => {
    const brought = { type: 'additional_tools', role: 'developer', tools: [{ type: 'image_generation' }] };
    const tools = [{ type: 'web_search_2025_08_26' }, { type: 'mcp', server_label: 'a' }, { type: 'web_search' }];
    expect(read({ tools, input: [brought] }).hostedTools).toEqual([
      {
        tools: [
          { name: 'web_search', countedAs: 'web_search' },
          { name: 'image_generation', countedAs: 'image_generation' },
        ],
        ...{ soldBy: 'calls', callsMax: undefined },
      },
      { tools: [{ name: 'mcp', countedAs: 'mcp' }], soldBy: 'request' },
    ]);
  });

  it.each([
    ['eight calls of all hosted tools together where the client sets no limit', {}, 8],
    ['eight where it sets none in so many words', { max_tool_calls: null }, 8],
    ['as many as it wants', { max_tool_calls: 20 }, 20],
    ['one where it wants one', { max_tool_calls: 1 }, 1],
    ['none where it wants none', { max_tool_calls: 0 }, 0],
  ])('is %s', (_, limit, sent) => {
    const tools = [{ type: 'web_search' }, { type: 'mcp', server_label: 'a' }];
    expect(asSent({ tools, ...limit })['max_tool_calls']).toBe(sent);
    expect(asSent({ tools, ...limit }, 3)['max_tool_calls']).toBe(Math.min(sent, 3));
  });

  it.each([
    ['of the client itself', { type: 'function', name: 'f' }],
    ['of a server that the client names', { type: 'mcp', server_label: 'a' }],
    ['that cost nothing', { type: 'shell' }],
  ])('is as many calls as the client wants of tools %s', (_, tool) => {
    expect(asSent({ tools: [tool] })).not.toHaveProperty('max_tool_calls');
    expect(asSent({ tools: [tool], max_tool_calls: 20 })['max_tool_calls']).toBe(20);
  });

  it('has a price for hosted tools that stand in a namespace', () => {
    const namespace = (type: string) => ({ type: 'namespace', name: 'n', tools: [{ type: 'function' }, { type }] });
    const input = [{ type: 'tool_search_output', tools: [namespace('image_generation')] }];
    const fields = { tools: [namespace('web_search_2025_08_26')], input };
    expect(namesOf(fields)).toEqual(['web_search', 'image_generation']);
    expect(read(fields).inputTokensMax).toBeNull();
  });

  it('has none for what the server of another tool has listed', () => {
    const tools = [{ name: 'look', input_schema: { properties: { file_id: {} }, file_id: 'x' } }];
    expect(read({ input: [{ type: 'mcp_list_tools', server_label: 's', tools }] })).toMatchObject({
      ...{ hostedTools: [], inputTokensMax: 100 },
    });
  });

  it.each([
    ['flex', 'flex'],
    ['auto', null],
    ['default', null],
  ])('has a price for tier %s where it is not the standard one', (tier, expected) => {
    expect(read({ service_tier: tier }).serviceTier).toBe(expected);
  });

  it.each([
    ['reasoning.mode', { reasoning: { mode: 'pro' } }],
    ['context_management', { context_management: [{ type: 'compaction' }] }],
    ['multi_agent', { multi_agent: { enabled: true, max_concurrent_subagents: 50 } }],
    ['multi_agent', { multi_agent: {} }],
  ])('cannot be told where %s asks for what has no price', (param, fields) => {
    expect(() => read(fields)).toThrow(expect.objectContaining({ code: 'invalid_request', detail: param }));
  });

  it('is counted by all that the model reads', () => {
    const input = [
      { role: 'user', content: 'Question' },
      { type: 'function_call', call_id: 'c', name: 'look', arguments: '{"a":1}' },
      { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_text', text: 'Found' }] },
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Thought' }] },
    ];
    const text = read({ instructions: 'Rules', input, tools: [{ type: 'function', name: 'tool' }] }).readInputText();
    for (const word of ['Rules', 'Question', 'look', '{"a":1}', 'Found', 'Thought', 'tool'])
      expect(text).toContain(word);
  });
});

describe('a Responses request', () => {
  it.each([
    ['previous_response_id', { previous_response_id: 'resp_1' }],
    ['conversation', { conversation: 'conv_1' }],
    ['prompt.id', { prompt: { id: 'pmpt_1' } }],
    ['background', { background: true }],
    ['input[0]', { input: [{ type: 'item_reference', id: 'msg_1' }] }],
    ['input[0]', { input: [{ id: 'msg_1' }] }],
    ['input[0].content[0].file_id', said({ type: 'input_file', file_id: 'file_1' })],
    ['input[0].content[0].file_id', said({ type: 'input_image', file_id: 'file_1' })],
    [
      'input[0].output.file_id',
      { input: [{ type: 'computer_call_output', call_id: 'c', output: { file_id: 'file_1' } }] },
    ],
    ['tools[0].vector_store_ids', { tools: [{ type: 'file_search', vector_store_ids: ['vs_1'] }] }],
    ['tools[0].container', { tools: [{ type: 'code_interpreter', container: 'cntr_1' }] }],
    ['tools[0].container.file_ids', { tools: [{ type: 'code_interpreter', container: { file_ids: ['f'] } }] }],
    ['tools[0].environment.container_id', { tools: [{ type: 'shell', environment: { container_id: 'c' } }] }],
    ['tools[0].environment.container_id', { tools: [{ type: 'computer', environment: { container_id: 'c' } }] }],
    ['tools[0].vector_store_ids', { tools: [{ type: 'function', name: 'f', vector_store_ids: ['vs_1'] }] }],
    ['tools[0].tools[0].vector_store_ids', inNamespace({ type: 'file_search', vector_store_ids: ['vs_1'] })],
    ['tools[0].tools[0].container', inNamespace({ type: 'code_interpreter', container: 'cntr_1' })],
    [
      'tools[0].environment.skills[0].skill_id',
      { tools: [{ type: 'shell', environment: { type: 'local', skills: [{ skill_id: 's' }] } }] },
    ],
    [
      'input[0].tools[0].container',
      { input: [{ type: 'additional_tools', tools: [{ type: 'code_interpreter', container: 'cntr_1' }] }] },
    ],
    ['input[0].environment.container_id', { input: [{ type: 'shell_call', environment: { container_id: 'c' } }] }],
    ['input[0].content[0].file_id', said({ type: 'input_text', text: 'x', file_id: 'file_1' })],
    ['input[0]', { input: [{ type: 'image_generation_call', id: 'ig_1' }] }],
    ['input[0]', { input: [{ type: 'image_generation_call', id: 'ig_1', result: '' }] }],
  ])('cannot use what is kept at the provider: %s', (param, fields) => {
    expect(() => read(fields)).toThrow(expect.objectContaining({ code: 'not_implemented', detail: param }));
  });

  it.each([{ type: 'item_reference', id: 'msg_1' }, { id: 'msg_1' }])(
    'is told where it refers to an earlier item, and how to send that itself: %j',
    (reference) => {
      const refusal = {
        options: expect.objectContaining({ param: 'input[1]' }),
        publicMessage: expect.stringMatching(/^input\[1\]: an item_reference .*store: false/),
      };
      const input = [{ role: 'user', content: 'Hello' }, reference];
      expect(() => read({ input })).toThrow(expect.objectContaining(refusal));
    },
  );

  it('may bring its own words and pictures back, whatever they are called', () => {
    const input = [
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"file_id":"f"}' },
      { type: 'tool_search_call', call_id: 's', arguments: { file_id: 'f' } },
      { type: 'local_shell_call', call_id: 'l', action: { type: 'exec', env: { container_id: 'mine' } } },
      { type: 'image_generation_call', id: 'ig_1', result: 'AAAA' },
      {
        ...{ type: 'message', role: 'assistant' },
        content: [{ type: 'output_text', text: 'x', annotations: [{ type: 'file_citation', file_id: 'f' }] }],
      },
    ];
    expect(read({ input }).hostedTools).toEqual([]);
  });

  it('may say that it uses nothing of the kind', () => {
    const fields = { previous_response_id: null, conversation: null, prompt: null, background: false };
    expect(() =>
      read({ ...fields, ...said({ type: 'input_image', image_url: 'https://a.example', file_id: null }) }),
    ).not.toThrow();
  });

  it.each([
    ['model', { model: undefined }],
    ['model', { model: '' }],
    ['input', { input: undefined }],
    ['input', { input: [] }],
    ['input[0]', { input: ['x'] }],
    ['input[0].role', { input: [{ content: 'x' }] }],
    ['input[0].type', { input: [{ type: 5 }] }],
    ['stream', { stream: 'yes' }],
    ['max_output_tokens', { max_output_tokens: 0 }],
    ['max_tool_calls', { max_tool_calls: '20' }],
    ['max_tool_calls', { max_tool_calls: 1.5 }],
    ['max_tool_calls', { max_tool_calls: -1 }],
    ['tools', { tools: {} }],
    ['tools[0].type', { tools: [{}] }],
    ['tools[0].tools[0].type', inNamespace({})],
    ['tools[0].tools[0].tools[0].tools[0].tools', inNamespace(inNamespaces(3))],
    ['input[0].tools', { input: [{ type: 'additional_tools', tools: {} }] }],
    ['input[0].content[0]', said({ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } })],
    [
      'input[0].output[0]',
      { input: [{ type: 'function_call_output', call_id: 'c', output: [{ type: 'input_audio' }] }] },
    ],
    ['input[0].content[0].type', said({ type: 5 })],
    ['service_tier', { service_tier: 5 }],
  ])('is refused where %s makes no sense', (param, fields) => {
    expect(() => read(fields)).toThrow(expect.objectContaining({ code: 'invalid_request', detail: param }));
  });
});
