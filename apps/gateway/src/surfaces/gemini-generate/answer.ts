import type { AnswerChoice, CanonicalAnswer } from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import type { AnswerRenderer, RenderContext } from '../../relay/exchange/renderer.js';
import { renderArrayStreamError, renderStreamError } from './error.js';
import { footOf, renderCitations, renderLogprobs, renderPart, renderStop, renderUsage } from './render-parts.js';
import { GenerateStreamRenderer, type RendererTerms } from './stream-renderer.js';

/** Writes canonical answers as generateContent's. */
export function createRenderer({ form, showsThoughts }: RendererTerms): AnswerRenderer {
  return {
    streamType: form === 'events' ? 'text/event-stream; charset=utf-8' : 'application/json',
    renderAnswer: ({ choices, usage }: CanonicalAnswer, context: RenderContext) =>
      JSON.stringify({
        candidates: choices.map((choice, index) => renderCandidate(choice, index, showsThoughts)),
        ...(usage && { usageMetadata: renderUsage(usage.usage) }),
        ...footOf(context),
      }),
    openStream: (context) => new GenerateStreamRenderer(context, { form, showsThoughts }),
    renderFailure: (error, progress) => {
      if (form === 'events') return renderStreamError(error);
      return renderArrayStreamError(error, progress?.['hasShown'] === true);
    },
  };
}

function renderCandidate({ content, stop }: AnswerChoice, index: number, showsThoughts: boolean): JsonObject {
  const texts = content.filter((part) => part.type === 'text');
  const logprobs = texts.flatMap((part) => part.logprobs ?? []);
  const parts = content.flatMap((part) => renderPart(part, showsThoughts));
  return {
    content: { ...(parts.length > 0 && { parts }), role: 'model' },
    ...renderStop(stop),
    index,
    ...renderCitations(texts.flatMap((part) => part.citations ?? [])),
    ...(logprobs.length > 0 && renderLogprobs(logprobs)),
  };
}
