import { DomainError } from '@tokenbay/errors';
import { toErrorView } from '@tokenbay/platform';
import { findAdapter, isFailure, type JsonObject } from '@tokenbay/providers';
import { feed, openConverted, readFixture, readJsonFixture } from '../../../test/recorded-streams.js';
import { createRenderer } from './answer.js';
import type { StreamForm } from './stream-renderer.js';

const context = { requestId: 'r1', model: 'public', createdAtSeconds: 5, wantsUsage: true };
const timeout = toErrorView(new DomainError('upstream_timeout', undefined, { message: 'Too late.' }), 'r1');
const FAILURE =
  '{"error":{"code":504,"message":"Too late.","status":"DEADLINE_EXCEEDED","type":"timeout_error","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"upstream_timeout","domain":"gateway"}]}}';
const SEALED = Buffer.from('tokenbay.anthropic-messages.EqQBCgIYAhIM1gbcDa9GJwZA2b3h==').toString('base64');

interface Part {
  readonly text?: string;
  readonly thought?: boolean;
  readonly thoughtSignature?: string;
  readonly functionCall?: JsonObject;
}

interface Piece {
  readonly candidates: readonly {
    readonly content: { readonly parts?: readonly Part[] };
    readonly finishReason?: string;
  }[];
  readonly usageMetadata?: JsonObject;
}

/** What a client gets that puts the pieces together: neighbouring texts of one kind are one. */
function collect(pieces: readonly Piece[]): Part[] {
  const parts: Part[] = [];
  for (const part of pieces.flatMap(({ candidates }) => candidates[0]!.content.parts ?? [])) {
    const last = parts.at(-1);
    const isMore = part.text !== undefined && last?.text !== undefined && part.thought === last.thought;
    if (isMore) parts[parts.length - 1] = { ...last, ...part, text: last.text + part.text };
    else if (part.text !== '' || part.thoughtSignature !== undefined) parts.push(part);
  }
  return parts;
}

const eventsIn = (stream: string): Piece[] =>
  stream
    .split('\r\n\r\n')
    .filter((event) => event !== '')
    .map((event) => JSON.parse(/^data: (.*)$/.exec(event)![1]!) as Piece);

describe.each([
  ['an OpenAI', 'openai', 'reasoning-and-tools', 'call_abc1', 'call_abc2', undefined],
  ['an Anthropic', 'anthropic', 'thinking-and-tools', 'toolu_01T1x1fJ34qAmk2tNTrN7Up6', 'toolu_01Second', SEALED],
])('%s answer as a Gemini client sees it', (_, provider, name, first, second, seal) => {
  const conversion = findAdapter(provider)!.wires[0]!.conversion;
  const stream = readFixture(`${provider}/fixtures/${name}.sse`);
  const answer = conversion.readAnswer(readJsonFixture(`${provider}/fixtures/${name}.json`));
  if (isFailure(answer)) throw new Error('no answer');

  const open = (form: StreamForm = 'events', showsThoughts = true) =>
    openConverted(conversion.openReader(), createRenderer({ form, showsThoughts }), context);

  const render = (showsThoughts: boolean): Piece =>
    JSON.parse(createRenderer({ form: 'events', showsThoughts }).renderAnswer(answer, context)) as Piece;
  const whole = render(true);
  const sealed = seal === undefined ? {} : { thoughtSignature: seal };

  it('holds everything that was answered', () => {
    expect(whole).toEqual({
      candidates: [
        {
          content: {
            role: 'model',
            parts: [
              { text: 'Two cities — two calls.', thought: true, ...sealed },
              { text: 'Ich schaue nach: Köln ☔' },
              { functionCall: { id: first, name: 'get_weather', args: { city: 'Köln' } } },
              { functionCall: { id: second, name: 'get_time', args: {} } },
            ],
          },
          ...{ finishReason: 'STOP', index: 0 },
        },
      ],
      usageMetadata: {
        ...{ promptTokenCount: 1_462, cachedContentTokenCount: 1_000, candidatesTokenCount: 68 },
        ...{ thoughtsTokenCount: 21, totalTokenCount: 1_551 },
        promptTokensDetails: [{ modality: 'TEXT', tokenCount: 1_462 }],
      },
      ...{ modelVersion: 'public', responseId: 'r1' },
    });
  });

  it('tells the same as a stream, whose reason and usage wait for the ledger', () => {
    const exchange = open();
    const { ready, tail } = feed(exchange, stream);
    expect(ready).not.toMatch(/finishReason|usageMetadata/);
    expect(collect(eventsIn(ready))).toEqual(whole.candidates[0]!.content.parts);
    expect(eventsIn(tail)).toEqual([
      {
        ...whole,
        candidates: [{ content: { parts: [{ text: '' }], role: 'model' }, finishReason: 'STOP', index: 0 }],
      },
    ]);
    expect(exchange.usage).toEqual(answer.usage);
  });

  it('tells the same as an array', () => {
    const { ready, tail } = feed(open('array'), stream);
    const events = feed(open(), stream);
    expect(JSON.parse(ready + tail)).toEqual(eventsIn(events.ready + events.tail));
    expect(tail.startsWith(',\r\n{"candidates":[{"content":{"parts":[{"text":""}]')).toBe(true);
  });

  it('shows no thoughts to who did not ask, but their seal', () => {
    const hidden = seal === undefined ? [] : [{ text: '', thought: true, ...sealed }];
    const shown = [...hidden, ...whole.candidates[0]!.content.parts!.slice(1)];
    expect(render(false).candidates[0]!.content.parts).toEqual(shown);
    expect(collect(eventsIn(feed(open('events', false), stream).ready))).toEqual(shown);
  });

  it.each<StreamForm>(['events', 'array'])('is the same wherever the upstream cuts its stream (%s)', (form) => {
    const expected = feed(open(form), stream);
    for (let at = 1; at < stream.length; at += 1) {
      const exchange = open(form);
      expect(feed(exchange, stream.subarray(0, at), stream.subarray(at))).toEqual(expected);
      expect(exchange.usage).toEqual(answer.usage);
    }
  });

  it('ends legally or fails legally wherever the stream breaks off, in either form', () => {
    for (let at = 1; at < stream.length; at += 1) {
      const events = open();
      const sent = feed(events, stream.subarray(0, at));
      const array = open('array');
      const elements = feed(array, stream.subarray(0, at));
      if (events.isComplete) {
        expect(eventsIn(sent.ready + sent.tail).at(-1)).toHaveProperty('candidates.0.finishReason', 'STOP');
        expect(() => JSON.parse(elements.ready + elements.tail) as unknown).not.toThrow();
        continue;
      }
      expect(events.fail(timeout).toString()).toBe(`data: ${FAILURE}\r\n\r\n`);
      expect(JSON.parse(elements.ready + array.fail(timeout).toString())).toEqual([
        ...eventsIn(sent.ready),
        JSON.parse(FAILURE),
      ]);
    }
    const begun = open('array');
    feed(begun, stream.subarray(0, stream.length - 300));
    expect(begun.fail(timeout).toString()).toBe(`,${FAILURE}]`);
  });
});
