import { readFileSync } from 'node:fs';
import { AnswerBuilder, type CanonicalAnswer, type CanonicalEvent } from '@tokenbay/protocol';
import type { JsonObject } from '../provider.js';
import { readAnswer } from './response.js';
import { ResponsesReader } from './stream.js';

const fixture = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
const dataOf = (stream: string): string[] => [...stream.matchAll(/^data: (.*)$/gm)].map(([, data]) => data!);

function readAll(data: readonly string[]): { reader: ResponsesReader; events: CanonicalEvent[] } {
  const reader = new ResponsesReader();
  return { reader, events: [...data.flatMap((event) => reader.read(event)), ...reader.end()] };
}

/** The builder throws where events come out of their order. */
function build(events: readonly CanonicalEvent[]): CanonicalAnswer | undefined {
  const builder = new AnswerBuilder();
  for (const event of events) builder.push(event);
  return builder.answer;
}

const created = { type: 'response.created', response: { id: 'resp_1' } };
const completed = { type: 'response.completed', response: { id: 'resp_1', status: 'completed' } };
const told = (...events: object[]): string[] => [created, ...events, completed].map((event) => JSON.stringify(event));
const message = { id: 'msg_1', type: 'message', content: [{ type: 'output_text', text: 'Hi' }] };
const call = { id: 'fc_1', type: 'function_call', call_id: 'c', name: 'f', arguments: '{"a":1}' };
const thought = { id: 'rs_1', type: 'reasoning', summary: [{ text: 'Hm' }, { text: 'Ah' }], encrypted_content: 'gA' };

describe('a streamed response', () => {
  it.each(['reasoning-and-tools', 'plain', 'refusal', 'incomplete'])('tells what the whole one says: %s', (name) => {
    const { reader, events } = readAll(dataOf(fixture(`${name}.sse`)));
    expect(reader.isComplete).toBe(true);
    expect(build(events)).toEqual(readAnswer(JSON.parse(fixture(`${name}.json`)) as JsonObject));
    expect(events.at(-1)).toEqual({ type: 'end' });
  });

  it('holds everything the response held', () => {
    const answer = build(readAll(dataOf(fixture('reasoning-and-tools.sse'))).events);
    expect(answer).toMatchObject({
      id: 'resp_0a1b',
      choices: [
        {
          stop: { reason: 'tool_call' },
          content: [
            {
              ...{ type: 'reasoning', id: 'rs_0a1b', text: '**Plan**\n\nTwo cities — two calls.\n\n**Next**' },
              seal: { format: 'openai-responses', value: 'gAAAAABpIbX0aWxlZC1ieS10aGUtcHJvdmlkZXI=' },
            },
            {
              type: 'text',
              text: 'Ich schaue nach: Köln ☔',
              citations: [{ url: 'https://a.example/w', title: 'Wetter' }],
            },
            { type: 'tool_call', kind: 'function', id: 'call_abc1', itemId: 'fc_1', input: '{"city":"Köln"}' },
            { type: 'tool_call', kind: 'function', id: 'call_abc2', name: 'get_time' },
            { type: 'tool_call', kind: 'custom', input: '*** Begin Patch\n+"☔"\n*** End Patch' },
          ],
        },
      ],
      usage: { usage: { inputTokens: 462, cachedInputTokens: 1_000, cacheWriteTokens: 50, outputTokens: 89 } },
    });
  });

  it.each([
    ['refusal', { reason: 'refusal' }],
    ['incomplete', { reason: 'max_tokens' }],
    ['plain', { reason: 'end' }],
  ])('says why it ended: %s', (name, stop) => {
    expect(build(readAll(dataOf(fixture(`${name}.sse`))).events)?.choices[0]?.stop).toEqual(stop);
  });

  it('stays in order, and gives nothing after it was cut, wherever that is', () => {
    const data = dataOf(fixture('reasoning-and-tools.sse'));
    for (let count = 0; count < data.length; count += 1) {
      const { reader, events } = readAll(data.slice(0, count));
      expect(reader.isComplete).toBe(false);
      expect(build(events)).toBeUndefined();
    }
  });

  it('may tell its items only when they are whole', () => {
    const done = [thought, message, call].map((item, at) => ({
      type: 'response.output_item.done',
      output_index: at,
      item,
    }));
    expect(build(readAll(told(...done)).events)?.choices[0]).toEqual({
      content: [
        { type: 'reasoning', id: 'rs_1', text: 'Hm\n\nAh', seal: { format: 'openai-responses', value: 'gA' } },
        { type: 'text', text: 'Hi' },
        { type: 'tool_call', kind: 'function', id: 'c', itemId: 'fc_1', name: 'f', input: '{"a":1}' },
      ],
      stop: { reason: 'tool_call' },
    });
  });

  it('skips news, and items of tools that the provider runs', () => {
    const news = [
      { type: 'response.invented', delta: 'x' },
      { type: 'response.output_item.added', output_index: 0, item: { type: 'web_search_call', id: 'ws_1' } },
      { type: 'response.output_item.done', output_index: 0, item: { type: 'web_search_call', id: 'ws_1' } },
      { type: 'response.output_item.done', output_index: 1, item: message },
    ];
    expect(build(readAll(told(...news)).events)?.choices[0]?.content).toEqual([{ type: 'text', text: 'Hi' }]);
  });

  const piece = { output_index: 0, content_index: 0, delta: 'x' };
  it.each([
    ['is no JSON', ['{']],
    ['has no type', ['{"choices":[]}']],
    ['has no beginning', [JSON.stringify({ type: 'response.output_text.delta', ...piece })]],
    [
      'goes on with what was closed',
      told(
        { type: 'response.output_item.done', output_index: 0, item: message },
        { type: 'response.output_text.delta', ...piece },
      ),
    ],
    ['has arguments of no call', told({ type: 'response.function_call_arguments.delta', ...piece })],
  ])('cannot be read where it %s', (_, data) => {
    expect(() => readAll(data)).toThrow('response_parse_failed');
  });

  it.each([
    [dataOf(fixture('failed.sse')), 'server', undefined],
    [['{"type":"error","code":"rate_limit_exceeded","message":"Slow down","param":null}'], 'saturated', undefined],
    [['{"type":"error","error":{"type":"invalid_request_error","message":"No."}}'], 'request', 'invalid_request'],
    [
      told({ type: 'response.failed', response: { error: { code: 'invalid_prompt', message: 'No.' } } }),
      ...(['request', 'invalid_request'] as const),
    ],
    [
      told({ type: 'response.failed', response: { error: { code: 'cyber_policy', message: 'No.' } } }),
      ...(['request', 'content_policy_violation'] as const),
    ],
    [
      told({ type: 'response.failed', response: { error: { code: 'context_length_exceeded', message: 'Too long.' } } }),
      ...(['request', 'context_length_exceeded'] as const),
    ],
    [
      told({ type: 'response.failed', response: { error: { code: 'server_is_overloaded', message: 'Later.' } } }),
      ...(['saturated', undefined] as const),
    ],
    [
      told({ type: 'response.failed', response: { error: { code: 'insufficient_quota', message: 'Pay.' } } }),
      ...(['key', undefined] as const),
    ],
  ])('is a failure where it says so, and gives nothing more', (data, kind, code) => {
    const { reader, events } = readAll(data);
    expect(reader.failure).toMatchObject(code === undefined ? { kind } : { kind, code });
    expect(reader.isComplete).toBe(false);
    expect(events.some(({ type }) => type === 'end')).toBe(false);
  });
});

describe('a whole response', () => {
  it('is the failure that it says it is, and nothing else where it is none', () => {
    expect(readAnswer(JSON.parse(fixture('failed.json')) as JsonObject)).toMatchObject({ kind: 'server' });
    expect(() => readAnswer({ object: 'chat.completion', choices: [] })).toThrow('response_parse_failed');
  });
});
