import { DomainError } from '@tokenbay/errors';
import type { CanonicalAnswer, Citation, OutputPart, Seal, Stop, TokenLogprob } from '@tokenbay/protocol';
import type { JsonObject, UpstreamFailure } from '../provider.js';
import { readResponseError } from './errors.js';
import { readUsage } from './usage.js';
import {
  type AnnotationWire,
  type ContentWire,
  type ItemWire,
  listOf,
  type LogprobWire,
  type ResponseWire,
  stringOf,
} from './wire.js';

/** Between the sections of a summary. */
export const SUMMARY_BREAK = '\n\n';

/** Reads a whole response, or the failure that it is. Throws `response_parse_failed` where it is neither. */
export function readAnswer(body: JsonObject): CanonicalAnswer | UpstreamFailure {
  const wire: ResponseWire = body;
  if (wire.error || wire.status === 'failed') return readResponseError(wire.error ?? {});
  if (!Array.isArray(wire.output)) throw new DomainError('response_parse_failed', 'not a response');
  const content = listOf(wire.output).flatMap(readItem);
  const usage = readUsage(wire.usage);
  return {
    id: stringOf(wire.id),
    choices: [{ content, stop: readStop(wire, content) }],
    ...(usage && { usage }),
  };
}

/** Why a response ended, by its status and by what it holds. */
export function readStop(wire: ResponseWire, content: readonly Pick<OutputPart, 'type'>[]): Stop {
  if (wire.status === 'incomplete') {
    const reason = wire.incomplete_details?.reason;
    if (reason === 'content_filter') return { reason: 'content_filter' };
    return { reason: reason === 'max_output_tokens' ? 'max_tokens' : 'other' };
  }
  if (content.some(({ type }) => type === 'tool_call')) return { reason: 'tool_call' };
  return { reason: content.some(({ type }) => type === 'refusal') ? 'refusal' : 'end' };
}

/** The head of a call of a client's tool; undefined for any other item. */
export function readCallHead({ type, id, call_id: callId, name }: ItemWire): CallHead | undefined {
  if (type !== 'function_call' && type !== 'custom_tool_call') return undefined;
  return {
    type: 'tool_call',
    kind: type === 'custom_tool_call' ? 'custom' : 'function',
    id: stringOf(callId) || stringOf(id),
    name: stringOf(name),
    ...(stringOf(id) !== '' && { itemId: stringOf(id) }),
  };
}

type CallHead = Omit<Extract<OutputPart, { type: 'tool_call' }>, 'input'>;

/** The input of a call, as it was written. */
export function readCallInput({ arguments: input, input: freeInput }: ItemWire): string {
  return stringOf(input) || stringOf(freeInput);
}

/** The words of a reasoning item: its own where the model shows them, else their summary. */
export function readReasoningText({ content, summary }: ItemWire): string {
  const own = listOf(content).map(({ text }) => stringOf(text));
  if (own.some((text) => text !== '')) return own.join(SUMMARY_BREAK);
  return listOf(summary)
    .map(({ text }) => stringOf(text))
    .join(SUMMARY_BREAK);
}

/** The seal of a reasoning item; undefined where it has none. */
export function sealOf({ encrypted_content: value }: ItemWire): Seal | undefined {
  return stringOf(value) === '' ? undefined : { format: 'openai-responses', value: stringOf(value) };
}

/** One piece of what a message says; undefined for a kind that is news. */
export function readContent(part: ContentWire): OutputPart | undefined {
  if (part.type === 'refusal') return { type: 'refusal', text: stringOf(part.refusal) };
  if (part.type !== 'output_text') return undefined;
  const citations = listOf(part.annotations).flatMap((annotation) => readCitation(annotation) ?? []);
  const logprobs = readLogprobs(part.logprobs);
  return {
    ...{ type: 'text', text: stringOf(part.text) },
    ...(citations.length > 0 && { citations }),
    ...(logprobs.length > 0 && { logprobs }),
  };
}

/** A citation of a page; undefined for what refers to a file at the provider. */
export function readCitation({
  type,
  url,
  title,
  start_index: start,
  end_index: end,
}: AnnotationWire): Citation | undefined {
  if (type !== 'url_citation' || stringOf(url) === '') return undefined;
  return {
    ...{ kind: 'url', url: stringOf(url) },
    ...(typeof title === 'string' && { title }),
    ...(typeof start === 'number' && typeof end === 'number' && { range: { start, end } }),
  };
}

/** How likely each token was. */
export function readLogprobs(logprobs: readonly LogprobWire[] | null | undefined): TokenLogprob[] {
  return listOf(logprobs).map((token) => ({
    ...readLogprob(token),
    alternatives: listOf(token.top_logprobs).map(readLogprob),
  }));
}

/** Items of kinds we do not know belong to tools that the provider runs, which a converted call never offers. */
function readItem(item: ItemWire): OutputPart[] {
  const head = readCallHead(item);
  if (head) return [{ ...head, input: readCallInput(item) }];
  if (item.type === 'message') return listOf(item.content).flatMap((part) => readContent(part) ?? []);
  if (item.type !== 'reasoning') return [];
  const seal = sealOf(item);
  const id = stringOf(item.id);
  return [{ type: 'reasoning', text: readReasoningText(item), ...(id !== '' && { id }), ...(seal && { seal }) }];
}

function readLogprob({ token, logprob, bytes }: LogprobWire): Omit<TokenLogprob, 'alternatives'> {
  const shown = { token: stringOf(token), logprob: typeof logprob === 'number' ? logprob : 0 };
  return Array.isArray(bytes) ? { ...shown, bytes } : shown;
}
