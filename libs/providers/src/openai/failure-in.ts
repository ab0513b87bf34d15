import { cleanMessage } from '../clean-message.js';
import { readErrorBody } from '../openai-errors.js';
import type { UpstreamFailure } from '../provider.js';
import { readBaseResponse } from './base-response.js';
import { arrayOf, type ChatCompletionWire, type ChoiceWire } from './wire.js';

/** Reasons that speak of no end: the provider broke off (DeepSeek for want of capacity), and what it wrote is no answer. */
const BROKEN_OFF: ReadonlyMap<unknown, UpstreamFailure> = new Map([
  ...named({ kind: 'server' }, ['error', 'abort', 'network_error']),
  ...named({ kind: 'saturated', reason: 'overloaded' }, ['insufficient_system_resource']),
]);

/**
 * The failure that a completion, or a chunk of one, reports inside a 200; undefined where it reports none. Providers of this format have
 * several places for it: `error`, MiniMax's `base_resp`, Groq's `x_groq.error`, a choice's own error, or its reason to finish.
 */
export function failureIn(wire: ChatCompletionWire): UpstreamFailure | undefined {
  if (wire.error) return readErrorBody(wire.error);
  const stopped = wire.x_groq?.error;
  if (typeof stopped === 'string' && stopped !== '') return { kind: 'server', message: cleanMessage(stopped) };
  for (const choice of arrayOf(wire.choices) ?? []) {
    const failure = choice ? failureOf(choice) : undefined;
    if (failure) return failure;
  }
  return wire.base_resp ? readBaseResponse(wire.base_resp) : undefined;
}

function failureOf({ error, finish_reason: reason }: ChoiceWire): UpstreamFailure | undefined {
  return error ? readErrorBody(error) : BROKEN_OFF.get(reason);
}

function named(failure: UpstreamFailure, reasons: readonly string[]): [string, UpstreamFailure][] {
  return reasons.map((reason) => [reason, failure]);
}
