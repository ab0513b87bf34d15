import type { Behaviour } from '../behaviours.js';
import type { ReportedUsage } from '../request-log.js';
import { FREE_TEXT_ARGUMENTS } from '../openai-chat/compose-answer.js';
import type { Block, Body } from './blocks.js';
import { composeHosted, countHosted, type HostedBlock } from './hosted-blocks.js';

/** What all bodies and events of one answer share. */
export interface MessageHead {
  id: string;
  model: string;
}

/** What the model says, before it is put into a body or a stream; each piece of a block is a delta of its own. */
export interface ComposedMessage extends MessageHead {
  blocks: ComposedBlock[];
  stopReason: string;
  stopSequence: string | null;
  usage: ReportedUsage;
}

/** One block; `pieces` joined are its text, its thinking or its input. */
export type ComposedBlock =
  | HostedBlock
  | { type: 'text'; pieces: string[] }
  | { type: 'thinking'; pieces: string[]; signature: string }
  | { type: 'tool_use'; pieces: string[]; id: string; name: string };

/** Only thinking with a signature that begins so was made here, and is taken back. */
export const SIGNATURE_PREFIX = 'EqFake';

const TEXT =
  'Hello from the fake Claude. This answer is always the same, so that tests can tell when a byte of it is lost.';
const THOUGHT = 'The user greets me. A greeting is in order.';
const ARGUMENTS = ['{"', 'location', '": "', 'Lisbon', ', Portugal', '", "', 'unit', '": "', 'celsius', '"}'];
const split = (text: string): string[] => text.match(/\s*\S+/g) ?? [];

/** Decides what to answer to a valid request. Deterministic: the same request gets the same words. */
export function composeMessage(head: MessageHead, body: Body, behaviour: Behaviour): ComposedMessage {
  const names = behaviour.get('tool-call')?.split(',') ?? forcedTools(body);
  const text = untilStop(textOf(body, behaviour), body['stop_sequences']);
  const words = split(text.written);
  const isCut = names.length === 0 && Number(body['max_tokens']) < words.length && !behaviour.has('usage');
  const pieces = isCut ? words.slice(0, Number(body['max_tokens'])) : words;
  const calls = names.map((name, index): ComposedBlock => ({
    type: 'tool_use',
    pieces: argumentsOf(body, name),
    id: `toolu_01Fake${index}`,
    name,
  }));
  const hosted = composeHosted(body, behaviour);
  const blocks = [...thinkingOf(body), ...hosted, ...(calls.length > 0 ? calls : [{ type: 'text' as const, pieces }])];
  return {
    ...head,
    blocks,
    stopReason: behaviour.has('refusal')
      ? 'refusal'
      : calls.length > 0
        ? 'tool_use'
        : isCut
          ? 'max_tokens'
          : text.reason,
    stopSequence: isCut || calls.length > 0 ? null : text.sequence,
    usage: usageOf(behaviour, body, blocks),
  };
}

function textOf(body: Body, behaviour: Behaviour): string {
  if (behaviour.has('echo')) return lastText(body['messages'] as { content: string | Block[] }[]);
  const words = behaviour.number('words');
  if (words !== undefined) return Array.from({ length: words }, (_, index) => `word${index}`).join(' ');
  const format = (body['output_config'] as { format?: object } | undefined)?.format;
  return format ? '{"answer": "Hello"}' : TEXT;
}

function untilStop(text: string, stops: unknown): { written: string; reason: string; sequence: string | null } {
  const found = ((stops ?? []) as string[]).filter((stop) => text.includes(stop));
  const [first] = found.sort((a, b) => text.indexOf(a) - text.indexOf(b));
  if (first === undefined) return { written: text, reason: 'end_turn', sequence: null };
  return { written: text.slice(0, text.indexOf(first)), reason: 'stop_sequence', sequence: first };
}

/** A tool that takes one free text is called with one. */
function argumentsOf(body: Body, name: string): string[] {
  const tools = (body['tools'] ?? []) as { name: string; input_schema?: { required?: string[] } }[];
  const required = tools.find((tool) => tool.name === name)?.input_schema?.required;
  return required?.join() === 'input' ? FREE_TEXT_ARGUMENTS : ARGUMENTS;
}

/** A named tool, or the first where one must be called; `auto` answers with text. */
function forcedTools(body: Body): string[] {
  const choice = body['tool_choice'] as { type: string; name?: string } | undefined;
  if (choice?.type === 'tool') return [String(choice.name)];
  return choice?.type === 'any' ? [(body['tools'] as { name: string }[])[0]!.name] : [];
}

function thinkingOf(body: Body): ComposedBlock[] {
  const thinking = body['thinking'] as { type: string; display?: string } | undefined;
  if (thinking === undefined || thinking.type === 'disabled') return [];
  const pieces = thinking.display === 'omitted' ? [] : split(THOUGHT);
  return [{ type: 'thinking', pieces, signature: `${SIGNATURE_PREFIX}${Buffer.from(THOUGHT).toString('base64')}` }];
}

/** `usage:input:output[:cache read[:cache written]]` as asked, sense or nonsense; kinds are disjoint, and counted when nothing was asked. */
function usageOf(behaviour: Behaviour, body: Body, blocks: readonly ComposedBlock[]): ReportedUsage {
  const [input, output, read, written] = behaviour.get('usage')?.split(':').map(literal) ?? [];
  return {
    input_tokens: input ?? Math.ceil(JSON.stringify(body['messages']).length / 4),
    cache_creation_input_tokens: written ?? 0,
    cache_read_input_tokens: read ?? 0,
    cache_creation: { ephemeral_5m_input_tokens: written ?? 0, ephemeral_1h_input_tokens: 0 },
    output_tokens: output ?? blocks.reduce((sum, { pieces }) => sum + pieces.length, 0),
    server_tool_use: countHosted(blocks),
    service_tier: 'standard',
  };
}

function literal(text: string): number | string {
  const number = Number(text);
  return text === '' || Number.isNaN(number) ? text : number;
}

function lastText(messages: readonly { content: string | Block[] }[]): string {
  const content = messages.at(-1)?.content ?? '';
  return typeof content === 'string'
    ? content
    : String(content.findLast(({ type }) => type === 'text')?.['text'] ?? '');
}
