import { deliver } from '../deliver.js';
import { type Answer, type Exchange, jsonAnswer } from '../exchange.js';
import { errorAnswer, substituteAnswer } from '../substitute-answer.js';
import { composeAnswer } from './compose-answer.js';
import { GOOGLE_ERROR_FORM } from './errors.js';
import { renderBlocked, renderStream, renderWhole } from './render-answer.js';
import { type Body, targetOf } from './shapes.js';
import { validateRequest } from './validate-request.js';

const ID_PREFIX = `FakeR${process.pid.toString(36)}${Date.now().toString(36)}`;
let lastId = 0;

/** `generateContent` and `streamGenerateContent`. */
export function handleGenerate(exchange: Exchange): Promise<void> {
  const refusal = validateRequest(exchange.body, targetOf(exchange.entry.path).model);
  if (refusal) return deliver(exchange, errorAnswer(refusal, GOOGLE_ERROR_FORM));
  return deliver(exchange, substituteAnswer(exchange.behaviour, GOOGLE_ERROR_FORM) ?? answer(exchange));
}

/** `countTokens`: contents by themselves, or a whole request. */
export function handleCount(exchange: Exchange): Promise<void> {
  const { body } = exchange;
  const { model: _model, ...request } = (body['generateContentRequest'] ?? body) as Body;
  const refusal = validateRequest(request, targetOf(exchange.entry.path).model);
  if (refusal) return deliver(exchange, errorAnswer(refusal, GOOGLE_ERROR_FORM));
  const totalTokens = Math.ceil(JSON.stringify(request['contents']).length / 4);
  const counted = { totalTokens, promptTokensDetails: [{ modality: 'TEXT', tokenCount: totalTokens }] };
  return deliver(
    exchange,
    substituteAnswer(exchange.behaviour, GOOGLE_ERROR_FORM) ?? jsonAnswer(200, JSON.stringify(counted)),
  );
}

function answer({ body, behaviour, entry }: Exchange): Answer {
  const { model, verb } = targetOf(entry.path);
  const id = ID_PREFIX + (++lastId).toString(36).padStart(8, '0');
  entry.answerId = id;
  const composed = composeAnswer({ id, model }, body, behaviour);
  const isStream = verb === 'streamGenerateContent';
  if (behaviour.has('blocked-prompt')) return renderBlocked(composed, isStream);
  if (!isStream) return renderWhole(composed, behaviour);
  return renderStream(composed, behaviour, !/[?&]alt=sse(?:&|$)/.test(entry.path));
}
