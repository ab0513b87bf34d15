import { DomainError } from '@tokenbay/errors';
import { toErrorView } from '@tokenbay/platform';
import { findAdapter, isFailure, type JsonObject } from '@tokenbay/providers';
import { feed, namedEventsIn, openConverted, readFixture, readJsonFixture } from '../../../test/recorded-streams.js';
import { MESSAGES_RENDERER } from './answer.js';

const CHAT = findAdapter('openai')!.wires.find(({ format }) => format === 'openai-chat')!.conversion;
const STREAM = readFixture('openai/fixtures/reasoning-and-tools.sse');
const ANSWER = readJsonFixture('openai/fixtures/reasoning-and-tools.json');
const caller = { type: 'direct' };
const context = { requestId: '0192-aa', model: 'public', createdAtSeconds: 5, wantsUsage: true };

const open = () => openConverted(CHAT.openReader(), MESSAGES_RENDERER, context);

interface Event {
  readonly type: string;
  readonly index?: number;
  readonly message?: JsonObject;
  readonly content_block?: JsonObject;
  readonly delta?: JsonObject;
  readonly usage?: JsonObject;
}

/** Puts events together as Anthropic's library does; blocks must open and close one after the other. */
function collect(events: readonly Event[]): JsonObject {
  let message: JsonObject = {};
  const blocks: JsonObject[] = [];
  let input = '';
  let openBlocks = 0;
  for (const event of events) {
    const block = blocks.at(-1) ?? {};
    const { delta = {} } = event;
    if (event.type === 'message_start') message = event.message!;
    else if (event.type === 'content_block_start') {
      if (openBlocks !== 0 || event.index !== blocks.length) throw new Error('blocks overlap');
      openBlocks += 1;
      input = '';
      blocks.push({ ...event.content_block });
    } else if (event.type === 'content_block_delta') {
      if (openBlocks !== 1 || event.index !== blocks.length - 1) throw new Error('a delta of no block');
      if (delta['type'] === 'input_json_delta') input += String(delta['partial_json']);
      else
        for (const field of ['text', 'thinking', 'signature'])
          if (field in delta) block[field] = String(block[field]) + String(delta[field]);
    } else if (event.type === 'content_block_stop') {
      openBlocks -= 1;
      if (block['type'] === 'tool_use') block['input'] = JSON.parse(input);
    } else if (event.type === 'message_delta') message = { ...message, ...delta, usage: event.usage };
  }
  if (openBlocks !== 0) throw new Error('a block is open');
  return {
    ...message,
    content: blocks.map((block) => (block['type'] === 'text' ? { ...block, citations: null } : block)),
  };
}

describe('an OpenAI answer as a Messages client sees it', () => {
  const answer = CHAT.readAnswer(ANSWER);
  if (isFailure(answer)) throw new Error('no answer');
  const whole = JSON.parse(MESSAGES_RENDERER.renderAnswer(answer, context)) as JsonObject;

  it('is a message with everything the completion held', () => {
    expect(whole).toEqual({
      ...{ id: 'msg_0192aa', type: 'message', role: 'assistant', model: 'public', container: null },
      ...{ stop_reason: 'tool_use', stop_sequence: null, stop_details: null },
      content: [
        { type: 'thinking', thinking: 'Two cities — two calls.', signature: '' },
        { type: 'text', text: 'Ich schaue nach: Köln ☔', citations: null },
        { type: 'tool_use', id: 'call_abc1', name: 'get_weather', input: { city: 'Köln' }, caller },
        { type: 'tool_use', id: 'call_abc2', name: 'get_time', input: {}, caller },
      ],
      usage: {
        ...{ input_tokens: 462, cache_read_input_tokens: 1_000, cache_creation_input_tokens: 0, output_tokens: 89 },
        cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
        ...{ output_tokens_details: { thinking_tokens: 21 }, server_tool_use: null, service_tier: 'standard' },
      },
    });
  });

  it('tells the same as a stream, whose stop reason, usage and one terminator wait for the ledger', () => {
    const exchange = open();
    const { ready, tail } = feed(exchange, STREAM);
    expect(ready).not.toContain('message_delta');
    expect(namedEventsIn<Event>(tail).map(({ type }) => type)).toEqual(['message_delta', 'message_stop']);
    expect(collect(namedEventsIn<Event>(ready + tail))).toEqual(whole);
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
    for (let at = 1; at < STREAM.length; at += 1) {
      const exchange = open();
      const { ready, tail } = feed(exchange, STREAM.subarray(0, at));
      if (exchange.isComplete) expect(() => collect(namedEventsIn<Event>(ready + tail))).not.toThrow();
      else
        expect(namedEventsIn<Event>(ready + exchange.fail(timeout).toString()).map(({ type }) => type)).not.toContain(
          'message_stop',
        );
      expect(tail.split('event: message_stop')).toHaveLength(exchange.isComplete ? 2 : 1);
    }
  });

  it('is a failure where the upstream says so, before and after it has begun', () => {
    const error = Buffer.from('data: {"error":{"message":"overloaded","type":"server_error"}}\n\n');
    const early = open();
    feed(early, error);
    expect([early.hasBegun, early.failure?.kind]).toEqual([false, 'server']);
    const late = open();
    feed(late, STREAM.subarray(0, STREAM.indexOf('data: [DONE]')), error, STREAM);
    expect([late.hasBegun, late.isComplete]).toEqual([true, false]);
  });
});
