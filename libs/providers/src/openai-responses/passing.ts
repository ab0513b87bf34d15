import type { AnswerReading, JsonObject } from '../provider.js';
import { readResponseError } from './errors.js';
import { countToolCalls } from './tool-calls.js';
import { readUsage } from './usage.js';
import { type ItemWire, listOf, type ResponseWire, stringOf } from './wire.js';

/** Reads a whole response that passes through, as far as it is metered; undefined where it is none. A 200 that carries an error is read as the failure it is. */
export function readPassing(answer: JsonObject): AnswerReading | undefined {
  const wire: ResponseWire = answer;
  if (wire.error || wire.status === 'failed')
    return { text: '', usage: undefined, failure: readResponseError(wire.error ?? {}) };
  if (!Array.isArray(wire.output)) return undefined;
  const items = listOf<ItemWire>(wire.output);
  return {
    ...{ text: items.map(textOf).join(''), usage: readUsage(wire.usage), failure: undefined },
    toolCalls: countToolCalls(items),
  };
}

/** Everything in an item that the model wrote. */
function textOf({ content, summary, name, arguments: input, input: freeInput }: ItemWire): string {
  let text = stringOf(name) + stringOf(input) + stringOf(freeInput);
  for (const part of listOf(content)) text += stringOf(part.text) + stringOf(part.refusal);
  for (const part of listOf(summary)) text += stringOf(part.text);
  return text;
}
