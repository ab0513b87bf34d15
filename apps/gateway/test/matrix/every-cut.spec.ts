import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DomainError } from '@tokenbay/errors';
import { toErrorView } from '@tokenbay/platform';
import type { WireFormat } from '@tokenbay/protocol';
import { findAdapter } from '@tokenbay/providers';
import { WORKSPACE } from '@tokenbay/testing';
import { ConversionStream } from '../../src/relay/exchange/conversion-stream.js';
import { PassThroughStream } from '../../src/relay/exchange/pass-through-stream.js';
import type { AnswerRenderer } from '../../src/relay/exchange/renderer.js';
import { MESSAGES_RENDERER } from '../../src/surfaces/anthropic-messages/answer.js';
import { createRenderer as createGeminiRenderer } from '../../src/surfaces/gemini-generate/answer.js';
import { CHAT_RENDERER } from '../../src/surfaces/openai-chat/answer.js';
import { createRenderer as createResponsesRenderer } from '../../src/surfaces/openai-responses/answer.js';

/** Whose streams differ from OpenAI's: comments, parts for text, usage in places of its own, reasons of their own. */
const PRESETS = [
  ...['deepseek', 'fireworks', 'groq', 'mistral', 'ollama', 'openrouter', 'qwen', 'together', 'vllm', 'xai'],
] as const;

/** Streams as providers send them: the adapter, its format, and where it was recorded. */
const STREAMS: readonly [provider: string, format: WireFormat, fixture: string][] = [
  ['openai', 'openai-chat', 'openai/fixtures/reasoning-and-tools.sse'],
  ['openai', 'openai-responses', 'openai-responses/fixtures/reasoning-and-tools.sse'],
  ['openai', 'openai-responses', 'openai-responses/fixtures/plain.sse'],
  ['openai', 'openai-responses', 'openai-responses/fixtures/incomplete.sse'],
  ['openai', 'openai-responses', 'openai-responses/fixtures/refusal.sse'],
  ['anthropic', 'anthropic-messages', 'anthropic/fixtures/thinking-and-tools.sse'],
  ['gemini', 'gemini-generate', 'gemini/fixtures/thinking-and-tools.sse'],
  ['azure-openai', 'openai-chat', 'azure-openai/fixtures/tools.sse'],
  ...PRESETS.map((name): [string, WireFormat, string] => [
    ...([name, 'openai-chat', `openai/fixtures/${name}/thinking-and-tools.sse`] as const),
  ]),
];

/** A dialect: how it is written, what says that all is well, and how its error begins. */
interface Dialect {
  readonly name: string;
  readonly renderer: () => AnswerRenderer;
  readonly success: RegExp;
  readonly failure: RegExp;
}
const DIALECTS: readonly Dialect[] = [
  {
    name: 'Chat Completions',
    renderer: () => CHAT_RENDERER,
    success: /"finish_reason":"|\[DONE\]/,
    failure: /(?:^|\n\n)data: \{"error":\{[^\n]*\}\}\n\n$/,
  },
  {
    name: 'Responses',
    renderer: () => createResponsesRenderer({ model: 'public', input: 'x' }),
    success: /event: response\.(?:completed|incomplete)/,
    failure: /event: response\.failed\ndata: [^\n]*\n\nevent: error\ndata: \{"type":"error",[^\n]*\}\n\n$/,
  },
  {
    name: 'Messages',
    renderer: () => MESSAGES_RENDERER,
    success: /event: message_(?:delta|stop)/,
    failure: /event: error\ndata: \{"type":"error",[^\n]*\}\n\n$/,
  },
  {
    name: 'Gemini, as events',
    renderer: () => createGeminiRenderer({ form: 'events', showsThoughts: true }),
    success: /"finishReason"/,
    failure: /data: \{"error":\{[^\n]*\}\}\r\n\r\n$/,
  },
  {
    name: 'Gemini, as an array',
    renderer: () => createGeminiRenderer({ form: 'array', showsThoughts: true }),
    success: /"finishReason"/,
    failure: /[,[]\{"error":\{[^\n]*\}\}\]$/,
  },
];

/** Who speaks each format. */
const PASSING: Readonly<Record<WireFormat, () => AnswerRenderer>> = {
  ...{ 'openai-chat': DIALECTS[0]!.renderer, 'openai-responses': DIALECTS[1]!.renderer },
  ...{ 'anthropic-messages': DIALECTS[2]!.renderer, 'gemini-generate': DIALECTS[3]!.renderer },
};

/** So far apart are the places where a stream is taken in two, or cut; a prime, so that they fall everywhere in its lines. */
const STRIDE = 5;
/** Of the presets, whose streams go through the same reader. */
const PRESET_STRIDE = 29;
const CONTEXT = { requestId: '0192-aa', model: 'public', createdAtSeconds: 5, wantsUsage: true };
const ERROR = toErrorView(new DomainError('upstream_failed'), 'id');

function open([provider, format]: (typeof STREAMS)[number], { renderer }: Dialect): ConversionStream {
  const wire = findAdapter(provider)!.wires.find((one) => one.format === format)!;
  const { streamType, ...rest } = renderer();
  return new ConversionStream({
    reader: wire.conversion.openReader(),
    renderer: { streamType, ...rest }.openStream(CONTEXT),
    choices: 1,
    textCharactersMax: 100_000,
    contentType: streamType,
    droppedFields: [],
  });
}

/** The same stream for a client of its own format, who did not ask for usage. */
function openPassing([provider, format]: (typeof STREAMS)[number]): PassThroughStream {
  const wire = findAdapter(provider)!.wires.find((one) => one.format === format)!;
  const renderer = PASSING[format]();
  const scanner = wire.passThrough.openScanner({ choices: 1, wantsUsage: false, streamType: renderer.streamType });
  return new PassThroughStream({ scanner, renderer, textCharactersMax: 100_000, droppedFields: [] });
}

/** What a client gets of these pieces: at once, and after the charge. */
function feed(
  exchange: ConversionStream | PassThroughStream,
  pieces: readonly Buffer[],
): { ready: string; tail: string } {
  let ready = '';
  const take = () => (ready += Buffer.concat(exchange.takeReady()).toString());
  for (const piece of pieces) {
    exchange.push(piece);
    take();
  }
  exchange.end();
  take();
  return { ready, tail: exchange.isComplete ? Buffer.concat(exchange.takeTail()).toString() : '' };
}

describe.each(STREAMS)('a stream of %s in %s (%s)', (...stream) => {
  const bytes = readFileSync(join(WORKSPACE, 'libs/providers/src', stream[2]));
  const stride = (PRESETS as readonly string[]).includes(stream[0]) ? PRESET_STRIDE : STRIDE;
  const places = Array.from({ length: Math.floor((bytes.length - 1) / stride) }, (_, index) => (index + 1) * stride);
  const alone = [...bytes].map((byte) => Buffer.from([byte]));

  describe.each(DIALECTS.map((dialect) => [dialect.name, dialect] as const))('read in %s', (_, dialect) => {
    it('is the same, and costs the same, however its bytes arrive', () => {
      const whole = open(stream, dialect);
      const told = feed(whole, [bytes]);
      expect(whole.isComplete).toBe(true);
      expect(told.ready).not.toMatch(dialect.success);
      expect(told.tail).toMatch(dialect.success);
      const cuts = [alone, ...places.map((place) => [bytes.subarray(0, place), bytes.subarray(place)])];
      for (const pieces of cuts) {
        const exchange = open(stream, dialect);
        expect(feed(exchange, pieces)).toEqual(told);
        expect(exchange.usage).toEqual(whole.usage);
      }
    });

    it('ends in one error, and nothing that looks like success, wherever it breaks off', () => {
      for (const place of places) {
        const exchange = open(stream, dialect);
        const { ready, tail } = feed(exchange, [bytes.subarray(0, place)]);
        if (exchange.isComplete) {
          expect(tail).toMatch(dialect.success);
          continue;
        }
        const broken = ready + exchange.fail(ERROR).toString();
        expect(broken).not.toMatch(dialect.success);
        expect(broken).toMatch(dialect.failure);
      }
    });
  });

  it('passes as the same bytes, and costs the same, however they arrive', () => {
    const whole = openPassing(stream);
    const told = feed(whole, [bytes]);
    expect([whole.isComplete, whole.usage?.isSuspect]).toEqual([true, false]);
    const cuts = [alone, ...places.map((place) => [bytes.subarray(0, place), bytes.subarray(place)])];
    for (const pieces of cuts) {
      const exchange = openPassing(stream);
      const { ready, tail } = feed(exchange, pieces);
      expect(ready + tail).toBe(told.ready + told.tail);
      expect(exchange.usage).toEqual(whole.usage);
    }
  });
});
