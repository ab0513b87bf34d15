import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject, StreamReader } from '@tokenbay/providers';
import { WORKSPACE } from '@tokenbay/testing';
import { ConversionStream } from '../src/relay/exchange/conversion-stream.js';
import type { StreamExchange } from '../src/relay/exchange/exchange.js';
import type { AnswerRenderer, RenderContext } from '../src/relay/exchange/renderer.js';

const PROVIDERS = join(WORKSPACE, 'libs', 'providers', 'src');

/** The bytes of a recorded answer: `gemini/fixtures/plain.json`. */
export function readFixture(path: string): Buffer {
  return readFileSync(join(PROVIDERS, path));
}

/** The same, parsed. */
export function readJsonFixture(path: string): JsonObject {
  return JSON.parse(readFixture(path).toString()) as JsonObject;
}

/** A stream of one answer on its way from a provider's format to a dialect's. */
export function openConverted(
  reader: StreamReader,
  renderer: AnswerRenderer,
  context: RenderContext,
): ConversionStream {
  return new ConversionStream({
    ...{ choices: 1, textCharactersMax: 100_000, contentType: renderer.streamType, droppedFields: [] },
    reader,
    renderer: renderer.openStream(context),
  });
}

/** Feeds it to its end; answers what may be sent at once, and what waits for the charge. */
export function feed(
  exchange: StreamExchange,
  ...pieces: readonly (Buffer | string)[]
): { ready: string; tail: string } {
  let ready = '';
  for (const piece of pieces) {
    exchange.push(Buffer.from(piece));
    ready += Buffer.concat(exchange.takeReady()).toString();
  }
  exchange.end();
  ready += Buffer.concat(exchange.takeReady()).toString();
  return { ready, tail: exchange.isComplete ? Buffer.concat(exchange.takeTail()).toString() : '' };
}

/** Events whose name is their data's type, as Messages and Responses have them; throws where one is not. */
export function namedEventsIn<Event extends { readonly type: string }>(stream: string): Event[] {
  return stream
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => {
      const [, name, data] = /^event: (.*)\ndata: (.*)$/.exec(event) ?? [];
      const parsed = JSON.parse(data!) as Event;
      if (parsed.type !== name) throw new Error(`${name} named ${parsed.type}`);
      return parsed;
    });
}

/** What every `data:` line holds that is an object. */
export function dataIn(stream: string): JsonObject[] {
  return stream
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice(6)) as JsonObject);
}
