import type { Behaviour } from '../behaviours.js';
import { deliver } from '../deliver.js';
import { type Exchange, jsonAnswer } from '../exchange.js';
import { OPENAI_ERROR_FORM } from '../openai-chat/errors.js';
import type { ProviderError } from '../protocol.js';
import type { ReportedUsage } from '../request-log.js';
import { errorAnswer, substituteAnswer } from '../substitute-answer.js';

/** What is answered to a good request; `usage` is in the body already. */
interface Answered {
  readonly id?: string;
  readonly body: object;
  readonly usage?: ReportedUsage;
}

/** One interface: what it refuses, and what it answers. */
export interface Interface {
  refuse(body: Record<string, unknown>): ProviderError | null;
  answer(body: Record<string, unknown>, behaviour: Behaviour): Answered;
}

/** Serves an interface, unless the behaviour asks for something else. */
export function answerWith(served: Interface): (exchange: Exchange) => Promise<void> {
  return (exchange) => {
    const { body, behaviour, entry } = exchange;
    const refusal = served.refuse(body);
    if (refusal) return deliver(exchange, errorAnswer(refusal, OPENAI_ERROR_FORM));
    const substitute = substituteAnswer(behaviour, OPENAI_ERROR_FORM);
    if (substitute) return deliver(exchange, substitute);
    const answered = served.answer(body, behaviour);
    entry.answerId = answered.id ?? null;
    return deliver(exchange, jsonAnswer(200, JSON.stringify(answered.body), answered.usage));
  };
}

/** A refusal in OpenAI's words. */
export function refusal(message: string, param: string | null = null): ProviderError {
  return { status: 400, message, type: 'invalid_request_error', code: null, param };
}

/** Refuses fields that the interface has not. */
export function refuseUnknown(body: Record<string, unknown>, fields: readonly string[]): ProviderError | null {
  const unknown = Object.keys(body).filter((name) => !fields.includes(name));
  if (unknown.length > 0) return refusal(`Unrecognized request argument supplied: ${unknown.join(', ')}`);
  return typeof body['model'] === 'string' && body['model'] !== ''
    ? null
    : refusal('you must provide a model parameter', 'model');
}

/** The tokens that are reported: `usage:N` as asked, sense or nonsense; else some four characters a token; undefined with `no-usage`. */
export function countInput(texts: readonly string[], behaviour: Behaviour): number | undefined {
  if (behaviour.has('no-usage')) return undefined;
  const asked = behaviour.get('usage')?.split(':')[0];
  return asked === undefined ? texts.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0) : Number(asked);
}
