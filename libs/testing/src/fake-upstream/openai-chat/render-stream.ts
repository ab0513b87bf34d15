import type { Behaviour } from '../behaviours.js';
import { streamAnswer, type Answer, type Piece } from '../exchange.js';
import { errorByCode, renderOpenaiError } from './errors.js';
import type { ReportedUsage } from '../request-log.js';
import type { Composition } from './compose-answer.js';
import { extraContent, toolCallId, withInvalidBytes, type AnswerHead } from './render-completion.js';

/** What the client asked for in `stream_options`; obfuscation is on unless it is switched off. */
export interface StreamOptions {
  include_usage?: boolean;
  include_obfuscation?: boolean;
}

const DONE = 'data: [DONE]\n\n';
const PADDING = 'aZ3kQ9xLm2VbT7';
/** What Azure says first of all. */
const PROMPT_FILTER: Piece = {
  bytes:
    'data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,' +
    '"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}\n\n',
};

/** The events of a streamed completion. */
export function renderStream(
  head: AnswerHead,
  answer: Composition,
  options: StreamOptions,
  behaviour: Behaviour,
): Answer {
  const events = new ChunkWriter(head, answer, options, behaviour);
  const opening = [...(behaviour.has('prompt-filter') ? [PROMPT_FILTER] : []), ...events.opening()];
  if (behaviour.has('endless')) return { ...streamAnswer(opening), repeat: events.content(0, ' bay') };
  const pieces = [...opening, ...events.extra(), ...events.contents(), ...events.finish()];
  const errorAfter = behaviour.number('error-event');
  if (errorAfter !== undefined) return streamAnswer([...pieces.slice(0, errorAfter), errorEvent()]);
  const endAfter = behaviour.number('end-after');
  if (endAfter !== undefined) return streamAnswer(pieces.slice(0, endAfter));
  return streamAnswer([...pieces, ...events.closing()]);
}

/** Writes the chunks of one answer; what they share is rendered once. */
class ChunkWriter {
  private readonly prefix: string;
  private readonly suffix: string;
  private readonly showsUsage: boolean;

  constructor(
    head: AnswerHead,
    private readonly answer: Composition,
    options: StreamOptions,
    private readonly behaviour: Behaviour,
  ) {
    const isAsked = options.include_usage === true || behaviour.has('usage-unasked');
    const padding = options.include_obfuscation === false ? '' : `,"obfuscation":"${PADDING}"`;
    this.showsUsage = isAsked && !behaviour.has('no-usage');
    this.suffix = `${isAsked ? ',"usage":null' : ''}${padding}}\n\n`;
    this.prefix =
      `data: {"id":"${head.id}","object":"chat.completion.chunk","created":${head.createdSeconds},` +
      `"model":${JSON.stringify(head.model)},"service_tier":"default","system_fingerprint":"fp_fake000001","choices":`;
  }

  /** The role of every choice; a tool call's name is announced here. */
  opening(): Piece[] {
    return this.eachChoice((index) => {
      const { kind, toolName } = this.answer;
      const call = { index: 0, id: toolCallId(index), type: 'function', function: { name: toolName, arguments: '' } };
      const said = kind === 'tool_calls' ? { content: null, tool_calls: [call] } : { content: '' };
      return this.chunk(index, { role: 'assistant', ...said, refusal: null });
    });
  }

  contents(): Piece[] {
    return this.answer.pieces.flatMap((text, at) => this.eachChoice((index) => this.content(index, text, at)));
  }

  content(index: number, text: string, at = 0): Piece {
    const { kind } = this.answer;
    if (kind === 'text') return this.rendered(index, `{"content":${JSON.stringify(text)}}`, at);
    const call = { tool_calls: [{ index: 0, function: { arguments: text } }] };
    return this.chunk(index, kind === 'tool_calls' ? call : { refusal: text }, at);
  }

  extra(): Piece[] {
    const content = extraContent(this.behaviour);
    if (content === null) return [];
    const piece = this.content(0, content);
    return [{ ...piece, bytes: withInvalidBytes(String(piece.bytes), this.behaviour) }];
  }

  finish(): Piece[] {
    return this.eachChoice((index) => {
      const choice = `[{"index":${index},"delta":{},"logprobs":null,"finish_reason":"${this.answer.finishReason}"}]`;
      const isLast = index === this.answer.choices - 1;
      if (isLast && this.behaviour.has('usage-with-finish') && this.showsUsage)
        return this.withUsage(choice, this.answer.usage);
      return { bytes: `${this.prefix}${choice}${this.suffix}` };
    });
  }

  closing(): Piece[] {
    const { behaviour } = this;
    const done = behaviour.has('no-done') ? [] : behaviour.has('duplicate-done') ? [DONE, DONE] : [DONE];
    const end = done.map((bytes) => ({ bytes }));
    if (!this.showsUsage || behaviour.has('usage-with-finish')) return end;
    const waitMs = behaviour.number('late-usage') ?? 0;
    const usage = { ...this.withUsage('[]', this.answer.usage), waitMs };
    return behaviour.has('usage-after-done') ? [...end, usage] : [usage, ...end];
  }

  private chunk(index: number, delta: object, at = 0): Piece {
    return this.rendered(index, JSON.stringify(delta), at);
  }

  private rendered(index: number, delta: string, at: number): Piece {
    const choice = `[{"index":${index},"delta":${delta},"logprobs":null,"finish_reason":null}]`;
    if (!this.behaviour.has('usage-every-chunk')) return { bytes: this.prefix + choice + this.suffix };
    return this.withUsage(choice, { ...this.answer.usage, completion_tokens: at + 1 });
  }

  private withUsage(choice: string, usage: ReportedUsage): Piece {
    const suffix = this.suffix.replace(',"usage":null', '');
    return { bytes: `${this.prefix}${choice},"usage":${JSON.stringify(usage)}${suffix}`, usage };
  }

  private eachChoice(make: (index: number) => Piece): Piece[] {
    return Array.from({ length: this.answer.choices }, (_, index) => make(index));
  }
}

function errorEvent(): Piece {
  return { bytes: `data: ${renderOpenaiError(errorByCode('server_error'))}\n\n` };
}
