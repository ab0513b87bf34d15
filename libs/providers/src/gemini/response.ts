import { DomainError } from '@tokenbay/errors';
import {
  type AnswerChoice,
  type CanonicalAnswer,
  type Citation,
  type OutputPart,
  type SafetyRating,
  type Seal,
  type Stop,
  type StopReason,
  textOfParts,
  type TokenLogprob,
} from '@tokenbay/protocol';
import type { AnswerReading, JsonObject, UpstreamFailure } from '../provider.js';
import { readBlocked, readErrorBody } from './errors.js';
import { witnessToolCalls } from './tool-calls.js';
import { readUsage } from './usage.js';
import {
  type AnswerWire,
  type BlobWire,
  type CallWire,
  type CandidateWire,
  type CitationWire,
  type LogprobsWire,
  type LogprobWire,
  objectsIn,
  type PartWire,
  type RatingWire,
  textOf,
} from './wire.js';

const STOPS: Readonly<Record<string, StopReason>> = {
  ...{ STOP: 'end', MAX_TOKENS: 'max_tokens', CONTINUATION: 'max_tokens' },
  ...{ SAFETY: 'content_filter', RECITATION: 'content_filter', BLOCKLIST: 'content_filter', SPII: 'content_filter' },
  ...{ PROHIBITED_CONTENT: 'content_filter', IMAGE_SAFETY: 'content_filter', MODEL_ARMOR: 'content_filter' },
  ...{ IMAGE_PROHIBITED_CONTENT: 'content_filter', IMAGE_RECITATION: 'content_filter' },
};

/** Reads a whole answer, or the failure that it is: a blocked prompt too. Throws `response_parse_failed` where it is neither. */
export function readAnswer(body: JsonObject): CanonicalAnswer | UpstreamFailure {
  const wire: AnswerWire = body;
  if (wire.error) return readErrorBody(wire.error);
  const candidates = objectsIn<CandidateWire>(wire.candidates);
  const blocked = candidates.length === 0 ? readBlocked(wire.promptFeedback) : undefined;
  if (blocked) return blocked;
  if (candidates.length === 0) throw new DomainError('response_parse_failed', 'not an answer of generateContent');
  const usage = readUsage(wire.usageMetadata);
  const id = textOf(wire.responseId);
  const choices = inOrder(candidates).map((candidate, index) => readCandidate(candidate, `${id || 'r'}_${index}`));
  return { id, choices, ...(usage && { usage }) };
}

/** Reads an answer that passes through as far as it is metered, a blocked prompt among them; undefined where it is none. */
export function readPassing(body: JsonObject): AnswerReading | undefined {
  const wire: AnswerWire = body;
  if (wire.error) return { text: '', usage: undefined, failure: readErrorBody(wire.error) };
  const candidates = objectsIn<CandidateWire>(wire.candidates);
  if (candidates.length === 0 && !readBlocked(wire.promptFeedback)) return undefined;
  const text = candidates.map((candidate) => textOfParts(readCandidate(candidate, '').content)).join('');
  const toolCalls = witnessToolCalls(candidates);
  return { text, usage: readUsage(wire.usageMetadata), failure: undefined, toolCalls };
}

/** True where a candidate has ended. */
export function hasFinished({ finishReason }: CandidateWire): boolean {
  return textOf(finishReason) !== '' && finishReason !== 'FINISH_REASON_UNSPECIFIED';
}

/** Why a candidate ended; a reason that is news ends it all the same. Calls of functions end with an ordinary `STOP`. */
export function readStop({ finishReason, safetyRatings }: CandidateWire, hasCalls: boolean): Stop {
  const word = textOf(finishReason);
  const known = Object.hasOwn(STOPS, word) ? STOPS[word] : undefined;
  const ratings = objectsIn<RatingWire>(safetyRatings).map(readRating);
  return {
    reason: hasCalls && known === 'end' ? 'tool_call' : (known ?? 'other'),
    ...(ratings.length > 0 && { safetyRatings: ratings }),
  };
}

/** The parts of a candidate that are of any use to another dialect. */
export function partsOf({ content }: CandidateWire): PartWire[] {
  return objectsIn<PartWire>(content?.parts);
}

/** The seal of a part; undefined where it has none. */
export function sealOf({ thoughtSignature }: PartWire): Seal | undefined {
  const value = textOf(thoughtSignature);
  return value === '' ? undefined : { format: 'gemini-generate', value };
}

/** A call of a function. An id that is missing is made up from its place in the answer. */
export function readCall({ id, name, args }: CallWire, place: string): CallRead {
  const hasArgs = typeof args === 'object' && args !== null && Object.keys(args).length > 0;
  const head = { type: 'tool_call' as const, kind: 'function' as const, id: textOf(id) || `call_${place}` };
  return { ...head, name: textOf(name), input: hasArgs ? JSON.stringify(args) : '' };
}

type CallRead = Pick<Extract<OutputPart, { type: 'tool_call' }>, 'type' | 'kind' | 'id' | 'name' | 'input'>;

/** A picture or sound in an answer; undefined for anything else. */
export function readBlob({ mimeType, data }: BlobWire): Extract<OutputPart, { type: 'image' | 'audio' }> | undefined {
  const mediaType = textOf(mimeType);
  const type = mediaType.startsWith('image/') ? 'image' : mediaType.startsWith('audio/') ? 'audio' : undefined;
  return type && { type, source: { kind: 'base64', mediaType, data: textOf(data) } };
}

/** How likely each token was. */
export function readLogprobs(wire: LogprobsWire | null | undefined): TokenLogprob[] {
  const tops = objectsIn<{ candidates?: unknown }>(wire?.topCandidates);
  return objectsIn<LogprobWire>(wire?.chosenCandidates).map((chosen, at) => ({
    ...readLogprob(chosen),
    alternatives: objectsIn<LogprobWire>(tops[at]?.candidates).map(readLogprob),
  }));
}

/** What the answer was found to repeat. */
export function readCitations({ citationMetadata }: CandidateWire): Citation[] {
  return objectsIn<CitationWire>(citationMetadata?.citationSources).flatMap(({ uri, title }) => {
    const url = textOf(uri);
    return url === '' ? [] : [{ kind: 'url', url, ...(typeof title === 'string' && { title }) }];
  });
}

function inOrder(candidates: CandidateWire[]): CandidateWire[] {
  return candidates.sort((a, b) => indexOf(a) - indexOf(b));
}

/** Zero is left out on the wire. */
export function indexOf({ index }: CandidateWire): number {
  return typeof index === 'number' ? index : 0;
}

function readCandidate(candidate: CandidateWire, place: string): AnswerChoice {
  const content: OutputPart[] = [];
  for (const part of partsOf(candidate)) append(content, part, place);
  const lastText = content.findLastIndex(({ type }) => type === 'text');
  const citations = readCitations(candidate);
  const logprobs = readLogprobs(candidate.logprobsResult);
  if (lastText !== -1)
    content[lastText] = {
      ...(content[lastText] as Extract<OutputPart, { type: 'text' }>),
      ...(citations.length > 0 && { citations }),
      ...(logprobs.length > 0 && { logprobs }),
    };
  return {
    content,
    stop: readStop(
      candidate,
      content.some(({ type }) => type === 'tool_call'),
    ),
  };
}

/** Neighbouring texts of one kind are one, as they are in a stream, up to the seal that ends it. */
function append(content: OutputPart[], part: PartWire, place: string): void {
  const seal = sealOf(part);
  const sealed = seal && { seal };
  if (part.functionCall) {
    const calls = content.filter(({ type }) => type === 'tool_call').length;
    content.push({ ...readCall(part.functionCall, `${place}_${calls}`), ...sealed });
    return;
  }
  if (part.inlineData) {
    const blob = readBlob(part.inlineData);
    if (blob) content.push(blob.type === 'image' ? { ...blob, ...sealed } : blob);
    return;
  }
  const text = textOf(part.text);
  if (text === '' && !seal) return;
  const type = part.thought === true ? 'reasoning' : 'text';
  const last = content.at(-1);
  if (last?.type === type && !last.seal) content[content.length - 1] = { ...last, text: last.text + text, ...sealed };
  else content.push({ type, text, ...sealed });
}

function readLogprob({ token, logProbability }: LogprobWire): Pick<TokenLogprob, 'token' | 'logprob'> {
  return { token: textOf(token), logprob: typeof logProbability === 'number' ? logProbability : 0 };
}

function readRating({ category, probability, blocked }: RatingWire): SafetyRating {
  return { category: textOf(category), probability: textOf(probability), isBlocked: blocked === true };
}
