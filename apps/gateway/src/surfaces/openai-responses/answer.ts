import type { ErrorView } from '@tokenbay/platform';
import { eventsOf } from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import type { AnswerRenderer, RenderContext } from '../../relay/exchange/renderer.js';
import { renderStreamError } from './error.js';
import { headOf } from './render-parts.js';
import { ResponsesStreamRenderer } from './stream-renderer.js';
import { namespacesIn } from './tools.js';

/** Writes canonical answers as responses to one request, which repeat what it asked for and call its tools by its names. */
export function createRenderer(body: JsonObject): AnswerRenderer {
  const open = (context: RenderContext, write: typeof writeEvent): ResponsesStreamRenderer =>
    new ResponsesStreamRenderer(context, { body, names: namespacesIn(body['tools']), write });
  return {
    streamType: 'text/event-stream; charset=utf-8',
    renderAnswer: (answer, context) => {
      const renderer = open(context, () => '');
      for (const event of eventsOf(answer)) renderer.push(event);
      return JSON.stringify(renderer.response);
    },
    openStream: (context) => open(context, writeEvent),
    renderFailure: (error, progress) => renderFailure(error, progress, body),
  };
}

function writeEvent(type: string, fields: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

/** The end of a stream that passed through: its own response goes on to be told, as far as it came. */
function renderFailure(error: ErrorView, progress: JsonObject | undefined, body: JsonObject): string {
  const { response, sequence_number: next } = progress ?? {};
  if (response) return renderStreamError(error, response as JsonObject, Number(next));
  const context = {
    ...{ requestId: error.requestId, model: String(body['model']), wantsUsage: true },
    createdAtSeconds: Math.floor(Date.now() / 1000),
  };
  return renderStreamError(error, headOf(context, body), 0);
}
