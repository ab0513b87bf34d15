import { DroppedFields } from '@tokenbay/protocol';
import { findAdapter, type JsonObject } from '@tokenbay/providers';
import { readCanonicalCall } from './canonical-call.js';

const GENERATE = findAdapter('gemini')!.wires[0]!.conversion;
const SIGNATURE = 'CiQBcsjafJz1T0x9vK3mQ==';
const hello = [{ role: 'user', content: 'Hello' }];
const weather = { type: 'object', properties: { city: { type: 'string' } }, additionalProperties: false };
const skipped = { thoughtSignature: 'skip_thought_signature_validator' };

interface Asked {
  readonly request: JsonObject & { readonly generationConfig?: JsonObject };
  readonly dropped: readonly string[];
}

function ask(body: object, upstreamModel = 'gemini-3-pro-preview', outputTokensMax?: number): Asked {
  const dropped = new DroppedFields();
  const call = readCanonicalCall({ model: 'public', ...body }, dropped);
  const terms = { upstreamModel, isStream: false, outputTokensMax, outputTokensHeld: 64_000, dropped };
  return { request: GENERATE.writeRequest(call, terms), dropped: dropped.list };
}

const called = (id: string, name: string, more: object = {}) => ({
  ...{ id, type: 'function', function: { name, arguments: name === 'get_weather' ? '{"city":"Köln"}' : '' } },
  ...more,
});

describe('a chat call as a Gemini upstream is asked it', () => {
  it('has its instructions apart, its steps whole and its results in contents of their own', () => {
    const sealed = { extra_content: { google: { thought_signature: SIGNATURE } } };
    const { request, dropped } = ask({
      ...{ max_completion_tokens: 500, stop: 'END', user: 'u1', temperature: 1.7, top_p: 0.9, seed: 7, n: 2 },
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'developer', content: 'Be kind.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Weather?' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==', detail: 'low' } },
            { type: 'image_url', image_url: { url: 'https://a.example/b.jpg' } },
            { type: 'input_audio', input_audio: { format: 'wav', data: 'AA==' } },
            { type: 'file', file: { filename: 'tale.pdf', file_data: 'data:application/pdf;base64,AA==' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          reasoning_content: 'Two cities',
          tool_calls: [called('c1', 'get_weather', sealed), called('c2', 'get_time')],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'rain' },
        {
          role: 'tool',
          tool_call_id: 'c2',
          content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }],
        },
        { role: 'assistant', content: 'Rain.' },
        { role: 'user', content: 'And tomorrow?' },
      ],
      tools: [
        { type: 'function', function: { name: 'get_weather', description: 'd', parameters: weather, strict: true } },
      ],
      ...{ tool_choice: 'auto', parallel_tool_calls: false },
    });
    expect(dropped).toEqual(['user', 'image_url.detail', 'messages.reasoning', 'tools.strict', 'parallel_tool_calls']);
    const pixel = { inlineData: { mimeType: 'image/png', data: 'AA==' } };
    expect(request).toEqual({
      systemInstruction: { parts: [{ text: 'Be brief.' }, { text: 'Be kind.' }] },
      generationConfig: {
        ...{ maxOutputTokens: 500, candidateCount: 2, temperature: 1.7, topP: 0.9, seed: 7, stopSequences: ['END'] },
      },
      tools: [{ functionDeclarations: [{ name: 'get_weather', description: 'd', parametersJsonSchema: weather }] }],
      toolConfig: { functionCallingConfig: { mode: 'AUTO' } },
      contents: [
        {
          role: 'user',
          parts: [
            { text: 'Weather?' },
            pixel,
            { fileData: { fileUri: 'https://a.example/b.jpg', mimeType: 'image/jpeg' } },
            { inlineData: { mimeType: 'audio/wav', data: 'AA==' } },
            { text: 'tale.pdf' },
            { inlineData: { mimeType: 'application/pdf', data: 'AA==' } },
          ],
        },
        {
          role: 'model',
          parts: [
            { functionCall: { id: 'c1', name: 'get_weather', args: { city: 'Köln' } }, thoughtSignature: SIGNATURE },
            { functionCall: { id: 'c2', name: 'get_time', args: {} } },
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { id: 'c1', name: 'get_weather', response: { output: 'rain' } } },
            { functionResponse: { id: 'c2', name: 'get_time', response: { output: '' }, parts: [pixel] } },
          ],
        },
        { role: 'model', parts: [{ text: 'Rain.' }] },
        { role: 'user', parts: [{ text: 'And tomorrow?' }] },
      ],
    });
  });

  it('has the documented placeholder where another model made the call, for models that demand one', () => {
    const messages = [
      ...hello,
      { role: 'assistant', content: 'Looking.', tool_calls: [called('c1', 'get_weather'), called('c2', 'get_time')] },
      { role: 'tool', tool_call_id: 'c1', content: 'rain' },
      { role: 'tool', tool_call_id: 'c2', content: '12:00' },
    ];
    const call = { functionCall: { id: 'c1', name: 'get_weather', args: { city: 'Köln' } } };
    const parts = (model: string) => (ask({ messages }, model).request['contents'] as { parts: object[] }[])[1]!.parts;
    expect(parts('gemini-3-pro-preview').slice(0, 2)).toEqual([{ text: 'Looking.' }, { ...call, ...skipped }]);
    expect(parts('gemini-2.5-flash')[1]).toEqual(call);
  });

  it('shows pictures of results behind them to older models', () => {
    const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } };
    const messages = [
      ...hello,
      { role: 'assistant', tool_calls: [called('c1', 'get_map')] },
      { role: 'tool', tool_call_id: 'c1', content: [picture] },
    ];
    const contents = ask({ messages }, 'gemini-2.5-flash').request['contents'] as object[];
    expect(contents.slice(2)).toEqual([
      {
        role: 'user',
        parts: [{ functionResponse: { id: 'c1', name: 'get_map', response: { output: 'See below.' } } }],
      },
      {
        role: 'user',
        parts: [{ text: 'Result of get_map (c1):' }, { inlineData: { mimeType: 'image/png', data: 'AA==' } }],
      },
    ]);
  });

  it.each([
    ['gemini-3-pro-preview', { reasoning_effort: 'medium' }, { thinkingLevel: 'HIGH', includeThoughts: true }],
    ['gemini-3-flash-preview', { reasoning_effort: 'minimal' }, { thinkingLevel: 'MINIMAL', includeThoughts: true }],
    ['gemini-3.8-flash', { reasoning_effort: 'minimal' }, { thinkingLevel: 'LOW', includeThoughts: true }],
    ['gemini-3-pro-preview', { reasoning_effort: 'none' }, { thinkingLevel: 'LOW' }],
    ['gemini-3-pro-preview', { thinking: { budget_tokens: 2_000 } }, { thinkingLevel: 'LOW', includeThoughts: true }],
    ['gemini-2.5-flash', { reasoning_effort: 'low' }, { thinkingBudget: 1_024, includeThoughts: true }],
    ['gemini-2.5-flash', { reasoning_effort: 'none' }, { thinkingBudget: 0 }],
    ['gemini-2.5-pro', { reasoning_effort: 'none' }, { thinkingBudget: 128 }],
    [
      'gemini-2.5-pro',
      { reasoning_effort: 'high', max_completion_tokens: 2_000 },
      { thinkingBudget: 1_744, includeThoughts: true },
    ],
    ['gemini-2.5-flash', { thinking: { budget_tokens: 3_000 } }, { thinkingBudget: 3_000, includeThoughts: true }],
  ])('asks %s with %j for thinking in its own form', (model, body, thinkingConfig) => {
    expect(ask({ messages: hello, ...body }, model).request.generationConfig).toMatchObject({ thinkingConfig });
  });

  it('does not ask who does not think', () => {
    const asked = ask({ messages: hello, reasoning_effort: 'high' }, 'gemini-2.0-flash');
    expect(asked).toEqual({ request: { contents: expect.anything() as unknown }, dropped: ['reasoning'] });
  });

  it('asks for a form in the fields that take JSON schema, and keeps a lowered limit', () => {
    const format = { type: 'json_schema', json_schema: { name: 'w', schema: weather, strict: true } };
    expect(
      ask({ messages: hello, response_format: format, max_tokens: 900 }, 'm', 300).request.generationConfig,
    ).toEqual({
      ...{ maxOutputTokens: 300, responseMimeType: 'application/json', responseJsonSchema: weather },
    });
    expect(ask({ messages: hello, response_format: { type: 'json_object' } }).request.generationConfig).toEqual({
      responseMimeType: 'application/json',
    });
    expect(ask({ messages: hello, logprobs: true, top_logprobs: 2 }).request.generationConfig).toEqual({
      ...{ responseLogprobs: true, logprobs: 2 },
    });
  });

  it('takes penalties where they are taken', () => {
    const body = { messages: hello, presence_penalty: 0.5, frequency_penalty: 0 };
    expect(ask(body, 'gemini-2.0-flash').request.generationConfig).toEqual({ presencePenalty: 0.5 });
    expect(ask(body)).toEqual({ request: { contents: expect.anything() as unknown }, dropped: ['presence_penalty'] });
  });

  const heard = (data: string) => [
    { role: 'user', content: [{ type: 'file', file: { filename: 'a.pdf', file_data: data } }] },
  ];
  const file = (url: string) => [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }];
  const tools = [{ type: 'function', function: { name: 'f' } }];
  it.each([
    ['logit_bias', { logit_bias: { '5': -100 } }, 'gemini-3-pro-preview'],
    ['modalities', { modalities: ['text', 'audio'] }, 'gemini-3-pro-preview'],
    ['stop_sequences', { stop: ['a', 'b', 'c', 'd', 'e', 'f'] }, 'gemini-3-pro-preview'],
    ['response_format', { tools, response_format: { type: 'json_object' } }, 'gemini-2.5-flash'],
    ['file', { messages: file('https://generativelanguage.googleapis.com/v1beta/files/a') }, 'gemini-3-pro-preview'],
    ['file', { messages: file('https://a.example/hours.mp3') }, 'gemini-3-pro-preview'],
    ['file', { messages: heard('data:audio/wav;base64,AA==') }, 'gemini-3-pro-preview'],
  ])('refuses %s, which nobody could leave out without changing the answer', (field, body, model) => {
    expect(() => ask({ messages: hello, ...body }, model)).toThrow(
      expect.objectContaining({ code: 'conversion_not_implemented', detail: field }),
    );
  });
});
