import { DomainError } from '@tokenbay/errors';
import { toErrorView } from '@tokenbay/platform';
import { findAdapter, type JsonObject } from '@tokenbay/providers';
import { feed, readFixture, readJsonFixture } from '../../../test/recorded-streams.js';
import { PassThroughStream } from '../../relay/exchange/pass-through-stream.js';
import { createRenderer } from './answer.js';

const STREAM = readFixture('openai-responses/fixtures/reasoning-and-tools.sse');
const wire = findAdapter('openai')!.wires.find(({ format }) => format === 'openai-responses')!.passThrough;
const FINISH_AT = STREAM.indexOf('event: response.completed');
const ERROR = 'event: error\ndata: {"type":"error","code":"server_error","message":"Sorry","param":null}\n\n';
const timeout = toErrorView(new DomainError('upstream_timeout', undefined, { message: 'Too late.' }), 'r1');

function open(): PassThroughStream {
  const scanner = wire.openScanner({ choices: 1, wantsUsage: true });
  const renderer = createRenderer({ model: 'public', input: 'Hi' });
  return new PassThroughStream({ scanner, renderer, textCharactersMax: 100_000, droppedFields: [] });
}

interface Event {
  readonly type: string;
  readonly sequence_number: number;
  readonly response?: { readonly output: JsonObject[] };
}

const eventsIn = (stream: string): Event[] =>
  [...stream.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data!) as Event);

describe('a Responses stream that passes through', () => {
  it('comes byte for byte, its last event behind the charge', () => {
    const exchange = open();
    const { ready, tail } = feed(exchange, STREAM);
    expect(ready).toBe(STREAM.subarray(0, FINISH_AT).toString());
    expect(tail).toBe(STREAM.subarray(FINISH_AT).toString());
    expect([exchange.isTerminated, exchange.isComplete]).toEqual([true, true]);
    expect(exchange.usage).toMatchObject({
      ...{ isSuspect: false, usage: { inputTokens: 462, cachedInputTokens: 1_000, outputTokens: 89 } },
    });
  });

  it('is the same, and costs the same, wherever the upstream cuts it', () => {
    const expected = feed(open(), STREAM);
    for (let at = 1; at < STREAM.length; at += 1) {
      const exchange = open();
      expect(feed(exchange, STREAM.subarray(0, at), STREAM.subarray(at))).toEqual(expected);
      expect(exchange.usage?.usage.outputTokens).toBe(89);
    }
  });

  it('is incomplete without its last event, and fails with what it has told and the next numbers', () => {
    for (let at = STREAM.indexOf('\n\n') + 2; at < FINISH_AT; at = STREAM.indexOf('\n\n', at) + 2) {
      const exchange = open();
      const { ready } = feed(exchange, STREAM.subarray(0, at));
      expect(exchange.isComplete).toBe(false);
      const events = eventsIn(ready + exchange.fail(timeout).toString());
      expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_, index) => index));
      const [failed, error] = events.slice(-2);
      expect(failed).toMatchObject({
        ...{ type: 'response.failed' },
        response: {
          ...{ id: 'resp_0a1b', object: 'response', status: 'failed' },
          error: { code: 'upstream_timeout', message: 'Too late.' },
        },
      });
      const done = events.filter(({ type }) => type === 'response.output_item.done');
      expect(failed?.response?.output).toHaveLength(done.length);
      expect(error).toEqual({
        ...{ type: 'error', sequence_number: events.length - 1, code: 'upstream_timeout', message: 'Too late.' },
        param: null,
        error: { message: 'Too late.', type: 'timeout_error', param: null, code: 'upstream_timeout' },
      });
    }
  });

  it('fails in exactly this form', () => {
    const exchange = open();
    feed(
      exchange,
      'data: {"type":"response.created","response":{"id":"resp_1","status":"in_progress","error":null}}\n\n',
    );
    const error = '"code":"upstream_timeout","message":"Too late."';
    expect(exchange.fail(timeout).toString()).toBe(
      'event: response.failed\ndata: {"type":"response.failed","sequence_number":1,' +
        `"response":{"id":"resp_1","output":[],"status":"failed","error":{${error}}}}\n\n` +
        `event: error\ndata: {"type":"error","sequence_number":2,${error},"param":null,` +
        '"error":{"message":"Too late.","type":"timeout_error","param":null,"code":"upstream_timeout"}}\n\n',
    );
  });

  it('fails legally before it has told anything', () => {
    const [failed, error] = eventsIn(open().fail(timeout).toString());
    expect(failed).toMatchObject({
      type: 'response.failed',
      sequence_number: 0,
      response: { id: 'resp_r1', output: [] },
    });
    expect(error).toMatchObject({ type: 'error', sequence_number: 1 });
  });

  it('counts all that was written where nobody reports usage', () => {
    const exchange = open();
    feed(exchange, STREAM.subarray(0, FINISH_AT));
    expect(exchange.usage).toBeUndefined();
    // Both sections of the summary, the text, three names and their input.
    expect(exchange.text.charactersTotal).toBe(
      ['**Plan**\n\nTwo cities — two calls.', '**Next**', 'Ich schaue nach: Köln ☔', 'get_weather', 'get_time']
        .concat('apply_patch', '{"city":"Köln"}', '{}', '*** Begin Patch\n+"☔"\n*** End Patch')
        .join('').length,
    );
  });

  it('is no stream without its beginning', () => {
    for (const other of ['{"type":"response.output_text.delta","delta":"x"}', '{"choices":[]}', '{'])
      expect(() => feed(open(), `data: ${other}\n\n`)).toThrow('response_parse_failed');
  });

  it('is a failure where the upstream says so, before and after it has begun', () => {
    const early = open();
    feed(early, ERROR);
    expect([early.hasBegun, early.failure?.kind]).toEqual([false, 'server']);
    const late = open();
    const { ready } = feed(late, STREAM.subarray(0, FINISH_AT), ERROR, STREAM.subarray(FINISH_AT));
    expect([late.hasBegun, late.isComplete]).toEqual([true, false]);
    expect(ready).not.toContain('server_error');
  });

  it('lets news pass once it has begun, and is over with its last event', () => {
    const news = 'event: response.note\ndata: {"type":"response.note","sequence_number":99}\n\n';
    const exchange = open();
    const { ready, tail } = feed(exchange, STREAM.subarray(0, FINISH_AT), news, STREAM.subarray(FINISH_AT), news);
    expect(ready.endsWith(news)).toBe(true);
    expect(tail).not.toContain('note');
  });
});

describe('a whole response that passes through', () => {
  it('is metered, and is a failure where it says so', () => {
    const read = (name: string) => wire.readAnswer(readJsonFixture(`openai-responses/fixtures/${name}.json`));
    expect(read('reasoning-and-tools')).toMatchObject({
      ...{ failure: undefined, usage: { usage: { cacheWriteTokens: 50, reasoningTokens: 21 } } },
      text: expect.stringContaining('Köln'),
    });
    expect(read('refusal')).toMatchObject({ text: 'I cannot help with that.' });
    expect(read('failed')).toMatchObject({ failure: { kind: 'server' } });
    expect(wire.readAnswer({ choices: [] })).toBeUndefined();
  });
});
