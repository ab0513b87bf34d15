import type { Behaviour } from '../behaviours.js';
import type { ReportedUsage } from '../request-log.js';
import { type Body, isObject, isReasoningModel } from './body.js';
import { composeHosted, type HostedItem } from './hosted-items.js';

/** What the model answers, before it is put into a body or a stream. */
export interface ComposedResponse {
  id: string;
  /** What a response repeats of its request. */
  echo: Body;
  items: ComposedItem[];
  incompleteReason: 'max_output_tokens' | 'content_filter' | null;
  usage: ReportedUsage;
}

/** One item; `pieces` joined are its text, its summary or its input. */
export type ComposedItem =
  | HostedItem
  | { type: 'message'; id: string; kind: 'output_text' | 'refusal'; pieces: string[] }
  | { type: 'reasoning'; id: string; pieces: string[]; seal: string | null }
  | { type: 'function_call' | 'custom_tool_call'; id: string; callId: string; name: string; pieces: string[] };

/** Only reasoning whose seal begins so was made here, and is taken back. */
export const SEAL_PREFIX = 'gAAAAABFake';

const TEXT =
  'Hello from the fake Responses. This answer is always the same, so that tests can tell when a byte of it is lost.';
const THOUGHT = 'The user greets me. A greeting is in order.';
const REFUSAL = "I'm sorry, I can't assist with that.";
const ARGUMENTS = ['{"', 'location', '":"', 'Lisbon', ', Portugal', '","', 'unit', '":"', 'celsius', '"}'];
const PATCH = ['*** Begin', ' Patch\n', '+"Köln" 🌍\n', '*** End Patch'];
const REASONING_TOKENS = 64;
const split = (text: string): string[] => text.match(/\s*\S+/g) ?? [];

/** Decides what to answer to a valid request. Deterministic: the same request gets the same words. */
export function composeResponse(id: string, body: Body, behaviour: Behaviour): ComposedResponse {
  const names = behaviour.get('tool-call')?.split(',') ?? forcedTools(body);
  const said = behaviour.has('refusal') ? split(REFUSAL) : textPieces(body, behaviour);
  const limit = body['max_output_tokens'];
  const isCut = names.length === 0 && typeof limit === 'number' && limit < said.length && !behaviour.has('usage');
  const kind = behaviour.has('refusal') ? 'refusal' : 'output_text';
  const pieces = isCut ? said.slice(0, limit) : said;
  const items = [
    ...reasoningOf(id, body),
    ...composeHosted(id, body, behaviour),
    ...(names.length > 0 ? names.map((name, index) => callOf(name, index, body)) : []),
    ...(names.length > 0 ? [] : [{ type: 'message' as const, id: id.replace('resp', 'msg'), kind, pieces } as const]),
  ];
  return {
    ...{ id, echo: body, items },
    incompleteReason: behaviour.has('content-filter') ? 'content_filter' : isCut ? 'max_output_tokens' : null,
    usage: usageOf(behaviour, body, items),
  };
}

function textPieces(body: Body, behaviour: Behaviour): string[] {
  if (behaviour.has('echo')) return split(lastText(body['input']));
  const words = behaviour.number('words');
  if (words !== undefined) return Array.from({ length: words }, (_, n) => `${n ? ' ' : ''}word${n}`);
  const format = (body['text'] as { format?: { type?: string } } | null | undefined)?.format?.type;
  return format === 'json_schema' || format === 'json_object' ? ['{"', 'answer', '":"', 'Hello', '"}'] : split(TEXT);
}

/** A named tool, or the first where one must be called; `auto` answers with text. */
function forcedTools({ tool_choice: choice, tools }: Body): string[] {
  if (isObject(choice) && typeof choice['name'] === 'string') return [choice['name']];
  if (choice !== 'required') return [];
  return [String((tools as Body[])[0]?.['name'])];
}

function callOf(name: string, index: number, { tools }: Body): ComposedItem {
  const tool = ((tools ?? []) as Body[]).find((one) => one['name'] === name);
  const isCustom = tool?.['type'] === 'custom';
  return {
    type: isCustom ? 'custom_tool_call' : 'function_call',
    id: `${isCustom ? 'ctc' : 'fc'}_Fake${index}`,
    callId: `call_Fake${String(index).padStart(20, '0')}`,
    name,
    pieces: isCustom ? PATCH : ARGUMENTS,
  };
}

/** Models that reason answer an item for it, its words where a summary is asked for, its seal where that is included. */
function reasoningOf(id: string, body: Body): ComposedItem[] {
  const asked = (body['reasoning'] ?? {}) as Body;
  if (!isReasoningModel(body['model']) || asked['effort'] === 'none') return [];
  const isSealed = ((body['include'] ?? []) as unknown[]).includes('reasoning.encrypted_content');
  return [
    {
      ...{ type: 'reasoning', id: id.replace('resp', 'rs') },
      pieces: asked['summary'] == null ? [] : split(THOUGHT),
      seal: isSealed ? SEAL_PREFIX + Buffer.from(THOUGHT).toString('base64') : null,
    },
  ];
}

/** `usage:input:output[:cached[:reasoning[:written]]]` as asked, sense or nonsense; counted when nothing was asked. */
function usageOf(behaviour: Behaviour, body: Body, items: readonly ComposedItem[]): ReportedUsage {
  const [input, output, cached, reasoning, written] = behaviour.get('usage')?.split(':').map(literal) ?? [];
  const thought = items.some(({ type }) => type === 'reasoning') ? REASONING_TOKENS : 0;
  const said = items.reduce((sum, { type, pieces }) => sum + (type === 'reasoning' ? 0 : pieces.length), 0);
  const inputTokens = input ?? Math.ceil(JSON.stringify(body['input']).length / 4);
  const outputTokens = output ?? said + thought;
  const isSum = typeof inputTokens === 'number' && typeof outputTokens === 'number';
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: cached ?? 0, cache_write_tokens: written ?? 0 },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: reasoning ?? (output === undefined ? thought : 0) },
    total_tokens: isSum ? inputTokens + outputTokens : null,
  };
}

function literal(text: string): number | string {
  const number = Number(text);
  return text === '' || Number.isNaN(number) ? text : number;
}

function lastText(input: unknown): string {
  if (typeof input === 'string') return input;
  const content = (input as Body[]).at(-1)?.['content'] ?? '';
  return typeof content === 'string' ? content : JSON.stringify(content);
}
