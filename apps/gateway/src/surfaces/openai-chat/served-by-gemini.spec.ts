import { DomainError } from '@tokenbay/errors';
import { toErrorView } from '@tokenbay/platform';
import { findAdapter, isFailure, type JsonObject } from '@tokenbay/providers';
import { dataIn, feed, openConverted, readFixture, readJsonFixture } from '../../../test/recorded-streams.js';
import { CHAT_RENDERER } from './answer.js';

const GENERATE = findAdapter('gemini')!.wires[0]!.conversion;
const STREAM = readFixture('gemini/fixtures/thinking-and-tools.sse');
const FINISH_AT = STREAM.lastIndexOf('data: ');
const SIGNATURE = 'CiQBcsjafJz1T0x9vK3mQ==';
const context = { requestId: 'r1', model: 'public', createdAtSeconds: 5, wantsUsage: true };
const error = Buffer.from('data: {"error":{"code":503,"message":"Overloaded.","status":"UNAVAILABLE"}}\r\n\r\n');

function answerOf(name: string) {
  const answer = GENERATE.readAnswer(readJsonFixture(`gemini/fixtures/${name}`));
  if (isFailure(answer)) throw new Error('no answer');
  return answer;
}

const open = () => openConverted(GENERATE.openReader(), CHAT_RENDERER, context);

describe('a Gemini answer as a chat client sees it', () => {
  const answer = answerOf('thinking-and-tools.json');
  const message = {
    role: 'assistant',
    content: 'Ich schaue nach: Köln ☔',
    refusal: null,
    reasoning_content: 'Two cities — two calls.',
    tool_calls: [
      {
        ...{ id: '8f2k1a0b', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Köln"}' } },
        extra_content: { google: { thought_signature: SIGNATURE } },
      },
      { id: 'call_kFsRaZ3nD4yXvdIP_0_1', type: 'function', function: { name: 'get_time', arguments: '{}' } },
    ],
  };

  it('is a completion with everything that was answered', () => {
    expect(JSON.parse(CHAT_RENDERER.renderAnswer(answer, context))).toMatchObject({
      choices: [{ index: 0, logprobs: null, finish_reason: 'tool_calls', message }],
      usage: {
        ...{ prompt_tokens: 1_462, completion_tokens: 89, total_tokens: 1_551 },
        prompt_tokens_details: { cached_tokens: 1_000 },
        completion_tokens_details: { reasoning_tokens: 21 },
      },
    });
  });

  it('tells the same as a stream, whose finish, usage and terminator wait for the ledger', () => {
    const exchange = open();
    const { ready, tail } = feed(exchange, STREAM);
    type Delta = Record<string, unknown> & { tool_calls?: (JsonObject & { index: number; function?: JsonObject })[] };
    const deltas = dataIn(ready).map(({ choices }) => (choices as [{ delta: Delta }])[0].delta);
    const joined = (field: string) => deltas.map((delta) => delta[field] ?? '').join('');
    expect([joined('content'), joined('reasoning_content')]).toEqual([message.content, message.reasoning_content]);
    const calls: JsonObject[] = [];
    for (const { index, function: called, ...piece } of deltas.flatMap((delta) => delta.tool_calls ?? [])) {
      const known = calls[index] as { function?: { arguments: string } } | undefined;
      const text = (known?.function?.arguments ?? '') + ((called?.['arguments'] as string | undefined) ?? '');
      calls[index] = { ...known, ...piece, function: { ...known?.function, ...called, arguments: text } };
    }
    expect(calls).toEqual(message.tool_calls);
    const pieces = deltas.flatMap((delta) => delta.tool_calls ?? []);
    for (const piece of pieces) expect(piece.function).toMatchObject({ arguments: expect.any(String) });
    expect(ready).not.toContain('"finish_reason":"');
    expect(dataIn(tail)).toMatchObject([
      { choices: [{ finish_reason: 'tool_calls' }] },
      { choices: [], usage: { prompt_tokens: 1_462, completion_tokens: 89 } },
    ]);
    expect(tail.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(exchange.usage).toEqual(answer.usage);
  });

  it('has its probabilities, its pictures, its sources and several choices', () => {
    const { choices } = JSON.parse(CHAT_RENDERER.renderAnswer(answerOf('plain.json'), context)) as {
      choices: object[];
    };
    expect(choices).toMatchObject([
      {
        finish_reason: 'length',
        logprobs: { content: [{ token: 'Hello', logprob: -0.1, top_logprobs: [{}, { token: 'Hi' }] }, { token: '.' }] },
        message: { content: 'Hello.', annotations: [{ url_citation: { url: 'https://words.example/hello' } }] },
      },
      { finish_reason: 'stop', message: { images: [{ image_url: { url: 'data:image/png;base64,AA==' } }] } },
    ]);
  });

  it('was filtered where the provider says so, and is no answer where the prompt was', () => {
    expect(JSON.parse(CHAT_RENDERER.renderAnswer(answerOf('safety.json'), context))).toMatchObject({
      choices: [{ finish_reason: 'content_filter', message: { content: '' } }],
    });
    const blocked = { kind: 'request', code: 'content_policy_violation' };
    expect(GENERATE.readAnswer(readJsonFixture('gemini/fixtures/blocked.json'))).toMatchObject(blocked);
    const stream = open();
    feed(stream, Buffer.from(`data: ${JSON.stringify(readJsonFixture('gemini/fixtures/blocked.json'))}\r\n\r\n`));
    expect([stream.hasBegun, stream.failure]).toMatchObject([false, blocked]);
  });
});

describe('a stream of Gemini to a client of chat', () => {
  const terminator = '[DONE]';
  it('is the same wherever the upstream cuts it', () => {
    const expected = feed(open(), STREAM);
    for (let at = 1; at < STREAM.length; at += 1)
      expect(feed(open(), STREAM.subarray(0, at), STREAM.subarray(at))).toEqual(expected);
  });

  it('ends legally or fails legally wherever it breaks off', () => {
    const timeout = toErrorView(new DomainError('upstream_timeout'), 'r1');
    for (let at = 1; at < STREAM.length; at += 1) {
      const exchange = open();
      const { ready, tail } = feed(exchange, STREAM.subarray(0, at));
      expect(tail.split(terminator)).toHaveLength(exchange.isComplete ? 2 : 1);
      expect(() => dataIn(ready + tail)).not.toThrow();
      if (!exchange.isComplete) expect(ready + exchange.fail(timeout).toString()).not.toContain(terminator);
    }
  });

  it('is a failure where the upstream says so, before and after it has begun', () => {
    const early = open();
    feed(early, error);
    expect([early.hasBegun, early.failure?.kind]).toEqual([false, 'saturated']);
    const late = open();
    feed(late, STREAM.subarray(0, FINISH_AT), error, STREAM);
    expect([late.hasBegun, late.isComplete]).toEqual([true, false]);
  });
});
