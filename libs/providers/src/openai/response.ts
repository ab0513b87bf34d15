import { DomainError } from '@tokenbay/errors';
import type {
  AnswerChoice,
  CanonicalAnswer,
  Citation,
  ImagePart,
  OutputPart,
  Stop,
  StopReason,
  TokenLogprob,
  ToolCallPart,
} from '@tokenbay/protocol';
import type { JsonObject, UpstreamFailure } from '../provider.js';
import { failureIn } from './failure-in.js';
import { readUsage } from './usage.js';
import {
  type AnnotationWire,
  arrayOf,
  type ChatCompletionWire,
  type ChoiceWire,
  type LogprobWire,
  type MessageWire,
  type ToolCallWire,
} from './wire.js';

const STOPS: Readonly<Record<string, StopReason>> = {
  stop: 'end',
  length: 'max_tokens',
  tool_calls: 'tool_call',
  function_call: 'tool_call',
  content_filter: 'content_filter',
  // Together's, Mistral's, and of Zhipu's platforms the last two.
  ...{ eos: 'end', model_length: 'context_window' },
  ...{ model_context_window_exceeded: 'context_window', sensitive: 'content_filter' },
};
const DATA_URL = /^data:([^;,]{1,128});base64,/i;

/** Reads a whole completion, or the failure that it is. Throws `response_parse_failed` where it is neither. */
export function readAnswer(body: JsonObject): CanonicalAnswer | UpstreamFailure {
  const wire: ChatCompletionWire = body;
  const failure = failureIn(wire);
  if (failure) return failure;
  const choices = arrayOf(wire.choices);
  if (!choices || choices.length === 0) throw new DomainError('response_parse_failed', 'not a chat completion');
  const usage = readUsage(wire.usage);
  return { id: stringOf(wire.id), choices: inOrder(choices).map(readChoice), ...(usage && { usage }) };
}

/** Why a choice ended; a reason that is news ends it all the same. What a model says of itself refusing is its own refusal. */
export function readStop(reason: unknown, hasRefusal: boolean): Stop {
  const known = typeof reason === 'string' && Object.hasOwn(STOPS, reason) ? STOPS[reason] : undefined;
  const isOrdinary = known === 'end' || known === 'content_filter';
  return { reason: hasRefusal && isOrdinary ? 'refusal' : (known ?? 'other') };
}

/** What a message or delta says, apart from its calls: texts of the kinds there are, in the order in which they are shown. */
export function readTexts({ content, refusal, reasoning_content, reasoning }: MessageWire): WrittenText[] {
  const thought = stringOf(reasoning_content) || stringOf(reasoning);
  const written: WrittenText[] = [];
  if (thought !== '') written.push({ type: 'reasoning', text: thought });
  if (Array.isArray(content)) written.push(...(content as (ContentPartWire | null)[]).flatMap(readContentPart));
  else if (stringOf(content) !== '') written.push({ type: 'text', text: stringOf(content) });
  if (stringOf(refusal) !== '') written.push({ type: 'refusal', text: stringOf(refusal) });
  return written;
}

/** One stretch of what was written. */
export interface WrittenText {
  readonly type: 'text' | 'reasoning' | 'refusal';
  readonly text: string;
}

interface ContentPartWire {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly thinking?: readonly ContentPartWire[] | null;
}

/** Mistral answers reasoning and text as parts. */
function readContentPart(part: ContentPartWire | null): WrittenText[] {
  if (part?.type === 'text' && stringOf(part.text) !== '') return [{ type: 'text', text: stringOf(part.text) }];
  if (part?.type !== 'thinking' || !Array.isArray(part.thinking)) return [];
  const text = part.thinking.map((piece: ContentPartWire | null) => stringOf(piece?.text)).join('');
  return text === '' ? [] : [{ type: 'reasoning', text }];
}

/** What a call is, apart from its input. An id that is missing is made up from its place. */
export function readCallHead({ id, type, function: called, custom }: ToolCallWire, place: number): CallHead {
  const kind = type === 'custom' || (custom && !called) ? 'custom' : 'function';
  const name = stringOf(kind === 'custom' ? custom?.name : called?.name);
  return { type: 'tool_call', kind, id: stringOf(id) || `call_${place}`, name };
}

/** The head of a call. */
export type CallHead = Pick<ToolCallPart, 'type' | 'kind' | 'id' | 'name'>;

/** What this piece of a call adds to its input. */
export function readCallInput({ function: called, custom }: ToolCallWire): string {
  return stringOf(called?.arguments) || stringOf(custom?.input);
}

/** Where statements come from. */
export function readCitations({ annotations }: MessageWire): Citation[] {
  return (arrayOf(annotations) ?? []).flatMap(readCitation);
}

/** How likely each token was. */
export function readLogprobs({ logprobs }: ChoiceWire): TokenLogprob[] {
  return (arrayOf(logprobs?.content) ?? []).flatMap((token) => {
    if (!token) return [];
    const alternatives = (arrayOf(token.top_logprobs) ?? []).flatMap((other) => (other ? [readLogprob(other)] : []));
    return [{ ...readLogprob(token), alternatives }];
  });
}

/** Pictures, of providers that answer them. */
export function readImages({ images }: MessageWire): ImagePart[] {
  return (arrayOf(images) ?? []).flatMap((image): ImagePart[] => {
    const url = stringOf(image?.image_url?.url);
    const [prefix, mediaType] = DATA_URL.exec(url) ?? [];
    if (prefix !== undefined && mediaType !== undefined)
      return [{ type: 'image', source: { kind: 'base64', mediaType, data: url.slice(prefix.length) } }];
    return url === '' ? [] : [{ type: 'image', source: { kind: 'url', url } }];
  });
}

/** The value where it is text, else nothing. */
export function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function inOrder(choices: readonly (ChoiceWire | null)[]): ChoiceWire[] {
  const known = choices.filter((choice) => choice !== null);
  return known.sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
}

function readChoice(choice: ChoiceWire): AnswerChoice {
  const message = choice.message ?? {};
  const texts = readTexts(message);
  const content: OutputPart[] = texts.map((written) => ({ ...written }));
  const lastText = content.findLastIndex(({ type }) => type === 'text');
  const citations = readCitations(message);
  const logprobs = readLogprobs(choice);
  if (lastText !== -1) {
    content[lastText] = {
      ...(content[lastText] as Extract<OutputPart, { type: 'text' }>),
      ...(citations.length > 0 && { citations }),
      ...(logprobs.length > 0 && { logprobs }),
    };
  }
  content.push(...readAudio(message), ...readImages(message));
  for (const [place, call] of (arrayOf(message.tool_calls) ?? []).entries()) {
    if (call) content.push({ ...readCallHead(call, place), input: readCallInput(call) });
  }
  const hasRefusal = texts.some(({ type }) => type === 'refusal');
  return { content, stop: readStop(choice.finish_reason, hasRefusal) };
}

function readAudio({ audio }: MessageWire): OutputPart[] {
  if (!audio) return [];
  const source = { kind: 'base64' as const, mediaType: 'audio/wav', data: stringOf(audio.data) };
  return [{ type: 'audio', source, transcript: stringOf(audio.transcript) }];
}

function readCitation(annotation: AnnotationWire | null): Citation[] {
  const cited = annotation?.url_citation;
  const url = stringOf(cited?.url);
  if (!cited || url === '') return [];
  const { title, start_index: start, end_index: end } = cited;
  return [
    {
      ...{ kind: 'url', url },
      ...(typeof title === 'string' && { title }),
      ...(typeof start === 'number' && typeof end === 'number' && { range: { start, end } }),
    },
  ];
}

function readLogprob({ token, logprob, bytes }: LogprobWire): Omit<TokenLogprob, 'alternatives'> {
  const shown = { token: stringOf(token), logprob: typeof logprob === 'number' ? logprob : 0 };
  return Array.isArray(bytes) ? { ...shown, bytes } : shown;
}
