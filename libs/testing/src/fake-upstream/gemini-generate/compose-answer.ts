import type { Behaviour } from '../behaviours.js';
import { wantedCalls } from '../hosted-calls.js';
import { FREE_TEXT_ARGUMENTS } from '../openai-chat/compose-answer.js';
import type { ReportedUsage } from '../request-log.js';
import { type Body, checksSignatures, type Content, type Part, SIGNATURE_PREFIX } from './shapes.js';

/** What all pieces of one answer share. */
export interface AnswerHead {
  id: string;
  model: string;
}

/** What the model says, before it is put into a body or a stream; every part is a piece of its own. */
export interface Composition extends AnswerHead {
  parts: Part[];
  /** Left out of a whole answer, where neighbouring texts are one. */
  signature: string | undefined;
  finishReason: string;
  /** What its own search found; undefined where it did not search. */
  grounding: Body | undefined;
  candidates: number;
  hasLogprobs: boolean;
  usage: ReportedUsage;
}

const TEXT =
  'Hello from the fake Gemini. This answer is always the same, so that tests can tell when a byte of it is lost.';
const THOUGHT = 'The user greets me. A greeting is in order.';
const ARGUMENTS = { location: 'Lisbon, Portugal', unit: 'celsius' };
const split = (text: string): string[] => text.match(/\s*\S+/g) ?? [];

/** Decides what to answer to a valid request. Deterministic: the same request gets the same words. */
export function composeAnswer(head: AnswerHead, body: Body, behaviour: Behaviour): Composition {
  const config = (body['generationConfig'] ?? {}) as Body;
  const thinking = config['thinkingConfig'] as { includeThoughts?: boolean; thinkingBudget?: number } | undefined;
  const names = behaviour.get('tool-call')?.split(',') ?? forcedTools(body);
  const words = split(untilStop(textOf(body, config, behaviour), config['stopSequences']));
  const limit = config['maxOutputTokens'];
  const isCut = names.length === 0 && typeof limit === 'number' && limit < words.length && !behaviour.has('usage');
  const texts = isCut ? words.slice(0, limit) : words;
  const isFiltered = behaviour.has('content-filter');
  const thoughts = thinking?.includeThoughts ? split(THOUGHT).map((text) => ({ text, thought: true })) : [];
  const said =
    names.length > 0
      ? names.map((name, index) => callOf(head, { name, args: argumentsOf(body, name) }, index))
      : texts.map((text) => ({ text }));
  const signature = checksSignatures(head.model)
    ? `${SIGNATURE_PREFIX}${String(head.model.length).padStart(3, '0')}`
    : undefined;
  return {
    ...head,
    parts: isFiltered ? [] : [...thoughts, ...said],
    signature: names.length > 0 ? undefined : signature,
    grounding: groundingOf(body, behaviour),
    finishReason: isFiltered ? 'SAFETY' : isCut ? 'MAX_TOKENS' : 'STOP',
    candidates: typeof config['candidateCount'] === 'number' ? config['candidateCount'] : 1,
    hasLogprobs: config['responseLogprobs'] === true && names.length === 0,
    usage: usageOf(behaviour, body, said.length, thoughts.length),
  };
}

/** One query for each search, and what was found. */
function groundingOf({ tools }: Body, behaviour: Behaviour): Body | undefined {
  const queries = wantedCalls(behaviour).map((_, index) => `bay ${index}`);
  const isOffered = ((tools ?? []) as Body[]).some(({ googleSearch }) => googleSearch !== undefined);
  if (queries.length === 0 || !isOffered) return undefined;
  return {
    webSearchQueries: queries,
    groundingChunks: [{ web: { uri: 'https://a.example/bay', title: 'a.example' } }],
  };
}

/** Only the first of several calls is signed. */
function callOf({ id, model }: AnswerHead, called: { name: string; args: Body }, index: number): Part {
  const signature = checksSignatures(model) && index === 0 ? { thoughtSignature: `${SIGNATURE_PREFIX}Cal` } : {};
  return { functionCall: { id: `${id.slice(-8)}${index}`, ...called }, ...signature };
}

/** A tool that takes one free text is called with one. */
function argumentsOf({ tools }: Body, name: string): Body {
  const declared = ((tools ?? []) as { functionDeclarations?: Body[] }[]).flatMap(
    (tool) => tool.functionDeclarations ?? [],
  );
  const { parametersJsonSchema, parameters } = declared.find((tool) => tool['name'] === name) ?? {};
  const { required } = (parametersJsonSchema ?? parameters ?? {}) as { required?: string[] };
  return required?.join() === 'input' ? (JSON.parse(FREE_TEXT_ARGUMENTS.join('')) as Body) : ARGUMENTS;
}

function textOf(body: Body, config: Body, behaviour: Behaviour): string {
  if (behaviour.has('echo')) return lastText(body['contents'] as Content[]);
  const words = behaviour.number('words');
  if (words !== undefined) return Array.from({ length: words }, (_, index) => `word${index}`).join(' ');
  return config['responseMimeType'] === 'application/json' ? '{"answer": "Hello"}' : TEXT;
}

function untilStop(text: string, stops: unknown): string {
  const ends = ((stops ?? []) as string[]).map((stop) => text.indexOf(stop)).filter((at) => at !== -1);
  return ends.length === 0 ? text : text.slice(0, Math.min(...ends));
}

/** The first that is allowed where one must be called; otherwise the model answers with text. */
function forcedTools(body: Body): string[] {
  const config = (body['toolConfig'] as { functionCallingConfig?: Body } | undefined)?.functionCallingConfig;
  if (config?.['mode'] !== 'ANY') return [];
  const [allowed] = (config['allowedFunctionNames'] ?? []) as string[];
  const tools = body['tools'] as { functionDeclarations?: { name: string }[] }[];
  return [allowed ?? tools[0]!.functionDeclarations![0]!.name];
}

/** `usage:prompt:candidates[:cached[:thoughts]]` as asked, sense or nonsense; counted when nothing was asked. Zeros are left out. */
function usageOf(behaviour: Behaviour, body: Body, said: number, thought: number): ReportedUsage {
  const [prompt, candidates, cached, thoughts] = behaviour.get('usage')?.split(':').map(literal) ?? [];
  const counts = {
    promptTokenCount: prompt ?? Math.ceil(JSON.stringify(body['contents']).length / 4),
    cachedContentTokenCount: cached ?? 0,
    candidatesTokenCount: candidates ?? said,
    thoughtsTokenCount: thoughts ?? thought,
  };
  const sum = Number(counts.promptTokenCount) + Number(counts.candidatesTokenCount) + Number(counts.thoughtsTokenCount);
  const shown = Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
  return {
    ...shown,
    totalTokenCount: Number.isNaN(sum) ? null : sum,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: counts.promptTokenCount }],
  };
}

function literal(text: string): number | string {
  const number = Number(text);
  return text === '' || Number.isNaN(number) ? text : number;
}

function lastText(contents: readonly Content[]): string {
  const texts = contents.flatMap(({ role, parts }) => (role === 'model' ? [] : parts)).map((part) => part['text']);
  return texts.findLast((text) => typeof text === 'string') ?? '';
}
