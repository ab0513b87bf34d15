import { deliver } from '../deliver.js';
import type { Answer, Exchange } from '../exchange.js';
import { errorAnswer, substituteAnswer } from '../substitute-answer.js';
import { NEW_VERSION } from './blocks.js';
import { composeMessage } from './compose-message.js';
import { ANTHROPIC_ERROR_FORM } from './errors.js';
import { renderEvents } from './render-events.js';
import { renderMessage } from './render-message.js';
import { validateRequest } from './validate-request.js';

const ID_PREFIX = `msg_01Fake${process.pid.toString(36)}${Date.now().toString(36)}`;
let lastId = 0;

/** `POST /v1/messages`. */
export function handleMessages(exchange: Exchange): Promise<void> {
  const refusal = validateRequest(exchange.body, exchange.request.headers['anthropic-version'] === NEW_VERSION);
  if (refusal) return deliver(exchange, errorAnswer(refusal, ANTHROPIC_ERROR_FORM));
  return deliver(exchange, substituteAnswer(exchange.behaviour, ANTHROPIC_ERROR_FORM) ?? answer(exchange));
}

function answer({ body, behaviour, entry }: Exchange): Answer {
  const id = ID_PREFIX + (++lastId).toString(36).padStart(8, '0');
  entry.answerId = id;
  const message = composeMessage({ id, model: String(body['model']) }, body, behaviour);
  return body['stream'] === true ? renderEvents(message, behaviour) : renderMessage(message, behaviour);
}
