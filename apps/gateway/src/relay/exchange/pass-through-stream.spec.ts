import { findAdapter, type ScanTerms } from '@tokenbay/providers';
import { CHAT_RENDERER } from '../../surfaces/openai-chat/answer.js';
import { PassThroughStream } from './pass-through-stream.js';

const wire = findAdapter('openai')!.wires.find(({ format }) => format === 'openai-chat')!;

function stream(overrides: Partial<ScanTerms> = {}): PassThroughStream {
  return new PassThroughStream({
    scanner: wire.passThrough.openScanner({ choices: 1, wantsUsage: false, ...overrides }),
    renderer: CHAT_RENDERER,
    textCharactersMax: 100_000,
    droppedFields: [],
  });
}

const chunk = (choices: object[], more: object = {}) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices, ...more })}\n\n`;
const delta = (content: string, more: object = {}) =>
  chunk([{ index: 0, delta: { content }, finish_reason: null }], more);
const finish = (more: object = {}) => chunk([{ index: 0, delta: {}, finish_reason: 'stop' }], more);
const usage = { prompt_tokens: 7, completion_tokens: 3 };
const DONE = 'data: [DONE]\n\n';

function feed(exchange: PassThroughStream, ...pieces: (string | Buffer)[]): { ready: string; tail: string } {
  let ready = '';
  for (const piece of pieces) {
    exchange.push(Buffer.from(piece));
    ready += Buffer.concat(exchange.takeReady()).toString();
  }
  return { ready, tail: exchange.isComplete ? Buffer.concat(exchange.takeTail()).toString() : '' };
}

const WITH_USAGE = [
  delta('Hé', { usage: null }),
  delta('llo', { usage: null }),
  finish({ usage: null }),
  chunk([], { usage }),
  DONE,
];

describe('a chat stream that passes through', () => {
  it('sends deltas at once, and keeps the finish and all after it for the tail', () => {
    const { ready, tail } = feed(stream({ wantsUsage: true }), ...WITH_USAGE);
    expect(ready).toBe(WITH_USAGE[0]! + WITH_USAGE[1]!);
    expect(tail).toBe(WITH_USAGE.slice(2).join(''));
  });

  it('shows no trace of usage reporting to a client that did not ask, and meters it all the same', () => {
    const exchange = stream();
    const { ready, tail } = feed(exchange, ...WITH_USAGE);
    expect(ready + tail).toBe(delta('Hé') + delta('llo') + finish() + DONE);
    expect(exchange.usage?.usage).toMatchObject({ inputTokens: 7, outputTokens: 3 });
  });

  it('takes usage out of the chunk that finishes, where some providers put it', () => {
    const exchange = stream();
    const { tail } = feed(exchange, delta('x'), finish({ usage }), DONE);
    expect(tail).toBe(finish() + DONE);
    expect(exchange.usage?.usage.inputTokens).toBe(7);
  });

  it('gives the same bytes and the same usage wherever the upstream cuts its stream', () => {
    const bytes = Buffer.from(WITH_USAGE.join(''));
    const expected = feed(stream(), bytes);
    for (let at = 1; at < bytes.length; at += 1) {
      const exchange = stream();
      expect(feed(exchange, bytes.subarray(0, at), bytes.subarray(at))).toEqual(expected);
      expect(exchange.usage?.usage.outputTokens).toBe(3);
    }
  });

  it('waits for every choice to finish before it holds anything back', () => {
    const end = (index: number) => chunk([{ index, delta: {}, finish_reason: 'stop' }]);
    const { ready, tail } = feed(stream({ choices: 2 }), end(0), delta('b'), end(1), DONE);
    expect(ready).toBe(end(0) + delta('b'));
    expect(tail).toBe(end(1) + DONE);
  });

  it('has exactly one terminator, whether the upstream sends none or two', () => {
    expect(feed(stream(), delta('x'), finish()).tail).toBe(finish() + DONE);
    expect(feed(stream(), delta('x'), finish(), DONE, DONE, delta('y')).tail).toBe(finish() + DONE);
  });

  it('is not complete when it is cut before its finish', () => {
    const exchange = stream();
    feed(exchange, delta('x'), 'data: {"half');
    exchange.end();
    expect(exchange.isComplete).toBe(false);
  });

  it('takes a last event that no blank line ended', () => {
    const exchange = stream();
    feed(exchange, delta('x'), finish(), chunk([], { usage }).trimEnd());
    exchange.end();
    expect(exchange.usage?.usage.inputTokens).toBe(7);
    expect(Buffer.concat(exchange.takeTail()).toString()).toBe(finish() + DONE);
  });

  it('is no answer where the upstream only says that it is done', () => {
    const exchange = stream();
    feed(exchange, DONE);
    expect([exchange.isTerminated, exchange.isComplete]).toEqual([true, false]);
  });

  it('hides empty usage however it is written, and leaves the rest as it came', () => {
    const spaced = 'data: {"usage": null, "choices": [{"index": 0, "delta": {"content": "x"}}]}\n\n';
    expect(feed(stream(), spaced).ready).toBe('data: { "choices": [{"index": 0, "delta": {"content": "x"}}]}\n\n');
    const quoted = delta('say ,"usage":null');
    expect(feed(stream(), quoted).ready).toBe(quoted);
  });

  it('lets news pass once it has begun', () => {
    const news = 'data: {"type":"provider.note"}\n\n';
    expect(feed(stream(), delta('x'), news).ready).toBe(delta('x') + news);
  });

  it('tells an error event from an answer, before and after the first delta', () => {
    const error = 'data: {"error":{"message":"overloaded","type":"server_error"}}\n\n';
    const early = stream();
    feed(early, error);
    expect([early.hasBegun, early.failure?.kind]).toEqual([false, 'server']);
    const late = stream();
    expect(feed(late, delta('x'), error, DONE).ready).toBe(delta('x'));
    expect([late.isComplete, late.failure?.kind]).toEqual([false, 'server']);
  });

  it('refuses what is no chat completion', () => {
    for (const garbage of ['data: <html>\n\n', 'data: 5\n\n', 'data: {"hello":1}\n\n']) {
      expect(() => feed(stream(), garbage)).toThrow('response_parse_failed');
    }
  });

  it('is cut where it goes on far beyond its limit', () => {
    const exchange = stream();
    expect(() => feed(exchange, delta('x'.repeat(60_000)), delta('x'.repeat(60_000)))).toThrow('too_large');
  });

  it('has not finished with an empty reason, nor by the same choice twice', () => {
    const end = (index: number, reason: string) => chunk([{ index, delta: {}, finish_reason: reason }]);
    const empty = stream();
    feed(empty, delta('x'), end(0, ''));
    expect(empty.isComplete).toBe(false);
    const twice = stream({ choices: 2 });
    feed(twice, end(0, 'stop'), end(0, 'stop'));
    expect(twice.isComplete).toBe(false);
  });

  it('does not grow without bound after its finish', () => {
    const exchange = stream();
    feed(exchange, finish());
    expect(() => {
      for (let i = 0; i < 100; i += 1) feed(exchange, chunk([], { padding: 'x'.repeat(60_000) }));
    }).toThrow('response_parse_failed');
  });
});
