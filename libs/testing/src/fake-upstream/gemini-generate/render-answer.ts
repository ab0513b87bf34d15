import type { Behaviour } from '../behaviours.js';
import { type Answer, jsonAnswer, type Piece, streamAnswer } from '../exchange.js';
import type { ReportedUsage } from '../request-log.js';
import type { Composition } from './compose-answer.js';
import { GOOGLE_ERROR_FORM } from './errors.js';
import type { Part } from './shapes.js';

/** The body of a whole answer. */
export function renderWhole(answer: Composition, behaviour: Behaviour): Answer {
  const usage = behaviour.has('no-usage') ? undefined : answer.usage;
  const parts = joinTexts(answer);
  const content = { ...(parts.length > 0 && { parts }), role: 'model' };
  const logprobs = answer.hasLogprobs ? { logprobsResult: logprobsOf(answer.parts) } : {};
  const more = { finishReason: answer.finishReason, ...logprobs, ...groundingOf(answer) };
  return jsonAnswer(200, bodyOf(answer, eachCandidate(answer, { content, ...more }), usage), usage);
}

/** The answer to a prompt that is not let through. */
export function renderBlocked(answer: Composition, isStream: boolean): Answer {
  const { promptTokenCount } = answer.usage as { promptTokenCount: number };
  const usageMetadata = { promptTokenCount, totalTokenCount: promptTokenCount };
  const promptFeedback = { blockReason: 'PROHIBITED_CONTENT' };
  const body = JSON.stringify({ promptFeedback, usageMetadata, modelVersion: answer.model, responseId: answer.id });
  return isStream ? streamAnswer([event(body, usageMetadata)]) : jsonAnswer(200, body, usageMetadata);
}

/** The pieces of a streamed answer, as events or as the elements of one array. */
export function renderStream(answer: Composition, behaviour: Behaviour, isArray: boolean): Answer {
  const pieces = piecesOf(answer, behaviour);
  if (isArray) return arrayOf(pieces);
  const events = pieces.map(({ body, usage }) => event(body, usage));
  if (behaviour.has('endless')) return { ...streamAnswer([]), repeat: events[0] ?? event('{}') };
  const errorAfter = behaviour.number('error-event');
  if (errorAfter !== undefined) {
    const failure = GOOGLE_ERROR_FORM.render(GOOGLE_ERROR_FORM.byStatus(503));
    return streamAnswer([...events.slice(0, errorAfter), event(failure)]);
  }
  const endAfter = behaviour.number('end-after');
  return streamAnswer(endAfter === undefined ? events : events.slice(0, endAfter));
}

interface Chunk {
  body: string;
  usage?: ReportedUsage;
}

/** Every piece tells what was consumed up to it; the last also why it ended, and the signature of what was said. */
function piecesOf(answer: Composition, behaviour: Behaviour): Chunk[] {
  const { parts, finishReason, signature } = answer;
  const { promptTokenCount } = answer.usage as { promptTokenCount: unknown };
  const isShown = !behaviour.has('no-usage');
  const begun = isShown ? { promptTokenCount, totalTokenCount: promptTokenCount } : undefined;
  const pieces = parts.map((part): Chunk => {
    const logprobs = answer.hasLogprobs && !part['thought'] ? { logprobsResult: logprobsOf([part]) } : {};
    const candidate = { content: { parts: [part], role: 'model' }, ...logprobs };
    return { body: bodyOf(answer, eachCandidate(answer, candidate), begun) };
  });
  const last = { text: '', ...(signature !== undefined && { thoughtSignature: signature }) };
  const candidate = { content: { parts: [last], role: 'model' }, finishReason, ...groundingOf(answer) };
  const usage = isShown ? answer.usage : undefined;
  return [...pieces, { body: bodyOf(answer, eachCandidate(answer, candidate), usage), ...(usage && { usage }) }];
}

function groundingOf({ grounding }: Composition): object {
  return grounding ? { groundingMetadata: grounding } : {};
}

function arrayOf(pieces: readonly Chunk[]): Answer {
  const text = `[${pieces.map(({ body }) => body).join('\n,\n')}\n]`;
  return jsonAnswer(200, text, pieces.findLast(({ usage }) => usage)?.usage);
}

function bodyOf({ model, id }: Composition, candidates: object[], usageMetadata: ReportedUsage | undefined): string {
  return JSON.stringify({ candidates, ...(usageMetadata && { usageMetadata }), modelVersion: model, responseId: id });
}

/** The first has no number: zeros are left out. */
function eachCandidate({ candidates }: Composition, candidate: object): object[] {
  return Array.from({ length: candidates }, (_, index) => ({ ...candidate, ...(index > 0 && { index }) }));
}

function joinTexts({ parts, signature }: Composition): Part[] {
  const joined: Part[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    const isMore =
      typeof part['text'] === 'string' && typeof last?.['text'] === 'string' && last['thought'] === part['thought'];
    if (isMore) joined[joined.length - 1] = { ...last, text: String(last['text']) + String(part['text']) };
    else joined.push(part);
  }
  const last = joined.at(-1);
  return last && signature !== undefined ? joined.with(-1, { ...last, thoughtSignature: signature }) : joined;
}

function logprobsOf(parts: readonly Part[]): object {
  const chosenCandidates = parts
    .filter((part) => part['thought'] !== true)
    .map((part, index) => ({ token: part['text'], tokenId: index + 1, logProbability: -0.25 }));
  const topCandidates = chosenCandidates.map((chosen) => ({
    candidates: [chosen, { token: ' bay', tokenId: 0, logProbability: -3 }],
  }));
  return { topCandidates, chosenCandidates };
}

function event(body: string, usage?: ReportedUsage): Piece {
  return { bytes: `data: ${body}\r\n\r\n`, ...(usage && { usage }) };
}
