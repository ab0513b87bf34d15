import { DomainError } from '@tokenbay/errors';
import { toErrorView } from '@tokenbay/platform';
import { findAdapter, isFailure, type JsonObject } from '@tokenbay/providers';
import { ResponseStream } from 'openai/lib/responses/ResponseStream';
import { feed, namedEventsIn, openConverted, readFixture, readJsonFixture } from '../../../test/recorded-streams.js';
import { createRenderer } from './answer.js';

const context = { requestId: '0192-aa', model: 'public', createdAtSeconds: 5, wantsUsage: true };
const asked = { model: 'public', input: 'Weather?', instructions: 'Be brief.', temperature: 0.2, metadata: { a: 'b' } };
const renderer = createRenderer(asked);
const FINISHED = /response\.(completed|incomplete)/;

interface Event {
  readonly type: string;
  readonly sequence_number: number;
  readonly response?: JsonObject;
}

/** Puts events together as OpenAI's library does, which refuses events out of order. */
function collect(stream: string): Promise<object> {
  const lines = namedEventsIn<Event>(stream).map((event) => `${JSON.stringify(event)}\n`);
  return ResponseStream.fromReadableStream(new Blob(lines).stream()).finalResponse();
}

/** What a client builds from deltas alone, without the whole that the last event repeats. */
async function collectDeltas(stream: string): Promise<Item[]> {
  const deltas = stream.slice(0, stream.search(/event: response\.(completed|incomplete)/));
  return tidy(((await collect(deltas)) as Response).output);
}

interface Item {
  readonly [field: string]: unknown;
}

interface Response extends Item {
  readonly output: Item[];
}

/** Arguments are compared as the JSON they are: a stream has them as the model wrote them, white space included. */
function tidy(output: readonly Item[]): Item[] {
  return output.map((item) =>
    item['type'] === 'function_call' ? { ...item, arguments: JSON.parse(String(item['arguments'])) as object } : item,
  );
}

describe.each([
  {
    ...{
      name: 'Anthropic',
      provider: 'anthropic',
      fixture: 'anthropic/fixtures/thinking-and-tools',
      finish: 'message_stop',
    },
    ...{ callIds: ['toolu_01T1x1fJ34qAmk2tNTrN7Up6', 'toolu_01Second'], written: 50 },
    seal: 'tokenbay.anthropic-messages.EqQBCgIYAhIM1gbcDa9GJwZA2b3h==',
    error: 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
  },
  {
    ...{
      name: 'a chat',
      provider: 'openai-compatible',
      fixture: 'openai/fixtures/reasoning-and-tools',
      finish: '[DONE]',
    },
    ...{ callIds: ['call_abc1', 'call_abc2'], written: 0, seal: undefined },
    error: 'data: {"error":{"message":"overloaded","type":"overloaded_error"}}\n\n',
  },
])(
  'the answer of $name as a Responses client sees it',
  ({ provider, fixture, callIds, written, seal, error, finish }) => {
    const wire = findAdapter(provider)!.wires[0]!.conversion;
    const stream = readFixture(`${fixture}.sse`);
    const answer = wire.readAnswer(readJsonFixture(`${fixture}.json`));
    if (isFailure(answer)) throw new Error('no answer');
    const whole = JSON.parse(renderer.renderAnswer(answer, context)) as Response;

    const open = () => openConverted(wire.openReader(), renderer, context);

    it('is a response with everything the answer held, and with what was asked for', () => {
      const call = (index: number, name: string, input: string) => ({
        ...{ id: `fc_0192aa${index + 2}`, type: 'function_call', status: 'completed' },
        ...{ call_id: callIds[index], name, arguments: input },
      });
      expect(whole).toMatchObject({
        ...{ id: 'resp_0192aa', object: 'response', created_at: 5, status: 'completed', model: 'public', error: null },
        ...{
          instructions: 'Be brief.',
          temperature: 0.2,
          metadata: { a: 'b' },
          store: false,
          incomplete_details: null,
        },
        output: [
          {
            ...{ id: 'rs_0192aa0', type: 'reasoning' },
            summary: [{ type: 'summary_text', text: 'Two cities — two calls.' }],
          },
          {
            ...{ id: 'msg_0192aa1', type: 'message', role: 'assistant', status: 'completed' },
            content: [{ type: 'output_text', text: 'Ich schaue nach: Köln ☔', annotations: [], logprobs: [] }],
          },
          call(0, 'get_weather', '{"city":"Köln"}'),
          call(1, 'get_time', '{}'),
        ],
        usage: {
          ...{ input_tokens: 1_462, input_tokens_details: { cached_tokens: 1_000, cache_write_tokens: written } },
          ...{ output_tokens: 89, output_tokens_details: { reasoning_tokens: 21 }, total_tokens: 1_551 },
        },
      });
      expect(whole.output[0]!['encrypted_content']).toBe(seal);
    });

    it('tells the same as a stream, in order and numbered, whose end and usage wait for the ledger', async () => {
      const exchange = open();
      const { ready, tail } = feed(exchange, stream);
      expect(ready).not.toMatch(FINISHED);
      expect(namedEventsIn<Event>(tail).map(({ type }) => type)).toEqual(['response.completed']);
      const numbers = namedEventsIn<Event>(ready + tail).map(({ sequence_number: number }) => number);
      expect(numbers).toEqual(numbers.map((_, index) => index));
      const told = namedEventsIn<Event>(tail)[0]!.response as Response;
      expect({ ...told, output: tidy(told.output) }).toEqual({ ...whole, output: tidy(whole.output) });
      expect(await collect(ready + tail)).toMatchObject({
        output_text: 'Ich schaue nach: Köln ☔',
        status: 'completed',
      });
      expect(await collectDeltas(ready + tail)).toMatchObject(tidy(whole.output));
      expect(exchange.usage).toEqual(answer.usage);
    });

    it('is the same wherever the upstream cuts its stream', () => {
      const expected = feed(open(), stream);
      for (let at = 1; at < stream.length; at += 1) {
        const exchange = open();
        expect(feed(exchange, stream.subarray(0, at), stream.subarray(at))).toEqual(expected);
        expect(exchange.usage).toEqual(answer.usage);
      }
    });

    it('ends legally or fails legally wherever the stream breaks off', () => {
      const timeout = toErrorView(new DomainError('upstream_timeout'), 'r1');
      for (let at = 1; at < stream.length; at += 1) {
        const exchange = open();
        const { ready, tail } = feed(exchange, stream.subarray(0, at));
        if (exchange.isComplete) {
          expect(tail.split('event: response.completed')).toHaveLength(2);
          continue;
        }
        expect(at).toBeLessThan(stream.length - finish.length);
        const events = namedEventsIn<Event>(ready + exchange.fail(timeout).toString());
        expect(events.slice(-2).map(({ type }) => type)).toEqual(['response.failed', 'error']);
        expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_, index) => index));
      }
    });

    it('is a failure where the upstream says so, before and after it has begun', () => {
      const early = open();
      feed(early, Buffer.from(error));
      expect([early.hasBegun, early.failure?.kind]).toEqual([false, 'saturated']);
      const late = open();
      feed(
        late,
        stream.subarray(0, stream.lastIndexOf('\n\n', stream.indexOf('get_time')) + 2),
        Buffer.from(error),
        stream,
      );
      expect([late.hasBegun, late.isComplete]).toEqual([true, false]);
    });
  },
);
