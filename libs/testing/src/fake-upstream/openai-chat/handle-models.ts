import { deliver } from '../deliver.js';
import { jsonAnswer, type Exchange } from '../exchange.js';
import { errorAnswer, substituteAnswer } from '../substitute-answer.js';
import { errorByCode, OPENAI_ERROR_FORM } from './errors.js';

const MODELS = ['demo-chat', 'fake-chat', 'fake-reasoning'].map((id) => ({
  id,
  object: 'model',
  created: 1_767_225_600,
  owned_by: 'fake-upstream',
}));

/** `GET /v1/models` and `GET /v1/models/{model}`. */
export function handleModels(exchange: Exchange): Promise<void> {
  const name = decodeURIComponent(exchange.entry.path.replace(/^\/v1\/models\/?/, '').replace(/\?.*$/, ''));
  const found = name ? MODELS.find(({ id }) => id === name) : { object: 'list', data: MODELS };
  const answer = found
    ? jsonAnswer(200, JSON.stringify(found))
    : errorAnswer(errorByCode('model_not_found'), OPENAI_ERROR_FORM);
  return deliver(exchange, substituteAnswer(exchange.behaviour, OPENAI_ERROR_FORM) ?? answer);
}
