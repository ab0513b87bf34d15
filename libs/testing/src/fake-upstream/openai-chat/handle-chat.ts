import { deliver } from '../deliver.js';
import type { Answer, Exchange } from '../exchange.js';
import { errorAnswer, substituteAnswer } from '../substitute-answer.js';
import { composeAnswer } from './compose-answer.js';
import { OPENAI_ERROR_FORM } from './errors.js';
import { renderCompletion } from './render-completion.js';
import { renderStream } from './render-stream.js';
import { validateChat } from './validate-chat.js';

const ID_PREFIX = `chatcmpl-Fake${process.pid.toString(36)}${Date.now().toString(36)}`;
let lastId = 0;

/** `POST /v1/chat/completions`. */
export function handleChat(exchange: Exchange): Promise<void> {
  const refusal = validateChat(exchange.body);
  return deliver(
    exchange,
    refusal
      ? errorAnswer(refusal, OPENAI_ERROR_FORM)
      : (substituteAnswer(exchange.behaviour, OPENAI_ERROR_FORM) ?? complete(exchange)),
  );
}

function complete({ body, behaviour, entry }: Exchange): Answer {
  const head = {
    id: ID_PREFIX + (++lastId).toString(36).padStart(8, '0'),
    createdSeconds: Math.floor(Date.now() / 1000),
    model: String(body['model']),
  };
  entry.answerId = head.id;
  const composition = composeAnswer(body, behaviour);
  if (body['stream'] !== true) return renderCompletion(head, composition, behaviour);
  return renderStream(head, composition, body['stream_options'] ?? {}, behaviour);
}
