import { DomainError } from '@tokenbay/errors';
import { toErrorView } from '@tokenbay/platform';
import { findAdapter, isFailure } from '@tokenbay/providers';
import { dataIn, feed, openConverted, readFixture, readJsonFixture } from '../../../test/recorded-streams.js';
import { MESSAGES_RENDERER } from './answer.js';

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

const open = () => openConverted(GENERATE.openReader(), MESSAGES_RENDERER, context);

describe('a Gemini answer as a Messages client sees it', () => {
  it('has the signature of a call before it, whole and streamed', () => {
    const whole = JSON.parse(MESSAGES_RENDERER.renderAnswer(answerOf('thinking-and-tools.json'), context)) as {
      content: object[];
    };
    expect(whole.content).toMatchObject([
      { type: 'thinking', thinking: 'Two cities — two calls.', signature: '' },
      { type: 'text', text: 'Ich schaue nach: Köln ☔' },
      { type: 'redacted_thinking', data: `tokenbay.gemini-generate.${SIGNATURE}` },
      { type: 'tool_use', id: '8f2k1a0b', name: 'get_weather', input: { city: 'Köln' } },
      { type: 'tool_use', name: 'get_time', input: {} },
    ]);
    const events = dataIn(feed(open(), STREAM).ready);
    const blocks = events.flatMap(({ content_block: block }) => (block as { type: string } | undefined)?.type ?? []);
    expect(blocks).toEqual(whole.content.map((block) => (block as { type: string }).type));
    expect(events.filter(({ type }) => type === 'content_block_stop').map(({ index }) => index)).toEqual([
      0, 1, 2, 3, 4,
    ]);
  });
});

describe('a stream of Gemini to a client of Messages', () => {
  const terminator = 'event: message_stop';
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
