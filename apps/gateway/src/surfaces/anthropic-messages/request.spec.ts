import { CompiledPrices } from '@tokenbay/models';
import { lowerPools, sellPools } from '../../relay/tool-pool.js';
import { readMessagesCall } from './request.js';
import { readCountedInput } from './counted-input.js';

const hello = [{ role: 'user', content: 'Hello' }];
const read = (fields: object, bytes = 100) =>
  readMessagesCall({ model: 'm', max_tokens: 50, messages: hello, ...fields }, bytes, {});
const PRICES = new CompiledPrices({ perToolCall: { web_search: '0.01', advisor: '0.5', web_fetch: '0' } });
/** The tools as they go upstream where at most so many uses of each are paid for. */
const asSent = (fields: object, callsMax = Infinity) => {
  const call = read(fields);
  return call.limitToolCalls!(call.body, lowerPools(sellPools(call.hostedTools, PRICES), callsMax))['tools'];
};
const picture = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } };

describe('what a Messages request may cost', () => {
  it('is bounded by its bytes, and by its limit', () => {
    expect(read({})).toMatchObject({
      inputTokensMax: 100,
      outputTokensMax: 50,
      outputTokensFloor: 256,
      hostedTools: [],
    });
  });

  it('has the prompt on top that the provider writes before tools', () => {
    const tools = [
      { name: 'f', input_schema: { type: 'object' } },
      { type: 'bash_20250124', name: 'bash' },
    ];
    expect(read({ tools })).toMatchObject({ inputTokensMax: 1_124, hostedTools: [] });
  });

  it.each([
    ['a picture', [{ role: 'user', content: [picture] }]],
    [
      'a picture in a result',
      [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: [picture] }] }],
    ],
    [
      'the result of a hosted tool',
      [{ role: 'assistant', content: [{ type: 'web_search_tool_result', content: [] }] }],
    ],
  ])('has no bound but the context where %s is in it', (_, messages) => {
    expect(read({ messages }).inputTokensMax).toBeNull();
  });

  it('holds what thinking may take besides', () => {
    expect(read({ max_tokens: 4_000, thinking: { type: 'enabled', budget_tokens: 2_000 } }).outputTokensFloor).toBe(
      2_256,
    );
  });

  it.each([
    ['the system prompt', { system: [{ type: 'text', text: 'x', cache_control: { type: 'ephemeral', ttl: '1h' } }] }],
    ['a tool', { tools: [{ name: 'f', input_schema: {}, cache_control: { type: 'ephemeral', ttl: '1h' } }] }],
    ['the request', { cache_control: { type: 'ephemeral', ttl: '1h' } }],
    [
      'a result',
      {
        messages: [
          {
            role: 'user',
            content: [
              {
                ...{ type: 'tool_result', tool_use_id: 't' },
                content: [{ type: 'text', text: 'x', cache_control: { type: 'ephemeral', ttl: '1h' } }],
              },
            ],
          },
        ],
      },
    ],
  ])('needs a price for an hour in the cache where %s asks for it', (_, fields) => {
    expect(read(fields).priceKinds).toContain('cacheWriteLongPerMillion');
  });

  it('is as many uses of each tool as the client wants, and eight where it sets no limit and they cost points', () => {
    const tools = [
      { type: 'web_search_20250305', name: 'web_search', max_uses: 12, allowed_domains: ['a.example'] },
      { type: 'web_search_20260318', name: 'web_search', max_uses: null },
      { type: 'advisor_20260301', name: 'advisor', model: 'claude-opus-4-6' },
      { type: 'web_search_20260318', name: 'web_search', max_uses: 0 },
      { type: 'web_fetch_20250910', name: 'web_fetch' },
      { type: 'web_fetch_20260309', name: 'web_fetch', max_uses: 30 },
      { type: 'bash_20250124', name: 'bash' },
      { name: 'web_search_20250305', input_schema: { type: 'object' } },
      { type: 'code_execution_20260521', name: 'code_execution' },
    ];
    const uses = (...limits: (number | undefined)[]) =>
      tools.map((tool, index) => (limits[index] === undefined ? tool : { ...tool, max_uses: limits[index] }));
    expect(asSent({ tools })).toEqual(uses(12, 8, 8, 0));
    expect(asSent({ tools }, 3)).toEqual(uses(3, 3, 3, 0));
  });

  it.each([[-1], [1.5], ['3'], [1e9]])('has no limit of uses like %j', (max_uses) => {
    const tools = [{ type: 'web_search_20260318', name: 'web_search', max_uses }];
    expect(() => read({ tools })).toThrow('tools[0].max_uses');
  });

  it('is forwarded as it came where no tool is charged by use', () => {
    const body = { model: 'm', max_tokens: 50, messages: hello, tools: [{ type: 'bash_20250124', name: 'bash' }] };
    const call = readMessagesCall(body, 100, {});
    expect(call.limitToolCalls!(call.body, sellPools(call.hostedTools, PRICES))).toBe(body);
  });

  it('needs a price for what the provider runs, whatever the date of its version', () => {
    const tools = [
      { type: 'web_search_20260318', name: 'web_search' },
      { type: 'code_execution_20260521', name: 'c' },
    ];
    const mcp_servers = [{ type: 'url', name: 's', url: 'https://a.example' }];
    expect(read({ tools, mcp_servers })).toMatchObject({
      inputTokensMax: null,
      hostedTools: [
        { tools: [{ name: 'web_search', countedAs: 'web_search' }], soldBy: 'calls', callsMax: undefined },
        { tools: [{ name: 'mcp', countedAs: 'mcp' }], soldBy: 'request' },
        { tools: [{ name: 'code_execution', countedAs: 'code_execution' }], soldBy: 'request' },
      ],
    });
  });

  it('needs a price for a tier, unless it is the standard one or left to the provider', () => {
    expect(['auto', 'standard_only', 'flex'].map((tier) => read({ service_tier: tier }).serviceTier)).toEqual([
      ...[null, null, 'flex'],
    ]);
  });
});

describe('a Messages request is refused', () => {
  it.each([
    ['max_tokens', { max_tokens: undefined }],
    ['max_tokens', { max_tokens: 1.5 }],
    ['messages', { messages: [] }],
    ['messages[0].content', { messages: [{ role: 'user' }] }],
    ['messages[0].content[0].type', { messages: [{ role: 'user', content: [{ text: 'x' }] }] }],
    ['stream', { stream: 'yes' }],
    ['tools[0].name', { tools: [{ input_schema: {} }] }],
    ['thinking.budget_tokens', { thinking: { type: 'enabled', budget_tokens: -1 } }],
    ['speed', { speed: 'fast' }],
    ['inference_geo', { inference_geo: 'us' }],
    ['fallbacks', { fallbacks: 'default' }],
    ['context_management', { context_management: { edits: [{ type: 'compact_20260112' }] } }],
  ])('where %s is wrong or has no price', (param, fields) => {
    expect(() => read(fields)).toThrow(expect.objectContaining({ code: 'invalid_request', detail: param }));
  });

  it.each([
    ['container', { container: 'container_1' }],
    ['thread', { thread: { id: 't' } }],
    ['diagnostics.previous_message_id', { diagnostics: { previous_message_id: 'msg_1' } }],
    ['file', { messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'file', file_id: 'f' } }] }] }],
  ])('where %s is state that is kept at the provider', (detail, fields) => {
    expect(() => read(fields)).toThrow(expect.objectContaining({ code: 'not_implemented', detail }));
  });

  it('not where edits only leave something out, or nothing was said before', () => {
    const context_management = { edits: [{ type: 'clear_tool_uses_20250919' }] };
    expect(() =>
      read({ context_management, diagnostics: { previous_message_id: null }, speed: 'standard' }),
    ).not.toThrow();
  });
});

describe('the input of a Messages request, to be counted', () => {
  it('is its words, and so much for each picture', () => {
    const counted = readCountedInput({
      ...{ model: 'm', system: 'Be brief.', tools: [{ name: 'look_up' }] },
      messages: [{ role: 'user', content: [{ type: 'text', text: 'What?' }, picture] }],
    });
    expect(counted.addedTokens).toBe(1_600);
    expect(counted.readInputText()).toMatch(/^Be brief\.\nWhat\?\n.*look_up/);
  });
});
