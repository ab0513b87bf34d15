import { type CanonicalCall, DroppedFields, type ReasoningSettings } from '@tokenbay/protocol';
import { findAdapter } from './adapters.js';
import { PRESETS } from './presets.js';
import type { JsonObject } from './provider.js';

const looked = { type: 'tool_result', kind: 'function', callId: 'call_1', isError: false } as const;
const plain: CanonicalCall = {
  ...{ tools: [], sampling: {}, attribution: {}, caching: {}, safety: [] },
  output: { choices: 1, modalities: ['text'] },
  turns: [
    { role: 'developer', content: [{ type: 'text', text: 'Be brief.' }] },
    { role: 'user', content: [{ type: 'text', text: 'Weather?' }] },
    {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'I should look.' },
        { type: 'tool_call', kind: 'function', id: 'call_1', name: 'look', input: '{}' },
      ],
    },
    { role: 'tool', content: [{ ...looked, content: [{ type: 'text', text: 'Rain' }] }] },
  ],
};

/** Asks a provider for a call that was written in another format. */
function ask(provider: string, call: Partial<CanonicalCall> = {}, isStream = false): Asked {
  const dropped = new DroppedFields();
  const terms = { upstreamModel: 'up', isStream, outputTokensMax: 50, outputTokensHeld: 50, dropped };
  const request = findAdapter(provider)!.wires[0]!.conversion.writeRequest({ ...plain, ...call }, terms);
  return { request, dropped: dropped.list };
}

interface Asked {
  readonly request: JsonObject;
  readonly dropped: readonly string[];
}

/** Lets a body pass. */
function pass(provider: string, body: JsonObject, isStream = false): JsonObject {
  const terms = {
    upstreamModel: 'up',
    isStream,
    outputTokensMax: 50,
    outputTokensHeld: 50,
    dropped: new DroppedFields(),
  };
  return findAdapter(provider)!.wires[0]!.passThrough.amendRequest(body, terms);
}

const on = (more: object = {}): { reasoning: ReasoningSettings } => ({ reasoning: { mode: 'on', ...more } });
const off = { reasoning: { mode: 'off' } } as const;

describe('the presets', () => {
  it('stand in the order of their names, once each, and know nothing that is only OpenAI’s', () => {
    const names = PRESETS.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)].sort());
    expect(PRESETS.some(({ knowsOpenAiFields }) => knowsOpenAiFields)).toBe(false);
  });

  it('offer chats below their base URL, but for those that rank and embed only', () => {
    expect(findAdapter('deepseek')!.wires[0]!.endpoint({ upstreamModel: 'up', isStream: false }).path).toBe(
      '/chat/completions',
    );
    expect(findAdapter('cohere')!.wires[0]!.endpoint({ upstreamModel: 'up', isStream: false }).path).toBe(
      '/compatibility/v1/chat/completions',
    );
    expect(findAdapter('jina')).toMatchObject({ wires: [], rerank: {}, embeddings: {} });
    expect(findAdapter('deepseek')).not.toHaveProperty('embeddings');
  });

  it('have the output limit in the field that they obey, whichever the client chose', () => {
    for (const body of [{ max_completion_tokens: 90 }, { max_tokens: 90 }, {}])
      expect(pass('deepseek', body)).toEqual({ model: 'up', max_tokens: 50 });
    expect(pass('groq', { max_tokens: 90 })).toEqual({ model: 'up', max_tokens: 50 });
    expect(pass('groq', {})).toEqual({ model: 'up', max_completion_tokens: 50 });
    expect(ask('groq').request).toMatchObject({ max_completion_tokens: 50 });
    expect(ask('qwen').request).toMatchObject({ max_tokens: 50 });
  });

  it('are not asked for usage in a stream where they report it unasked and refuse the field', () => {
    const body = { stream: true, stream_options: { include_usage: true } };
    expect(pass('mistral', body, true)).not.toHaveProperty('stream_options');
    expect(pass('deepseek', { stream: true }, true)).toMatchObject({ stream_options: { include_usage: true } });
    const named: CanonicalCall['turns'] = [{ role: 'user', name: 'Ada', content: [{ type: 'text', text: 'Hello' }] }];
    const call = { attribution: { userId: 'u1' }, sampling: { seed: 7 }, turns: named };
    const { request, dropped } = ask('mistral', call, true);
    expect(request).not.toHaveProperty('stream_options');
    expect(request).not.toHaveProperty('user');
    expect(request['messages']).toEqual([{ role: 'user', content: 'Hello' }]);
    expect(request).not.toHaveProperty('seed');
    expect(request).toMatchObject({ random_seed: 7 });
    expect(dropped).toEqual(['messages.name', 'user_id']);
    expect(ask('perplexity', call, true).dropped).toEqual(['messages.name', 'seed', 'user_id']);
    expect(ask('deepseek', call, true).request).toMatchObject({
      user: 'u1',
      seed: 7,
      stream_options: { include_usage: true },
    });
  });

  it('are given their reasoning back in their own field, and are not where they refuse it', () => {
    const message = (provider: string) => (ask(provider).request['messages'] as JsonObject[])[2];
    expect(message('deepseek')).toMatchObject({ reasoning_content: 'I should look.', content: null });
    expect(message('groq')).toMatchObject({ reasoning: 'I should look.' });
    expect(Object.keys(message('mistral')!)).toEqual(['role', 'content', 'tool_calls']);
    expect(ask('mistral').dropped).toEqual(['messages.reasoning']);
    expect(ask('deepseek').dropped).toEqual([]);
  });

  it('hear developers as the system', () => {
    expect(ask('deepseek').request['messages']).toMatchObject([{ role: 'system', content: 'Be brief.' }, {}, {}, {}]);
    expect(ask('openai').request['messages']).toMatchObject([{ role: 'developer' }, {}, {}, {}]);
  });

  it.each<[string, Partial<CanonicalCall>, boolean, JsonObject, string[]]>([
    ['deepseek', on({ effort: 'low' }), false, { thinking: { type: 'enabled' } }, []],
    ['deepseek', off, false, { thinking: { type: 'disabled' } }, []],
    ['zai', on({ budgetTokens: 9_000 }), false, { thinking: { type: 'enabled' } }, []],
    ['qwen', on({ budgetTokens: 9_000 }), true, { enable_thinking: true, thinking_budget: 9_000 }, []],
    ['qwen', on(), false, { enable_thinking: false }, ['reasoning']],
    ['qwen', off, true, { enable_thinking: false }, []],
    ['openrouter', on({ effort: 'max' }), false, { reasoning: { effort: 'max' } }, []],
    ['openrouter', on({ budgetTokens: 9_000 }), false, { reasoning: { max_tokens: 9_000 } }, []],
    ['openrouter', on(), false, { reasoning: { enabled: true } }, []],
    ['openrouter', off, false, { reasoning: { enabled: false } }, []],
    ['mistral', on({ effort: 'low' }), false, {}, ['reasoning']],
  ])('switch reasoning as they know it: %s, %j', (provider, call, isStream, fields, dropped) => {
    const asked = ask(provider, { ...call, turns: plain.turns.slice(0, 2) }, isStream);
    const { thinking, enable_thinking, thinking_budget, reasoning } = asked.request;
    const sent = Object.entries({ thinking, enable_thinking, thinking_budget, reasoning });
    expect(Object.fromEntries(sent.filter(([, value]) => value !== undefined))).toEqual(fields);
    expect(asked.dropped).toEqual(dropped);
  });

  it.each<[string, Partial<CanonicalCall>, string | undefined, string[]]>([
    ['mistral-small-latest', on({ effort: 'low' }), 'high', []],
    ['mistral-small-2603', off, 'none', []],
    ['mistral-medium-3-5', on({ budgetTokens: 9_000 }), 'high', []],
    ['mistral-large-4-0', on({ effort: 'medium' }), 'medium', []],
    ['mistral-large-4-0', off, undefined, []],
    ['magistral-medium-latest', on({ effort: 'low' }), undefined, ['reasoning']],
    ['mistral-small-2506', on({ effort: 'low' }), undefined, ['reasoning']],
  ])('have their own models, whose efforts they know: %s, %j', (upstreamModel, call, effort, names) => {
    const dropped = new DroppedFields();
    const terms = { upstreamModel, isStream: false, outputTokensMax: 50, outputTokensHeld: 50, dropped };
    const { conversion } = findAdapter('mistral')!.wires[0]!;
    const request = conversion.writeRequest({ ...plain, ...call, turns: plain.turns.slice(0, 2) }, terms);
    expect([request['reasoning_effort'], dropped.list]).toEqual([effort, names]);
  });

  it('are asked for numbers where base64 is nothing to them', () => {
    const body = { model: 'public', input: 'a', encoding_format: 'base64' };
    expect(findAdapter('qwen')!.embeddings!.batch.amendRequest(body, 'up')).toEqual({ model: 'up', input: 'a' });
    expect(findAdapter('vllm')!.embeddings!.batch.amendRequest(body, 'up')).toEqual({ ...body, model: 'up' });
  });
});

describe('what a preset says of a refusal', () => {
  const read = (provider: string, status: number, body: unknown) =>
    findAdapter(provider)!.readFailure(status, body, undefined);
  const error = (code: unknown, message = 'No.') => ({ error: { message, code } });

  it.each<[string, number, unknown, object]>([
    ['deepseek', 402, error('invalid_request_error', 'Insufficient Balance'), { kind: 'key', reason: 'out_of_credit' }],
    ['qwen', 429, error('insufficient_quota'), { kind: 'saturated', reason: 'rate_limited' }],
    ['qwen', 400, error('Arrearage'), { kind: 'key', reason: 'out_of_credit' }],
    ['qwen', 400, error('data_inspection_failed'), { kind: 'request', code: 'content_policy_violation' }],
    ['zhipu', 429, error('1113'), { kind: 'key', reason: 'out_of_credit' }],
    ['zhipu', 400, error('1301'), { kind: 'request', code: 'content_policy_violation' }],
    ['zai', 400, error('1261'), { kind: 'request', code: 'context_length_exceeded' }],
    [
      ...(['zai', 400] as const),
      error('1210', 'tokens in request more than max tokens allowed'),
      { kind: 'request', code: 'context_length_exceeded' },
    ],
    ['zhipu', 429, error('1305'), { kind: 'saturated', reason: 'overloaded' }],
    ['siliconflow', 403, { code: 30001, message: 'No.' }, { kind: 'key', reason: 'out_of_credit' }],
    ['moonshot', 429, { error: { type: 'exceeded_current_quota_error' } }, { kind: 'key', reason: 'out_of_credit' }],
    ['moonshot', 429, { error: { type: 'engine_overloaded_error' } }, { kind: 'saturated', reason: 'overloaded' }],
    ['groq', 413, error('rate_limit_exceeded'), { kind: 'saturated', reason: 'rate_limited' }],
    ['groq', 498, error('capacity_exceeded'), { kind: 'saturated', reason: 'overloaded' }],
    [
      ...(['together', 403] as const),
      error(null, 'Input tokens exceed the maximum context length.'),
      { kind: 'request', code: 'context_length_exceeded' },
    ],
    [
      ...(['openrouter', 403] as const),
      { error: { code: 403, message: 'Flagged.', metadata: { reasons: ['violence'], flagged_input: 'x' } } },
      { kind: 'request', code: 'content_policy_violation' },
    ],
    ['openrouter', 402, error(402), { kind: 'key', reason: 'out_of_credit' }],
    [
      ...(['xai', 403] as const),
      { code: 'permission', error: 'Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO' },
      { kind: 'request', code: 'content_policy_violation' },
    ],
    ['xai', 400, { code: 'x', error: 'Incorrect API key provided: xx***yy.' }, { kind: 'key', reason: 'key_refused' }],
    [
      ...(['xai', 429] as const),
      { error: 'Your team has either used all available credits or reached its monthly spending limit.' },
      { kind: 'key', reason: 'out_of_credit' },
    ],
    [
      ...(['fireworks', 412] as const),
      { error: { message: 'Account acme is suspended, possibly due to reaching the monthly spending limit.' } },
      { kind: 'key', reason: 'out_of_credit' },
    ],
    ['cerebras', 401, error('wrong_api_key'), { kind: 'key', reason: 'key_refused' }],
    [
      ...(['mistral', 422] as const),
      { detail: [{ loc: ['body', 'temperature'], msg: 'must be at most 1.5' }] },
      { kind: 'request', code: 'invalid_request', message: 'temperature: must be at most 1.5' },
    ],
    [
      ...(['mistral', 422] as const),
      { object: 'error', message: { detail: [{ loc: ['body', 'seed'], msg: 'Extra inputs are not permitted' }] } },
      { kind: 'request', message: 'seed: Extra inputs are not permitted' },
    ],
    ['nvidia', 402, { title: 'Payment Required', detail: 'Cloud credits expired.' }, { kind: 'key' }],
    ['mistral', 401, { detail: 'Unauthorized' }, { kind: 'key', reason: 'key_refused' }],
  ])('%s, %d %j', (provider, status, body, failure) => {
    expect(read(provider, status, body)).toMatchObject(failure);
  });
});
