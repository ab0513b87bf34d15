import { DomainError } from '@tokenbay/errors';
import { toErrorView } from '@tokenbay/platform';
import { findAdapter } from '@tokenbay/providers';
import { feed, readFixture } from '../../../test/recorded-streams.js';
import { PassThroughStream } from '../../relay/exchange/pass-through-stream.js';
import { createRenderer } from './answer.js';
import type { StreamForm } from './stream-renderer.js';

const STREAM = readFixture('gemini/fixtures/thinking-and-tools.sse');
const BLOCKED = readFixture('gemini/fixtures/blocked.json')
  .toString()
  .replace(/\s*\n\s*/g, '');
const FINISH_AT = STREAM.lastIndexOf('data: ');
const wire = findAdapter('gemini')!.wires[0]!;
const ELEMENTS = STREAM.toString()
  .split('\r\n\r\n')
  .filter((event) => event !== '')
  .map((event) => event.slice(6));

function open(form: StreamForm = 'events', choices = 1): PassThroughStream {
  const renderer = createRenderer({ form, showsThoughts: false });
  const scanner = wire.passThrough.openScanner({ choices, wantsUsage: true, streamType: renderer.streamType });
  const { eventBytesMax = 0 } = wire;
  return new PassThroughStream({ scanner, renderer, textCharactersMax: 100_000, droppedFields: [], eventBytesMax });
}

describe('a stream of generateContent that passes through', () => {
  it('comes byte for byte, its reason and usage behind the charge, and without any terminator', () => {
    const exchange = open();
    const { ready, tail } = feed(exchange, STREAM);
    expect(ready).toBe(STREAM.subarray(0, FINISH_AT).toString());
    expect(tail).toBe(STREAM.subarray(FINISH_AT).toString());
    expect(exchange.usage).toMatchObject({
      isSuspect: false,
      usage: { inputTokens: 462, cachedInputTokens: 1_000, outputTokens: 89, reasoningTokens: 21 },
    });
  });

  it('comes as one array to who asked for that', () => {
    const { ready, tail } = feed(open('array'), STREAM);
    expect(ready).toBe(`[${ELEMENTS.slice(0, -1).join(',\r\n')}`);
    expect(tail).toBe(`,\r\n${ELEMENTS.at(-1)}]`);
  });

  it.each<StreamForm>(['events', 'array'])('is the same, and costs the same, wherever it is cut (%s)', (form) => {
    const expected = feed(open(form), STREAM);
    for (let at = 1; at < STREAM.length; at += 1) {
      const exchange = open(form);
      expect(feed(exchange, STREAM.subarray(0, at), STREAM.subarray(at))).toEqual(expected);
      expect(exchange.usage?.usage.outputTokens).toBe(89);
    }
  });

  it('is cut where no reason was given, and knows its input and counts its output until then', () => {
    const exchange = open();
    feed(exchange, STREAM.subarray(0, FINISH_AT));
    expect([exchange.isComplete, exchange.usage?.isPartial]).toEqual([false, true]);
    expect(exchange.text.charactersTotal).toBeGreaterThan(40);
  });

  it('waits for every candidate to finish', () => {
    const exchange = open('events', 2);
    feed(exchange, STREAM);
    expect(exchange.isComplete).toBe(false);
    const other = '{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP","index":1}]}';
    const complete = open('events', 2);
    const { tail } = feed(complete, STREAM, `data: ${other}\r\n\r\n`);
    expect([complete.isComplete, tail]).toEqual([true, `data: ${other}\r\n\r\n`]);
  });

  it('may hold nothing but why the prompt was blocked, and is complete then', () => {
    const exchange = open();
    const { ready, tail } = feed(exchange, `data: ${BLOCKED}\r\n\r\n`);
    expect([ready, tail]).toEqual(['', `data: ${BLOCKED}\r\n\r\n`]);
    expect(exchange.usage).toMatchObject({ usage: { inputTokens: 9, outputTokens: 0 } });
    expect(feed(open('array'), `data: ${BLOCKED}\r\n\r\n`)).toEqual({ ready: '', tail: `[${BLOCKED}]` });
  });

  it('may hold a whole picture in one event, also in its last', () => {
    const inlineData = { mimeType: 'image/png', data: 'A'.repeat(6_000_000) };
    const candidate = { content: { parts: [{ inlineData }], role: 'model' }, finishReason: 'STOP' };
    const picture = `data: ${JSON.stringify({ candidates: [candidate] })}\r\n\r\n`;
    expect(feed(open(), picture)).toEqual({ ready: '', tail: picture });
  });

  it('lets comments and news pass as events, and into an array only what is JSON', () => {
    const news = ': note\n\ndata: {"note":1}\n\ndata: note\n\n';
    const { ready } = feed(open(), STREAM.subarray(0, FINISH_AT), news);
    expect(ready.endsWith(news)).toBe(true);
    const array = feed(open('array'), STREAM.subarray(0, FINISH_AT), news, STREAM.subarray(FINISH_AT));
    expect(JSON.parse(array.ready + array.tail)).toHaveLength(ELEMENTS.length + 1);
  });

  it('is a failure where the upstream says so, before and after it has begun, and none of this format is none', () => {
    const error = 'data: {"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}\r\n\r\n';
    const early = open();
    feed(early, error);
    expect([early.hasBegun, early.failure?.kind]).toEqual([false, 'saturated']);
    const late = open();
    feed(late, STREAM.subarray(0, FINISH_AT), error, STREAM);
    expect([late.hasBegun, late.isComplete]).toEqual([true, false]);
    expect(() => feed(open(), 'data: {"choices":[]}\n\n')).toThrow('response_parse_failed');
  });

  it('fails as the last element of an array, which it begins where nothing was sent', () => {
    const timeout = toErrorView(new DomainError('upstream_timeout'), 'r1');
    const begun = open('array');
    const { ready } = feed(begun, STREAM.subarray(0, FINISH_AT));
    expect((JSON.parse(ready + begun.fail(timeout).toString()) as object[]).at(-1)).toHaveProperty('error.code', 504);
    const kept = open('array');
    feed(kept, STREAM.subarray(FINISH_AT));
    expect(JSON.parse(kept.fail(timeout).toString())).toHaveLength(1);
  });
});
