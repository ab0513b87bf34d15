import { deliver } from '../deliver.js';
import type { Answer, Exchange } from '../exchange.js';
import { OPENAI_ERROR_FORM } from '../openai-chat/errors.js';
import { errorAnswer, substituteAnswer } from '../substitute-answer.js';
import { composeResponse } from './compose-response.js';
import { renderEvents } from './render-events.js';
import { renderResponse } from './render-response.js';
import { validateRequest } from './validate-request.js';

const ID_PREFIX = `resp_Fake${process.pid.toString(36)}${Date.now().toString(36)}`;
let lastId = 0;

/** `POST /v1/responses`. */
export function handleResponses(exchange: Exchange): Promise<void> {
  const refusal = validateRequest(exchange.body);
  if (refusal) return deliver(exchange, errorAnswer(refusal, OPENAI_ERROR_FORM));
  return deliver(exchange, substituteAnswer(exchange.behaviour, OPENAI_ERROR_FORM) ?? answer(exchange));
}

function answer({ body, behaviour, entry }: Exchange): Answer {
  const id = ID_PREFIX + (++lastId).toString(36).padStart(8, '0');
  entry.answerId = id;
  const response = composeResponse(id, body, behaviour);
  return body['stream'] === true ? renderEvents(response, behaviour) : renderResponse(response, behaviour);
}
