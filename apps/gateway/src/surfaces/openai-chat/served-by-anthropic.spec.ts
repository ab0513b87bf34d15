import { DomainError } from '@tokenbay/errors';
import { toErrorView } from '@tokenbay/platform';
import { DroppedFields } from '@tokenbay/protocol';
import { findAdapter, isFailure, type JsonObject } from '@tokenbay/providers';
import { feed, openConverted, readFixture, readJsonFixture } from '../../../test/recorded-streams.js';
import { CHAT_RENDERER } from './answer.js';
import { readCanonicalCall } from './canonical-call.js';

const MESSAGES_CONVERSION = findAdapter('anthropic')!.wires[0]!.conversion;
const STREAM = readFixture('anthropic/fixtures/thinking-and-tools.sse');
const ANSWER = readJsonFixture('anthropic/fixtures/thinking-and-tools.json');
const SIGNATURE = 'EqQBCgIYAhIM1gbcDa9GJwZA2b3h==';
const CARRIED = `tokenbay.anthropic-messages.${SIGNATURE}`;
const context = { requestId: 'r1', model: 'public', createdAtSeconds: 5, wantsUsage: true };
const weather = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };

function ask(body: object, upstreamModel = 'claude-sonnet-4-6'): { request: JsonObject; dropped: readonly string[] } {
  const dropped = new DroppedFields();
  const call = readCanonicalCall({ model: 'public', ...body }, dropped);
  const terms = { upstreamModel, isStream: false, outputTokensMax: undefined, outputTokensHeld: 64_000, dropped };
  return { request: MESSAGES_CONVERSION.writeRequest(call, terms), dropped: dropped.list };
}

const hello = [{ role: 'user', content: 'Hello' }];
const open = () => openConverted(MESSAGES_CONVERSION.openReader(), CHAT_RENDERER, context);

interface CallPiece {
  readonly index: number;
  readonly id?: string;
  readonly type?: string;
  readonly function: { readonly name?: string; readonly arguments: string };
}

interface Delta {
  readonly [field: string]: unknown;
  readonly tool_calls?: readonly CallPiece[];
}

interface Chunk {
  readonly choices: readonly { readonly delta: Delta; readonly finish_reason: string | null }[];
  readonly usage?: object | null;
}

const chunksOf = (stream: string): Chunk[] =>
  stream
    .split('\n\n')
    .filter((event) => event.startsWith('data: {'))
    .map((event) => JSON.parse(event.slice(6)) as Chunk);

/** Puts deltas together as a client does; arguments are compared as the JSON they are. */
function collect(chunks: readonly Chunk[]): JsonObject {
  const message: JsonObject = {};
  const calls: { id: string | undefined; type: string | undefined; name: string | undefined; arguments: string }[] = [];
  for (const { choices } of chunks) {
    const { tool_calls: pieces = [], ...delta } = choices[0]!.delta;
    for (const [field, value] of Object.entries(delta)) {
      const known = message[field];
      message[field] = typeof known === 'string' && typeof value === 'string' ? known + value : value;
    }
    for (const { index, id, type, function: called } of pieces) {
      const call = (calls[index] ??= { id, type, name: called.name, arguments: '' });
      call.arguments += called.arguments;
    }
  }
  const tidy = (text: string): string => JSON.stringify(JSON.parse(text));
  const rendered = calls.map((call) => ({
    ...{ id: call.id, type: call.type, function: { name: call.name, arguments: tidy(call.arguments) } },
  }));
  return { ...message, tool_calls: rendered };
}

describe('a chat call as an Anthropic upstream is asked it', () => {
  it('has its instructions apart, its turns alternating and its results first', () => {
    const { request, dropped } = ask({
      max_completion_tokens: 500,
      stop: 'END',
      user: 'u1',
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Weather?' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          reasoning_details: [{ type: 'reasoning.text', text: 'Two cities', signature: CARRIED }],
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Köln"}' } },
            { id: 'call:2', type: 'function', function: { name: 'get_time', arguments: '' } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'rain' },
        { role: 'tool', tool_call_id: 'call:2', content: [{ type: 'text', text: '12:00' }] },
        { role: 'user', content: 'And tomorrow?' },
      ],
      tools: [{ type: 'function', function: { name: 'get_weather', parameters: weather, strict: true } }],
      tool_choice: 'auto',
      parallel_tool_calls: false,
    });
    expect(dropped).toEqual([]);
    expect(request).toEqual({
      model: 'claude-sonnet-4-6',
      max_tokens: 500,
      system: [{ type: 'text', text: 'Be brief.' }],
      stop_sequences: ['END'],
      metadata: { user_id: 'u1' },
      tools: [{ name: 'get_weather', input_schema: weather, strict: true }],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Weather?' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Two cities', signature: SIGNATURE },
            { type: 'tool_use', id: 'call_1', name: 'get_weather', input: { city: 'Köln' } },
            { type: 'tool_use', id: 'id_call_3a2', name: 'get_time', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'call_1', content: [{ type: 'text', text: 'rain' }] },
            { type: 'tool_result', tool_use_id: 'id_call_3a2', content: [{ type: 'text', text: '12:00' }] },
            { type: 'text', text: 'And tomorrow?' },
          ],
        },
      ],
    });
  });

  it('asks for reasoning in the form that the model knows', () => {
    const body = { messages: hello, reasoning_effort: 'high', temperature: 0.2, max_completion_tokens: 4_000 };
    expect(ask(body)).toMatchObject({
      request: { thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'high' } },
      dropped: ['temperature'],
    });
    expect(ask(body, 'claude-haiku-4-5-20251001').request).toMatchObject({
      thinking: { type: 'enabled', budget_tokens: 3_744 },
    });
    expect(ask({ messages: hello, temperature: 0.2 }, 'claude-opus-4-7')).toEqual({
      request: expect.not.objectContaining({ temperature: 0.2 }),
      dropped: ['temperature'],
    });
  });

  it('leaves reasoning out, by name, where a tool must be called', () => {
    const { request, dropped } = ask({
      ...{ messages: hello, reasoning_effort: 'low', tool_choice: 'required' },
      tools: [{ type: 'function', function: { name: 'f' } }],
    });
    expect([request['thinking'], request['tool_choice'], dropped]).toEqual([undefined, { type: 'any' }, ['reasoning']]);
  });

  it('closes the objects of a schema that is to be obeyed', () => {
    const format = { type: 'json_schema', json_schema: { name: 'w', schema: weather, strict: true } };
    expect(ask({ messages: hello, response_format: format }).request['output_config']).toEqual({
      format: { type: 'json_schema', schema: { ...weather, additionalProperties: false } },
    });
  });

  it('names the hints it leaves out', () => {
    const body = { messages: hello, seed: 7, presence_penalty: 0.5, frequency_penalty: 0, invented: true };
    expect(ask(body).dropped).toEqual(['invented', 'seed', 'presence_penalty']);
  });

  it.each([
    ['n', { n: 2 }],
    ['logprobs', { logprobs: true, top_logprobs: 2 }],
    ['logit_bias', { logit_bias: { '5': -100 } }],
    ['modalities', { modalities: ['text', 'audio'] }],
    ['functions', { functions: [{ name: 'f' }] }],
    ['tools.custom', { tools: [{ type: 'custom', custom: { name: 'patch' } }] }],
    [
      'input_audio',
      {
        messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { format: 'wav', data: 'AA==' } }] }],
      },
    ],
  ])('refuses %s, which nobody could leave out without changing the answer', (field, body) => {
    expect(() => ask({ messages: hello, ...body })).toThrow(
      expect.objectContaining({ code: 'conversion_not_implemented', detail: field }),
    );
  });
});

describe('an Anthropic answer as a chat client sees it', () => {
  const answer = MESSAGES_CONVERSION.readAnswer(ANSWER);
  if (isFailure(answer)) throw new Error('no answer');
  const whole = JSON.parse(CHAT_RENDERER.renderAnswer(answer, context)) as { choices: [{ message: JsonObject }] };

  it('is a completion with everything the message held', () => {
    expect(whole).toEqual({
      ...{ id: 'chatcmpl-r1', object: 'chat.completion', created: 5, model: 'public' },
      choices: [
        {
          index: 0,
          logprobs: null,
          finish_reason: 'tool_calls',
          message: {
            role: 'assistant',
            content: 'Ich schaue nach: Köln ☔',
            refusal: null,
            reasoning_content: 'Two cities — two calls.',
            reasoning_details: [
              { type: 'reasoning.text', text: 'Two cities — two calls.', signature: CARRIED, index: 0 },
            ],
            tool_calls: [
              {
                id: 'toolu_01T1x1fJ34qAmk2tNTrN7Up6',
                type: 'function',
                function: { name: 'get_weather', arguments: '{"city":"Köln"}' },
              },
              { id: 'toolu_01Second', type: 'function', function: { name: 'get_time', arguments: '{}' } },
            ],
          },
        },
      ],
      usage: {
        ...{ prompt_tokens: 1462, completion_tokens: 89, total_tokens: 1551 },
        prompt_tokens_details: { cached_tokens: 1000, audio_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 21, audio_tokens: 0 },
      },
    });
  });

  it('tells the same as a stream, whose finish, usage and one terminator wait for the ledger', () => {
    const exchange = open();
    const { ready, tail } = feed(exchange, STREAM);
    expect(chunksOf(ready).every(({ choices }) => choices[0]!.finish_reason === null)).toBe(true);
    expect(collect(chunksOf(ready))).toEqual(whole.choices[0].message);
    const [finish, usage] = chunksOf(tail);
    expect(finish?.choices).toEqual([{ index: 0, delta: {}, logprobs: null, finish_reason: 'tool_calls' }]);
    expect(usage).toMatchObject({ choices: [], usage: { prompt_tokens: 1462, completion_tokens: 89 } });
    expect(tail.split('data: [DONE]\n\n')).toHaveLength(2);
    expect(tail.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(exchange.usage).toEqual(answer.usage);
  });

  it('is the same wherever the upstream cuts its stream', () => {
    const expected = feed(open(), STREAM);
    for (let at = 1; at < STREAM.length; at += 1) {
      const exchange = open();
      expect(feed(exchange, STREAM.subarray(0, at), STREAM.subarray(at))).toEqual(expected);
      expect(exchange.usage).toEqual(answer.usage);
    }
  });

  it('ends legally or fails legally wherever the stream breaks off', () => {
    const timeout = toErrorView(new DomainError('upstream_timeout'), 'r1');
    const finishedAt = STREAM.indexOf('event: message_stop');
    for (let at = 1; at < STREAM.length; at += 1) {
      const exchange = open();
      const { ready, tail } = feed(exchange, STREAM.subarray(0, at));
      if (exchange.isComplete) expect(tail.split('[DONE]')).toHaveLength(2);
      else expect((ready + exchange.fail(timeout).toString()).includes('[DONE]')).toBe(false);
      if (at >= finishedAt) expect(exchange.isComplete).toBe(true);
      expect(() => chunksOf(ready + tail)).not.toThrow();
    }
  });

  it('is a failure where the upstream says so, before and after it has begun', () => {
    const error = Buffer.from(
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
    );
    const early = open();
    feed(early, error);
    expect([early.hasBegun, early.failure?.kind]).toEqual([false, 'saturated']);
    const late = open();
    feed(late, STREAM.subarray(0, STREAM.indexOf('event: message_delta')), error, STREAM);
    expect([late.hasBegun, late.isComplete, late.failure?.kind]).toEqual([true, false, 'saturated']);
  });
});
