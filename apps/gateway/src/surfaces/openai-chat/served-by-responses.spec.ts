import { DomainError } from '@tokenbay/errors';
import { toErrorView } from '@tokenbay/platform';
import { DroppedFields } from '@tokenbay/protocol';
import { findAdapter, isFailure, type JsonObject } from '@tokenbay/providers';
import { feed, openConverted, readFixture, readJsonFixture } from '../../../test/recorded-streams.js';
import { CHAT_RENDERER } from './answer.js';
import { readCanonicalCall } from './canonical-call.js';

const RESPONSES = findAdapter('openai')!.wires.find(({ format }) => format === 'openai-responses')!.conversion;
const STREAM = readFixture('openai-responses/fixtures/reasoning-and-tools.sse');
const ANSWER = readJsonFixture('openai-responses/fixtures/reasoning-and-tools.json');
const CARRIED = 'tokenbay.openai-responses.gAAAAABpIbX0aWxlZC1ieS10aGUtcHJvdmlkZXI=';
const context = { requestId: 'r1', model: 'public', createdAtSeconds: 5, wantsUsage: true };
const closed = { additionalProperties: false, required: ['city'] };
const weather = { type: 'object', properties: { city: { type: 'string' } }, ...closed };
const hello = [{ role: 'user', content: 'Hello' }];

function ask(body: object, upstreamModel = 'gpt-5.2'): { request: JsonObject; dropped: readonly string[] } {
  const dropped = new DroppedFields();
  const call = readCanonicalCall({ model: 'public', ...body }, dropped);
  const terms = { upstreamModel, isStream: true, outputTokensMax: undefined, outputTokensHeld: 64_000, dropped };
  return { request: RESPONSES.writeRequest(call, terms), dropped: dropped.list };
}

const open = () => openConverted(RESPONSES.openReader(), CHAT_RENDERER, context);

interface Chunk {
  readonly choices: readonly { readonly delta: JsonObject }[];
}

describe('a chat call as it is asked in Responses', () => {
  it('has its messages, calls, results and settings where Responses has them', () => {
    const reasoning = { type: 'reasoning.text', text: 'Two', signature: CARRIED, id: 'rs_1' };
    const { request, dropped } = ask({
      ...{ max_completion_tokens: 500, reasoning_effort: 'high', verbosity: 'low', user: 'u1', prompt_cache_key: 'k' },
      ...{ seed: 7, temperature: 0.3, parallel_tool_calls: true },
      tools: [
        { type: 'function', function: { name: 'get_weather', parameters: weather, strict: true } },
        {
          type: 'custom',
          custom: { name: 'patch', format: { type: 'grammar', grammar: { syntax: 'regex', definition: 'a+' } } },
        },
      ],
      tool_choice: { type: 'custom', custom: { name: 'patch' } },
      response_format: { type: 'json_schema', json_schema: { name: 'w', schema: weather, strict: true } },
      messages: [
        { role: 'developer', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Weather?' },
            { type: 'image_url', image_url: { url: 'https://a.example/b.png', detail: 'high' } },
            { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA==' } },
          ],
        },
        {
          ...{ role: 'assistant', content: 'Looking.', reasoning_details: [reasoning] },
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '' } },
            { id: 'call_2', type: 'custom', custom: { name: 'patch', input: 'aaa' } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'rain' },
        { role: 'tool', tool_call_id: 'call_2', content: [{ type: 'text', text: 'done' }] },
      ],
    });
    expect(dropped).toEqual(['seed', 'temperature']);
    expect(request).toEqual({
      ...{
        model: 'gpt-5.2',
        service_tier: 'default',
        max_output_tokens: 500,
        store: false,
        stream: true,
        include: ['reasoning.encrypted_content'],
      },
      ...{ reasoning: { effort: 'high' }, safety_identifier: 'u1', prompt_cache_key: 'k', parallel_tool_calls: true },
      text: { format: { type: 'json_schema', name: 'w', schema: weather, strict: true }, verbosity: 'low' },
      tool_choice: { type: 'custom', name: 'patch' },
      tools: [
        { type: 'function', name: 'get_weather', parameters: weather, strict: true },
        { type: 'custom', name: 'patch', format: { type: 'grammar', syntax: 'regex', definition: 'a+' } },
      ],
      input: [
        { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Be brief.' }] },
        {
          ...{ type: 'message', role: 'user' },
          content: [
            { type: 'input_text', text: 'Weather?' },
            { type: 'input_image', image_url: 'https://a.example/b.png', detail: 'high' },
            { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AA==' },
          ],
        },
        {
          ...{ type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Two' }] },
          encrypted_content: CARRIED.slice('tokenbay.openai-responses.'.length),
        },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Looking.' }] },
        { type: 'function_call', call_id: 'call_1', name: 'get_weather', arguments: '{}' },
        { type: 'custom_tool_call', call_id: 'call_2', name: 'patch', input: 'aaa' },
        { type: 'function_call_output', call_id: 'call_1', output: 'rain' },
        { type: 'custom_tool_call_output', call_id: 'call_2', output: 'done' },
      ],
    });
  });

  it('allows and demands tools as Responses does, and takes no reasoning from a model without', () => {
    const named = (name: string) => ({ type: 'function', function: { name } });
    const tools = ['a', 'b'].map(named);
    const allowed = { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [named('b')] } };
    const { request, dropped } = ask({ messages: hello, tools, tool_choice: allowed, temperature: 0.3 }, 'gpt-4o');
    expect(request).toMatchObject({
      tool_choice: { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'b' }] },
      tools: [{ name: 'a', strict: false, parameters: { type: 'object' } }, { name: 'b' }],
      temperature: 0.3,
    });
    expect([request['include'], dropped]).toEqual([undefined, []]);
  });

  it.each([
    ['n', { n: 2 }],
    ['stop_sequences', { stop: 'END' }],
    ['logit_bias', { logit_bias: { '5': -100 } }],
    ['modalities', { modalities: ['text', 'audio'] }],
    ['messages.assistant', { messages: [...hello, { role: 'assistant', content: 'Once' }] }],
  ])('refuses %s, which nobody could leave out without changing the answer', (field, body) => {
    expect(() => ask({ messages: hello, ...body })).toThrow(
      expect.objectContaining({ code: 'conversion_not_implemented', detail: field }),
    );
  });
});

describe('a response as a chat client sees it', () => {
  const answer = RESPONSES.readAnswer(ANSWER);
  if (isFailure(answer)) throw new Error('no answer');
  const whole = JSON.parse(CHAT_RENDERER.renderAnswer(answer, context)) as { choices: [{ message: JsonObject }] };

  it('is a completion with everything the response held', () => {
    expect(whole).toMatchObject({
      choices: [
        {
          finish_reason: 'tool_calls',
          message: {
            ...{ role: 'assistant', content: 'Ich schaue nach: Köln ☔', refusal: null },
            reasoning_content: '**Plan**\n\nTwo cities — two calls.\n\n**Next**',
            reasoning_details: [{ type: 'reasoning.text', signature: CARRIED, id: 'rs_0a1b' }],
            annotations: [{ type: 'url_citation', url_citation: { url: 'https://a.example/w', end_index: 10 } }],
            tool_calls: [
              { id: 'call_abc1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Köln"}' } },
              { id: 'call_abc2', type: 'function', function: { name: 'get_time', arguments: '{}' } },
              { id: 'call_abc3', type: 'custom', custom: { name: 'apply_patch' } },
            ],
          },
        },
      ],
      usage: { prompt_tokens: 1_512, completion_tokens: 89, completion_tokens_details: { reasoning_tokens: 21 } },
    });
  });

  it('tells the same as a stream, whose finish, usage and one terminator wait for the ledger', () => {
    const exchange = open();
    const { ready, tail } = feed(exchange, STREAM);
    expect(ready).not.toContain('"finish_reason":"');
    expect(tail.split('data: [DONE]\n\n')).toHaveLength(2);
    const chunks = [...(ready + tail).matchAll(/^data: (\{.*)$/gm)].map(([, data]) => JSON.parse(data!) as Chunk);
    const deltas = chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta));
    const joined = (field: string): string => deltas.map((delta) => delta[field] ?? '').join('');
    const { message } = whole.choices[0];
    expect([joined('content'), joined('reasoning_content')]).toEqual([
      message['content'],
      message['reasoning_content'],
    ]);
    expect(chunks.at(-2)).toMatchObject({ choices: [{ finish_reason: 'tool_calls' }] });
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 1_512 } });
    expect(exchange.usage).toEqual(answer.usage);
  });

  it('is the same wherever the upstream cuts its stream', () => {
    const expected = feed(open(), STREAM);
    expect(feed(open(), ...[...STREAM].map((byte) => Buffer.of(byte)))).toEqual(expected);
    for (let at = 1; at < STREAM.length; at += 7)
      expect(feed(open(), STREAM.subarray(0, at), STREAM.subarray(at, at + 1), STREAM.subarray(at + 1))).toEqual(
        expected,
      );
  });

  it('ends legally or fails legally wherever the stream breaks off', () => {
    const timeout = toErrorView(new DomainError('upstream_timeout'), 'r1');
    for (let at = 1; at < STREAM.length; at += 5) {
      const exchange = open();
      const { ready, tail } = feed(exchange, STREAM.subarray(0, at));
      expect([exchange.isComplete, tail]).toEqual([false, '']);
      expect(ready + exchange.fail(timeout).toString()).not.toContain('[DONE]');
    }
  });
});
