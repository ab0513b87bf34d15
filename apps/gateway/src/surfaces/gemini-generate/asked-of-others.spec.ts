import { DroppedFields } from '@tokenbay/protocol';
import { findAdapter, type JsonObject } from '@tokenbay/providers';
import { readCanonicalCall } from './canonical-call.js';

const SEALED = Buffer.from('tokenbay.anthropic-messages.EqQB').toString('base64');

function ask(
  provider: string,
  body: object,
  upstreamModel: string,
): { request: JsonObject; dropped: readonly string[] } {
  const dropped = new DroppedFields();
  const call = readCanonicalCall({ ...body }, dropped);
  const terms = { upstreamModel, isStream: false, outputTokensMax: undefined, outputTokensHeld: 500, dropped };
  return { request: findAdapter(provider)!.wires[0]!.conversion.writeRequest(call, terms), dropped: dropped.list };
}
const askOpenai = (body: object, upstreamModel = 'gpt-4o') => ask('openai', body, upstreamModel);
const askAnthropic = (body: object, upstreamModel = 'claude-sonnet-4-6') => ask('anthropic', body, upstreamModel);

const hello = [{ role: 'user', parts: [{ text: 'Hello' }] }];
const weather = { type: 'object', properties: { city: { type: 'string' } } };
/** Calls without ids, of which two have the same name, as older models make them. */
const BODY = {
  systemInstruction: { parts: [{ text: 'Be brief.' }] },
  contents: [
    {
      role: 'user',
      parts: [
        { text: 'Weather?' },
        { inlineData: { mimeType: 'image/png', data: 'A-8' } },
        { fileData: { mimeType: 'image/jpeg', fileUri: 'https://a.example/b.jpg' } },
      ],
    },
    {
      role: 'model',
      parts: [
        { text: 'hm', thought: true, thoughtSignature: SEALED },
        { text: 'Looking.' },
        { functionCall: { name: 'get_weather', args: { city: 'Köln' } } },
        { functionCall: { name: 'get_weather', args: {} } },
        { functionCall: { id: 'own', name: 'get_map', args: { zoom: 1 } } },
      ],
    },
    {
      role: 'user',
      parts: [
        { functionResponse: { id: 'own', name: 'get_map', response: { error: 'no map' } } },
        { functionResponse: { name: 'get_weather', response: { output: 'rain' } } },
        { functionResponse: { name: 'get_weather', response: { sky: 'blue', wind: 3 } } },
        { text: 'And?' },
      ],
    },
  ],
  tools: [
    {
      functionDeclarations: [
        {
          name: 'get_weather',
          description: 'd',
          parameters: { type: 'OBJECT', properties: { city: { type: 'STRING' } } },
        },
      ],
    },
    { functionDeclarations: [{ name: 'get_map', parametersJsonSchema: weather, behavior: 'BLOCKING' }] },
  ],
  toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['get_map'] } },
  generationConfig: {
    maxOutputTokens: 500,
    temperature: 0.2,
    stopSequences: ['END'],
    mediaResolution: 'MEDIA_RESOLUTION_LOW',
  },
  labels: { team: 'a' },
};

describe('a call of generateContent as an OpenAI upstream is asked it', () => {
  it('has one turn of the model where a library keeps the pieces of its stream, whose calls wait for their results all the same', () => {
    const said = (...parts: object[]) => ({ role: 'model', parts });
    const result = { functionResponse: { name: 'get_map', response: { result: 'a map' } } };
    const contents = [
      ...hello,
      said({ text: 'Look' }),
      said({ text: 'ing.' }, { functionCall: { id: 'own', name: 'get_map', args: { zoom: 1 } } }),
      said({ text: '' }),
      { role: 'user', parts: [result] },
    ];
    const { messages } = askOpenai({ ...BODY, contents }).request as { messages: object[] };
    const call = { id: 'own', type: 'function', function: { name: 'get_map', arguments: '{"zoom":1}' } };
    expect(messages.slice(2)).toEqual([
      { role: 'assistant', content: 'Looking.', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'own', content: '{"result":"a map"}' },
    ]);
  });

  it('has its instructions, calls and results where a chat has them, paired by id or else by name', () => {
    const { request, dropped } = askOpenai(BODY);
    const call = (id: string, name: string, args: string) => ({
      id,
      type: 'function',
      function: { name, arguments: args },
    });
    expect(request).toEqual({
      ...{
        model: 'gpt-4o',
        max_completion_tokens: 500,
        temperature: 0.2,
        stop: ['END'],
        store: false,
        service_tier: 'default',
      },
      tools: [
        { type: 'function', function: { name: 'get_weather', description: 'd', parameters: weather } },
        { type: 'function', function: { name: 'get_map', parameters: weather } },
      ],
      tool_choice: { type: 'function', function: { name: 'get_map' } },
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Weather?' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,A+8=' } },
            { type: 'image_url', image_url: { url: 'https://a.example/b.jpg' } },
          ],
        },
        {
          role: 'assistant',
          content: 'Looking.',
          tool_calls: [
            call('call_0', 'get_weather', '{"city":"Köln"}'),
            call('call_1', 'get_weather', '{}'),
            call('own', 'get_map', '{"zoom":1}'),
          ],
        },
        { role: 'tool', tool_call_id: 'own', content: 'Error: no map' },
        { role: 'tool', tool_call_id: 'call_0', content: 'rain' },
        { role: 'tool', tool_call_id: 'call_1', content: '{"sky":"blue","wind":3}' },
        { role: 'user', content: 'And?' },
      ],
    });
    expect(dropped).toEqual(['mediaResolution', 'tools.behavior', 'metadata', 'messages.reasoning']);
  });

  it.each([
    ['gpt-5.2', { thinkingBudget: 4_000 }, 'medium'],
    ['gpt-5.2', { thinkingLevel: 'HIGH' }, 'high'],
    ['gpt-5.1', { thinkingBudget: 0 }, 'none'],
    ['gpt-5.2', { thinkingBudget: -1, includeThoughts: true }, undefined],
  ])('asks %s for %j by the effort that comes nearest', (upstreamModel, thinkingConfig, effort) => {
    const { request } = askOpenai({ contents: hello, generationConfig: { thinkingConfig } }, upstreamModel);
    expect(request['reasoning_effort']).toBe(effort);
  });

  it('asks for a form, for probabilities, and for several answers', () => {
    const responseSchema = {
      type: 'OBJECT',
      properties: {
        a: { type: 'STRING', nullable: true, enum: ['x'] },
        b: { type: 'ARRAY', items: { type: 'NUMBER' }, maxItems: '3' },
      },
      propertyOrdering: ['b', 'a'],
    };
    const form = { responseMimeType: 'application/json', responseSchema };
    const { request } = askOpenai({
      contents: hello,
      generationConfig: {
        ...form,
        candidateCount: 2,
        responseLogprobs: true,
        logprobs: 3,
        seed: 7,
        presencePenalty: 0.5,
      },
    });
    expect(request).toMatchObject({ n: 2, logprobs: true, top_logprobs: 3, seed: 7, presence_penalty: 0.5 });
    expect(request).toHaveProperty('response_format.json_schema.schema', {
      type: 'object',
      properties: {
        a: { type: ['string', 'null'], enum: ['x', null] },
        b: { type: 'array', items: { type: 'number' }, maxItems: 3 },
      },
    });
  });
});

describe('a call of generateContent as an Anthropic upstream is asked it', () => {
  it('has back what Anthropic sealed, its results first', () => {
    const { request, dropped } = askAnthropic(BODY);
    expect(request).toMatchObject({
      ...{ model: 'claude-sonnet-4-6', max_tokens: 500, system: [{ text: 'Be brief.' }] },
      tool_choice: { type: 'tool', name: 'get_map' },
      messages: [
        { role: 'user' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'EqQB' },
            { type: 'text', text: 'Looking.' },
            { type: 'tool_use', id: 'call_0', name: 'get_weather', input: { city: 'Köln' } },
            { type: 'tool_use', id: 'call_1', name: 'get_weather', input: {} },
            { type: 'tool_use', id: 'own', name: 'get_map', input: { zoom: 1 } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'own', is_error: true },
            { type: 'tool_result', tool_use_id: 'call_0' },
            { type: 'tool_result', tool_use_id: 'call_1' },
            { type: 'text', text: 'And?' },
          ],
        },
      ],
    });
    expect(dropped).toEqual(['mediaResolution', 'tools.behavior', 'metadata']);
  });

  it('thinks as it is asked to, and shows it only where it is wanted', () => {
    const thinking = (thinkingConfig: object) =>
      askAnthropic({ contents: hello, generationConfig: { thinkingConfig } }).request;
    expect(thinking({ thinkingLevel: 'LOW' })).toMatchObject({
      ...{ thinking: { type: 'adaptive', display: 'omitted' }, output_config: { effort: 'low' } },
    });
    expect(thinking({ includeThoughts: true })).toMatchObject({
      thinking: { type: 'adaptive', display: 'summarized' },
    });
    expect(thinking({ thinkingBudget: 0 })).not.toHaveProperty('thinking');
    expect(thinking({ includeThoughts: false })).not.toHaveProperty('thinking');
  });

  it('names the hints it leaves out', () => {
    const safetySettings = [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }];
    const config = { seed: 7, imageConfig: { aspectRatio: '1:1' } };
    const { dropped } = askAnthropic({ contents: hello, safetySettings, invented: 1, generationConfig: config });
    expect(dropped).toEqual(['invented', 'imageConfig', 'seed', 'safety_settings']);
  });
});

describe('a call of generateContent is refused', () => {
  const parts = (part: object) => ({ contents: [{ role: 'model', parts: [part] }, ...hello] });
  it.each([
    ['n', { contents: hello, generationConfig: { candidateCount: 2 } }],
    ['logprobs', { contents: hello, generationConfig: { responseLogprobs: true } }],
    ['modalities', { contents: hello, generationConfig: { responseModalities: ['AUDIO'] } }],
    ['responseMimeType', { contents: hello, generationConfig: { responseMimeType: 'text/x.enum' } }],
    ['tools.googleSearch', { contents: hello, tools: [{ googleSearch: {} }] }],
    ['continuationToken', { contents: hello, continuationToken: 'abc' }],
    ['contents.executableCode', parts({ executableCode: { language: 'PYTHON', code: '1' } })],
    ['input_audio', { contents: [{ parts: [{ inlineData: { mimeType: 'audio/wav', data: 'AA==' } }] }] }],
  ])('where %s is asked for, which nobody could leave out without changing the answer', (field, body) => {
    expect(() => askAnthropic(body)).toThrow(
      expect.objectContaining({ code: 'conversion_not_implemented', detail: field }),
    );
  });

  it.each([
    ['contents[0].role', { contents: [{ role: 'system', parts: [{ text: 'x' }] }] }],
    ['generationConfig.temperature', { contents: hello, generationConfig: { temperature: 'hot' } }],
    [
      'toolConfig.functionCallingConfig.mode',
      { contents: hello, toolConfig: { functionCallingConfig: { mode: 'SOME' } } },
    ],
    ['systemInstruction.parts[0].text', { contents: hello, systemInstruction: { parts: [{ inlineData: {} }] } }],
  ])('where %s is wrong', (detail, body) => {
    expect(() => askAnthropic(body)).toThrow(expect.objectContaining({ code: 'invalid_request', detail }));
  });
});
