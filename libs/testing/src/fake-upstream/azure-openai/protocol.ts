import { answerWith } from '../beside-chats/answer-with.js';
import { embed } from '../beside-chats/embed.js';
import { Behaviour } from '../behaviours.js';
import { deliver } from '../deliver.js';
import type { Exchange } from '../exchange.js';
import { OPENAI_ERROR_FORM } from '../openai-chat/errors.js';
import { handleChat } from '../openai-chat/handle-chat.js';
import { MEDIA } from '../media/protocol.js';
import { handleResponses } from '../openai-responses/handle-responses.js';
import type { Protocol, ProviderError } from '../protocol.js';
import { errorAnswer } from '../substitute-answer.js';

const PROMPT_FILTER = Behaviour.parse('prompt-filter');
const DEPLOYMENT = /^\/openai\/deployments\/([^/?]+)\/[^?]+(?:\?api-version=(\d{4}-\d{2}-\d{2}(?:-preview)?))?$/;

/** OpenAI's format as Azure serves it, in both forms of its addresses; every stream begins with the judgement of its prompt. */
export const AZURE: Protocol = {
  routes: [
    {
      method: 'POST',
      path: /^\/openai\/(v1|deployments\/[^/]+)\/chat\/completions(\?|$)/,
      handle: inPlace(answerChat),
    },
    { method: 'POST', path: /^\/openai\/v1\/responses(\?|$)/, handle: handleResponses },
    {
      method: 'POST',
      path: /^\/openai\/(v1|deployments\/[^/]+)\/embeddings(\?|$)/,
      handle: inPlace(answerWith(embed)),
    },
    ...MEDIA.routes.map(({ method, path, handle }) => ({ method, path: belowAzure(path), handle: inPlace(handle) })),
  ],
  errors: OPENAI_ERROR_FORM,
  authenticate({ headers }) {
    if (typeof headers['api-key'] === 'string' && headers['api-key'] !== '') return null;
    return refusal(401, 'Access denied due to invalid subscription key or wrong API endpoint.');
  },
};

/** The path of OpenAI's, in both forms. */
function belowAzure({ source }: RegExp): RegExp {
  return new RegExp(source.replace('^\\/v1', '^\\/openai\\/(v1|deployments\\/[^/]+)'));
}

function answerChat(exchange: Exchange): Promise<void> {
  if (exchange.body['stream'] === true) exchange.behaviour = exchange.behaviour.with(PROMPT_FILTER);
  return handleChat(exchange);
}

/** Refuses what is below deployments without a version, or asks another deployment than its path says. */
function inPlace(handle: (exchange: Exchange) => Promise<void>): (exchange: Exchange) => Promise<void> {
  return (exchange) => {
    const { path } = exchange.entry;
    if (path.startsWith('/openai/v1/')) return handle(exchange);
    const [, deployment = '', version] = DEPLOYMENT.exec(path) ?? [];
    const isFound = version !== undefined && decodeURIComponent(deployment) === exchange.body['model'];
    return isFound ? handle(exchange) : deliver(exchange, errorAnswer(NOT_FOUND, OPENAI_ERROR_FORM));
  };
}

function refusal(status: number, message: string): ProviderError {
  return { status, message, type: 'null', code: String(status) };
}

const NOT_FOUND = refusal(404, 'Resource not found');
