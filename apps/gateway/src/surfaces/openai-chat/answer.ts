import {
  type AnswerChoice,
  type CanonicalAnswer,
  type OutputPart,
  type ToolCallPart,
  writeSeal,
} from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import type { AnswerRenderer, RenderContext } from '../../relay/exchange/renderer.js';
import { toMediaUrl } from '../media-source.js';
import { renderStreamError } from './error.js';
import {
  finishReasonOf,
  headOf,
  renderAnnotation,
  renderLogprobs,
  renderReasoningDetail,
  renderUsage,
} from './render-parts.js';
import { ChatStreamRenderer } from './stream-renderer.js';

/** Writes canonical answers as chat completions. */
export const CHAT_RENDERER: AnswerRenderer = {
  streamType: 'text/event-stream; charset=utf-8',
  renderAnswer: ({ choices, usage }: CanonicalAnswer, context: RenderContext) =>
    JSON.stringify({
      ...headOf(context, 'chat.completion'),
      choices: choices.map(renderChoice),
      ...(usage && { usage: renderUsage(usage.usage) }),
    }),
  openStream: (context) => new ChatStreamRenderer(context),
  renderFailure: renderStreamError,
};

type PartOf<T extends OutputPart['type']> = Extract<OutputPart, { readonly type: T }>;

function partsOf<T extends OutputPart['type']>({ content }: AnswerChoice, type: T): PartOf<T>[] {
  return content.filter((part): part is PartOf<T> => part.type === type);
}

function renderChoice(choice: AnswerChoice, index: number): JsonObject {
  const calls = partsOf(choice, 'tool_call');
  const refusal = partsOf(choice, 'refusal')
    .map(({ text }) => text)
    .join('');
  const logprobs = partsOf(choice, 'text').flatMap((part) => part.logprobs ?? []);
  return {
    index,
    message: renderMessage(choice, refusal),
    logprobs: logprobs.length > 0 ? renderLogprobs(logprobs) : null,
    finish_reason: finishReasonOf(choice.stop, { hasCalls: calls.length > 0, hasRefusal: refusal !== '' }),
  };
}

function renderMessage(choice: AnswerChoice, refusal: string): JsonObject {
  const texts = partsOf(choice, 'text');
  const text = texts.map((part) => part.text).join('');
  const annotations = texts
    .flatMap((part) => part.citations ?? [])
    .flatMap((cited) => renderAnnotation(cited, text.length) ?? []);
  const reasoning = partsOf(choice, 'reasoning');
  const thought = reasoning.map((part) => part.text).join('');
  const details = reasoning.flatMap((part, index) => renderReasoningDetail(part, index) ?? []);
  const calls = partsOf(choice, 'tool_call');
  const images = partsOf(choice, 'image').map(renderImage);
  return {
    role: 'assistant',
    content: text === '' && (calls.length > 0 || refusal !== '') ? null : text,
    refusal: refusal === '' ? null : refusal,
    ...(thought !== '' && { reasoning_content: thought }),
    ...(details.length > 0 && { reasoning_details: details }),
    ...(annotations.length > 0 && { annotations }),
    ...(images.length > 0 && { images }),
    ...(calls.length > 0 && { tool_calls: calls.map(renderToolCall) }),
  };
}

function renderImage({ source }: PartOf<'image'>): JsonObject {
  return { type: 'image_url', image_url: { url: toMediaUrl(source) } };
}

function renderToolCall({ id, kind, name, input, seal }: ToolCallPart): JsonObject {
  const sealed = seal && { extra_content: { google: { thought_signature: writeSeal(seal, 'gemini-generate') } } };
  if (kind === 'custom') return { id, type: 'custom', custom: { name, input }, ...sealed };
  return { id, type: 'function', function: { name, arguments: input === '' ? '{}' : input }, ...sealed };
}
