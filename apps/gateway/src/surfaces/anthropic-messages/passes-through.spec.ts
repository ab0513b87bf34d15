import { findAdapter } from '@tokenbay/providers';
import { feed, readFixture } from '../../../test/recorded-streams.js';
import { PassThroughStream } from '../../relay/exchange/pass-through-stream.js';
import { MESSAGES_RENDERER } from './answer.js';

const STREAM = readFixture('anthropic/fixtures/thinking-and-tools.sse');
const STOP = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';
const wire = findAdapter('anthropic')!.wires[0]!.passThrough;
const FINISH_AT = STREAM.indexOf('event: message_delta');

function open(): PassThroughStream {
  const scanner = wire.openScanner({ choices: 1, wantsUsage: true });
  return new PassThroughStream({ scanner, renderer: MESSAGES_RENDERER, textCharactersMax: 100_000, droppedFields: [] });
}

describe('a Messages stream that passes through', () => {
  it('comes byte for byte, its stop reason, usage and terminator behind the charge', () => {
    const exchange = open();
    const { ready, tail } = feed(exchange, STREAM);
    expect(ready).toBe(STREAM.subarray(0, FINISH_AT).toString());
    expect(tail).toBe(STREAM.subarray(FINISH_AT).toString());
    expect(exchange.usage).toMatchObject({ isSuspect: false, usage: { cachedInputTokens: 1_000, outputTokens: 89 } });
  });

  it('is the same, and costs the same, wherever the upstream cuts it', () => {
    const expected = feed(open(), STREAM);
    for (let at = 1; at < STREAM.length; at += 1) {
      const exchange = open();
      expect(feed(exchange, STREAM.subarray(0, at), STREAM.subarray(at))).toEqual(expected);
      expect(exchange.usage?.usage.outputTokens).toBe(89);
    }
  });

  it('has one terminator, whether the upstream sends none or two', () => {
    const stopAt = STREAM.indexOf('event: message_stop');
    for (const end of ['', STOP, STOP + STOP]) {
      const { tail } = feed(open(), STREAM.subarray(0, stopAt), end);
      expect(tail.split('event: message_stop')).toHaveLength(2);
      expect(tail.endsWith(STOP)).toBe(true);
    }
  });

  it('knows its input and none of its output while it has not ended', () => {
    const exchange = open();
    feed(exchange, STREAM.subarray(0, FINISH_AT));
    expect([exchange.isComplete, exchange.usage?.isPartial]).toEqual([false, true]);
    expect(exchange.text.charactersTotal).toBeGreaterThan(20);
  });

  it('begins with its message, not with a ping, and is no stream without', () => {
    const ping = 'event: ping\ndata: {"type":"ping"}\n\n';
    const early = open();
    feed(early, ping);
    expect(early.hasBegun).toBe(false);
    expect(() => feed(open(), 'data: {"type":"content_block_delta","delta":{}}\n\n')).toThrow('response_parse_failed');
    expect(() => feed(open(), 'data: {"choices":[]}\n\n')).toThrow('response_parse_failed');
  });

  it('is a failure where the upstream says so, before and after it has begun', () => {
    const error = 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n';
    const early = open();
    feed(early, error);
    expect([early.hasBegun, early.failure?.kind]).toEqual([false, 'saturated']);
    const late = open();
    feed(late, STREAM.subarray(0, FINISH_AT), error, STOP);
    expect([late.hasBegun, late.isComplete]).toEqual([true, false]);
  });

  it('lets news pass once it has begun', () => {
    const news = 'event: note\ndata: {"type":"note"}\n\n';
    const { ready } = feed(open(), STREAM.subarray(0, FINISH_AT), news);
    expect(ready.endsWith(news)).toBe(true);
  });
});
