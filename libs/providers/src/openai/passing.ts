import type { AnswerReading, JsonObject } from '../provider.js';
import { failureIn } from './failure-in.js';
import { readTexts } from './response.js';
import { readUsage } from './usage.js';
import { arrayOf, type ChatCompletionWire, type MessageWire } from './wire.js';

/** Reads a whole chat completion that passes through, as far as it is metered; undefined where it is none. A 200 that carries an error is read as the failure it is. */
export function readPassing(answer: JsonObject): AnswerReading | undefined {
  const wire: ChatCompletionWire = answer;
  const failure = failureIn(wire);
  if (failure) return { text: '', usage: undefined, failure };
  const choices = arrayOf(wire.choices);
  if (!choices) return undefined;
  let text = '';
  for (const choice of choices) text += textOf(choice?.message);
  return { text, usage: readUsage(wire.usage), failure: undefined };
}

/** Everything in a message that the model wrote: content, refusal, reasoning and the arguments of tools. */
export function textOf(message: MessageWire | null | undefined): string {
  if (typeof message !== 'object' || message === null) return '';
  let text = '';
  if (typeof message.content === 'string') text = message.content;
  else if (Array.isArray(message.content)) text = textOfParts(message.content);
  if (typeof message.refusal === 'string') text += message.refusal;
  const reasoning = message.reasoning_content ?? message.reasoning;
  if (typeof reasoning === 'string') text += reasoning;
  for (const call of arrayOf(message.tool_calls) ?? []) {
    for (const part of [call?.function?.name, call?.function?.arguments, call?.custom?.name, call?.custom?.input]) {
      if (typeof part === 'string') text += part;
    }
  }
  return text;
}

/** Mistral writes text and reasoning as parts. */
function textOfParts(content: unknown[]): string {
  return readTexts({ content })
    .map(({ text }) => text)
    .join('');
}
