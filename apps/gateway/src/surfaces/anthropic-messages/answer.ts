import { type CanonicalAnswer, NO_USAGE, type OutputPart } from '@tokenbay/protocol';
import { type JsonObject, parseObject } from '@tokenbay/providers';
import type { AnswerRenderer, RenderContext } from '../../relay/exchange/renderer.js';
import { renderStreamError } from './error.js';
import {
  headOf,
  renderCallSeal,
  renderCitation,
  renderStop,
  renderThinking,
  renderToolUse,
  renderUsage,
} from './render-parts.js';
import { MessagesStreamRenderer } from './stream-renderer.js';

/** Writes canonical answers as messages. There is one choice: more are refused before. */
export const MESSAGES_RENDERER: AnswerRenderer = {
  streamType: 'text/event-stream; charset=utf-8',
  renderAnswer: ({ choices, usage }: CanonicalAnswer, context: RenderContext) => {
    const { content, stop } = choices[0] ?? { content: [], stop: { reason: 'other' } };
    return JSON.stringify({
      ...headOf(context),
      content: content.flatMap(renderBlock),
      ...renderStop(
        stop,
        content.some(({ type }) => type === 'tool_call'),
      ),
      usage: renderUsage(usage?.usage ?? NO_USAGE),
    });
  },
  openStream: (context) => new MessagesStreamRenderer(context),
  renderFailure: renderStreamError,
};

/** Empty texts are left out: a history that holds them is refused. Pictures have no form here. */
function renderBlock(part: OutputPart): JsonObject[] {
  switch (part.type) {
    case 'text': {
      const citations = part.citations?.map(renderCitation) ?? null;
      return part.text === '' ? [] : [{ type: 'text', text: part.text, citations }];
    }
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'text', text: part.text, citations: null }];
    case 'reasoning':
      return [renderThinking(part)];
    case 'tool_call':
      return [
        ...renderCallSeal(part.seal),
        renderToolUse(part, part.input === '' ? {} : (parseObject(part.input) ?? { input: part.input })),
      ];
    case 'audio':
      return part.transcript ? [{ type: 'text', text: part.transcript, citations: null }] : [];
    case 'image':
      return [];
  }
}
