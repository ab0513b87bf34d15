import type { Behaviour } from '../behaviours.js';
import { jsonAnswer, type Answer } from '../exchange.js';
import type { Composition } from './compose-answer.js';

/** What all bodies and events of one answer share. */
export interface AnswerHead {
  id: string;
  createdSeconds: number;
  model: string;
}

const HUGE = 'x';
const INVALID_UTF8 = Buffer.from([0x4f, 0x4c, 0xc3, 0x28, 0xff, 0xfe]);
const PLACEHOLDER = '@@bytes@@';
const MEBIBYTE_OF_BLANKS = Buffer.alloc(1_048_576, ' ');

/** The body of a plain completion. */
export function renderCompletion(head: AnswerHead, answer: Composition, behaviour: Behaviour): Answer {
  if (behaviour.has('endless')) return { ...jsonAnswer(200, '{"id":"'), repeat: { bytes: MEBIBYTE_OF_BLANKS } };
  const hasUsage = !behaviour.has('no-usage');
  const text =
    `{"id":"${head.id}","object":"chat.completion","created":${head.createdSeconds},"model":${JSON.stringify(head.model)},` +
    `"choices":${renderChoices(answer, behaviour)}${hasUsage ? `,"usage":${JSON.stringify(answer.usage)}` : ''},` +
    '"service_tier":"default","system_fingerprint":"fp_fake000001"}';
  return jsonAnswer(200, withInvalidBytes(text, behaviour), hasUsage ? answer.usage : undefined);
}

/** Puts bytes that no UTF-8 decoder accepts where the text asks for them. */
export function withInvalidBytes(text: string, behaviour: Behaviour): string | Buffer {
  if (!behaviour.has('invalid-utf8')) return text;
  const [before = '', after = ''] = text.split(PLACEHOLDER);
  return Buffer.concat([Buffer.from(before), INVALID_UTF8, Buffer.from(after)]);
}

/** Extra content that a behaviour asks for, null if none. */
export function extraContent(behaviour: Behaviour): string | null {
  if (behaviour.has('invalid-utf8')) return PLACEHOLDER;
  const bytes = behaviour.number('huge-line');
  return bytes === undefined ? null : HUGE.repeat(bytes);
}

function renderChoices(answer: Composition, behaviour: Behaviour): string {
  const content = answer.pieces.join('') + (extraContent(behaviour) ?? '');
  const choices = Array.from({ length: answer.choices }, (_, index) => ({
    index,
    message: { role: 'assistant', ...messageOf(answer, content, index), annotations: [] },
    logprobs: null,
    finish_reason: answer.finishReason,
  }));
  return JSON.stringify(choices);
}

function messageOf({ kind, toolName }: Composition, content: string, index: number): object {
  if (kind === 'refusal') return { content: null, refusal: content };
  if (kind === 'text') return { content, refusal: null };
  const call = { id: toolCallId(index), type: 'function', function: { name: toolName, arguments: content } };
  return { content: null, tool_calls: [call], refusal: null };
}

/** The id of the one call a choice makes. */
export function toolCallId(choice: number): string {
  return `call_Fake${String(choice).padStart(20, '0')}`;
}
