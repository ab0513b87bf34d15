import type { Behaviour } from '../behaviours.js';
import type { ReportedUsage } from '../request-log.js';

/** What the model says, before it is put into a body or a stream; `pieces` count as one token each. */
export interface Composition {
  kind: 'text' | 'tool_calls' | 'refusal';
  pieces: string[];
  toolName: string;
  choices: number;
  finishReason: 'stop' | 'length' | 'tool_calls' | 'content_filter';
  usage: ReportedUsage;
}

type ChatBody = Record<string, unknown>;

const TEXT =
  'Hello from the fake upstream. This answer is always the same, so that tests can tell when a byte of it is lost.';
const DEMO_TEXT =
  'Hello, and welcome to TokenBay Gateway! This friendly answer comes from the built-in demo model: ' +
  'it was checked, streamed word by word, counted and charged like any other. Connect a real channel whenever you like.';
const REFUSAL = "I'm sorry, I can't assist with that.";
const ARGUMENTS = ['{"', 'location', '":"', 'Lisbon', ', Portugal', '","', 'unit', '":"', 'celsius', '"}'];
/** In pieces that cut its escapes. */
export const FREE_TEXT_ARGUMENTS = [
  '{"inp',
  'ut": "*** Begin Patch\\',
  'n+\\"K\\u00',
  'f6ln\\" \\ud83c',
  '\\udf0d\\n',
  '*** End Patch"}',
];
const WORDS = ['bay', 'tide', 'harbour', 'lantern', 'anchor', 'gull', 'mast', 'pier'];
const split = (text: string): string[] => text.match(/\s*\S+/g) ?? [];
const TEXT_PIECES = split(TEXT);
const DEMO_PIECES = split(DEMO_TEXT);

/** Decides what to answer to a valid request. Deterministic: the same request gets the same words. */
export function composeAnswer(body: ChatBody, behaviour: Behaviour): Composition {
  const toolName = behaviour.get('tool-call') ?? forcedTool(body);
  const kind = toolName !== undefined ? 'tool_calls' : behaviour.has('refusal') ? 'refusal' : 'text';
  const whole =
    kind === 'text'
      ? untilStop(textPieces(body, behaviour), body['stop'])
      : kind === 'refusal'
        ? split(REFUSAL)
        : argumentsOf(body, toolName);
  const tokensMax = body['max_completion_tokens'] ?? body['max_tokens'];
  const isCut = typeof tokensMax === 'number' && tokensMax < whole.length && !behaviour.has('usage');
  const pieces = isCut ? whole.slice(0, tokensMax) : whole;
  const choices = typeof body['n'] === 'number' ? body['n'] : 1;
  return {
    kind,
    pieces,
    toolName: toolName ?? '',
    choices,
    finishReason: finishReason(kind, isCut, behaviour),
    usage: reportedUsage(behaviour.get('usage'), () => countPrompt(body), pieces.length * choices),
  };
}

function textPieces(body: ChatBody, behaviour: Behaviour): string[] {
  if (behaviour.has('echo')) return split(lastUserText(body));
  const words = behaviour.number('words');
  if (words !== undefined) return Array.from({ length: words }, (_, n) => `${n ? ' ' : ''}${WORDS[n % WORDS.length]}`);
  if (isJsonWanted(body)) return ['{"', 'answer', '":"', 'Hello', '"}'];
  return String(body['model']).startsWith('demo-') ? DEMO_PIECES : TEXT_PIECES;
}

/** The text before the first stop sequence that it holds. */
function untilStop(pieces: string[], stop: unknown): string[] {
  const stops = (Array.isArray(stop) ? stop : [stop]).filter((one) => typeof one === 'string');
  const text = pieces.join('');
  const ends = stops.map((one) => text.indexOf(one)).filter((at) => at !== -1);
  return ends.length === 0 ? pieces : split(text.slice(0, Math.min(...ends)));
}

function finishReason(kind: Composition['kind'], isCut: boolean, behaviour: Behaviour): Composition['finishReason'] {
  if (behaviour.has('content-filter')) return 'content_filter';
  if (isCut) return 'length';
  return kind === 'tool_calls' ? 'tool_calls' : 'stop';
}

/** A tool that takes one free text is called with one. */
function argumentsOf(body: ChatBody, name: string | undefined): string[] {
  const tools = (body['tools'] ?? []) as { function?: { name?: string; parameters?: { required?: string[] } } }[];
  const required = tools.find((tool) => tool.function?.name === name)?.function?.parameters?.required;
  return required?.join() === 'input' ? FREE_TEXT_ARGUMENTS : ARGUMENTS;
}

/** A named or required tool is called; `auto` answers with text. */
function forcedTool(body: ChatBody): string | undefined {
  const choice = body['tool_choice'] as { function?: { name?: string } } | string | null | undefined;
  if (typeof choice === 'object' && choice) return choice.function?.name;
  if (choice !== 'required') return undefined;
  return (body['tools'] as { function?: { name?: string } }[])[0]?.function?.name;
}

function isJsonWanted(body: ChatBody): boolean {
  const format = body['response_format'] as { type?: string } | undefined;
  return format?.type === 'json_object' || format?.type === 'json_schema';
}

/** `usage:prompt:completion[:cached[:reasoning]]` as asked, sense or nonsense; counted when nothing was asked. */
function reportedUsage(asked: string | undefined, countPromptTokens: () => number, counted: number): ReportedUsage {
  const [prompt, completion, cached, reasoning] = asked === undefined ? [] : asked.split(':').map(literal);
  const promptTokens = prompt ?? countPromptTokens();
  const completionTokens = completion ?? counted;
  const isSum = typeof promptTokens === 'number' && typeof completionTokens === 'number';
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: isSum ? promptTokens + completionTokens : null,
    prompt_tokens_details: { cached_tokens: cached ?? 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning ?? 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function literal(text: string): number | string {
  const number = Number(text);
  return text === '' || Number.isNaN(number) ? text : number;
}

/** About four characters a token, and a little for every message: near enough for a demo. */
function countPrompt(body: ChatBody): number {
  let tokens = 3;
  for (const { content } of body['messages'] as { content?: unknown }[]) {
    const length = typeof content === 'string' ? content.length : content == null ? 0 : JSON.stringify(content).length;
    tokens += 3 + Math.ceil(length / 4);
  }
  return tokens;
}

function lastUserText(body: ChatBody): string {
  const last = (body['messages'] as { role: string; content: unknown }[]).findLast(({ role }) => role === 'user');
  return typeof last?.content === 'string' ? last.content : JSON.stringify(last?.content ?? '');
}
