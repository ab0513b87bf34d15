import type { JsonObject, StreamEventReading } from '../provider.js';
import { readErrorBody } from './errors.js';
import { textOf } from './response.js';
import { readUsage } from './usage.js';
import { arrayOf, type ChatCompletionWire } from './wire.js';

const NONE: readonly number[] = Object.freeze([]);
const NOTHING: StreamEventReading = {
  finished: NONE,
  text: '',
  usage: undefined,
  isUsageOnly: false,
  failure: undefined,
};

/** Reads one chunk of a streamed chat completion; undefined where it is none. */
export function readEvent(event: unknown): StreamEventReading | undefined {
  if (typeof event !== 'object' || event === null) return undefined;
  const wire = event as ChatCompletionWire;
  if (wire.error) return { ...NOTHING, failure: readErrorBody(wire.error) };
  const choices = arrayOf(wire.choices);
  if (!choices) return wire.usage ? { ...NOTHING, usage: readUsage(wire.usage), isUsageOnly: true } : undefined;
  let finished: readonly number[] = NONE;
  let text = '';
  for (const choice of choices) {
    if (choice?.finish_reason) finished = [...finished, choice.index ?? 0];
    text += textOf(choice?.delta);
  }
  return {
    finished,
    text,
    usage: wire.usage ? readUsage(wire.usage) : undefined,
    isUsageOnly: choices.length === 0 && Boolean(wire.usage),
    failure: undefined,
  };
}

/** The chunk without its `usage` field. */
export function withoutUsage(event: JsonObject): JsonObject {
  const { usage: _hidden, ...rest } = event;
  return rest;
}
