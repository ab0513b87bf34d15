import type { ErrorView } from '@tokenbay/platform';
import {
  type CanonicalEvent,
  type PartDelta,
  type PartOpening,
  type ReasoningPart,
  type Seal,
  type TokenUsage,
  writeSeal,
} from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import type { RenderContext, StreamRenderer } from '../../relay/exchange/renderer.js';
import { toMediaUrl } from '../media-source.js';
import { renderStreamError } from './error.js';
import {
  finishReasonOf,
  headOf,
  renderAnnotation,
  renderLogprobs,
  renderReasoningDetail,
  renderUsage,
} from './render-parts.js';

const TERMINATOR = 'data: [DONE]\n\n';

/** What is known of one choice while it is written. */
interface ChoiceState {
  hasBegun: boolean;
  calls: number;
  hasRefusal: boolean;
  textLength: number;
  reasonings: number;
  open: OpenPart | undefined;
}

interface OpenPart {
  readonly opening: PartOpening;
  text: string;
  seal: Seal | undefined;
  hasInput: boolean;
}

/** Writes one answer as chat completion chunks. */
export class ChatStreamRenderer implements StreamRenderer {
  private readonly head: string;
  private readonly choices = new Map<number, ChoiceState>();
  private usage: TokenUsage | undefined;

  constructor(private readonly context: RenderContext) {
    this.head = JSON.stringify(headOf(context, 'chat.completion.chunk')).slice(0, -1);
  }

  push(event: CanonicalEvent): string {
    switch (event.type) {
      case 'start':
        return '';
      case 'usage':
        this.usage = event.reading.usage;
        return '';
      case 'end':
        return this.usageChunk() + TERMINATOR;
      case 'finish': {
        const { calls, hasRefusal } = this.stateOf(event.choice);
        const reason = finishReasonOf(event.stop, { hasCalls: calls > 0, hasRefusal });
        return this.begin(event.choice) + this.chunk(event.choice, {}, { finish_reason: reason });
      }
      case 'part_start':
        return this.begin(event.choice) + this.openPart(event.choice, event.opening);
      case 'part_delta':
        return this.extendPart(event.choice, event.delta);
      case 'part_end':
        return this.closePart(event.choice);
    }
  }

  fail(error: ErrorView): string {
    return renderStreamError(error);
  }

  /** The first chunk of a choice says who speaks. */
  private begin(choice: number): string {
    const state = this.stateOf(choice);
    if (state.hasBegun) return '';
    state.hasBegun = true;
    return this.chunk(choice, { role: 'assistant', content: '', refusal: null });
  }

  private openPart(choice: number, opening: PartOpening): string {
    const state = this.stateOf(choice);
    state.open = { opening, text: '', seal: undefined, hasInput: false };
    if (opening.type === 'refusal') state.hasRefusal = true;
    if (opening.type === 'image')
      return this.chunk(choice, { images: [{ type: 'image_url', image_url: { url: toMediaUrl(opening.source) } }] });
    if (opening.type !== 'tool_call') return '';
    const { id, kind, name } = opening;
    const called = kind === 'custom' ? { custom: { name, input: '' } } : { function: { name, arguments: '' } };
    state.calls += 1;
    return this.callChunk(choice, { id, type: kind, ...called });
  }

  private extendPart(choice: number, delta: PartDelta): string {
    const state = this.stateOf(choice);
    const { open } = state;
    if (!open) return '';
    switch (delta.kind) {
      case 'text':
        return this.textChunk(choice, { state, open }, delta);
      case 'input':
        open.hasInput = true;
        return this.callChunk(choice, inputOf(open, delta.text));
      case 'citation': {
        const annotation = renderAnnotation(delta.citation, state.textLength);
        return annotation ? this.chunk(choice, { annotations: [annotation] }) : '';
      }
      case 'audio':
        return this.chunk(choice, { audio: { id: `audio_${this.context.requestId}`, data: delta.data } });
      case 'seal':
        open.seal = delta.seal;
        return '';
    }
  }

  private textChunk(
    choice: number,
    { state, open }: { readonly state: ChoiceState; readonly open: OpenPart },
    { text, logprobs }: Extract<PartDelta, { kind: 'text' }>,
  ): string {
    const { type } = open.opening;
    if (type === 'reasoning') {
      open.text += text;
      return this.chunk(choice, { reasoning_content: text });
    }
    if (type === 'refusal') return this.chunk(choice, { refusal: text });
    if (type === 'audio') return this.chunk(choice, { audio: { transcript: text } });
    state.textLength += text.length;
    return this.chunk(choice, { content: text }, logprobs && { logprobs: renderLogprobs(logprobs) });
  }

  private closePart(choice: number): string {
    const state = this.stateOf(choice);
    const { open } = state;
    state.open = undefined;
    if (open?.opening.type === 'reasoning')
      return this.reasoningDetail(choice, state, {
        ...open.opening,
        text: open.text,
        ...(open.seal && { seal: open.seal }),
      });
    if (open?.opening.type !== 'tool_call') return '';
    // Arguments are JSON; a call without any has none written until here.
    const rest = open.opening.kind === 'function' && !open.hasInput ? '{}' : '';
    if (!open.seal) return rest === '' ? '' : this.callChunk(choice, inputOf(open, rest));
    // Beside a piece of the input, and be it empty: clients that put calls together look for one in every chunk.
    const signature = writeSeal(open.seal, 'gemini-generate');
    const sealed = { extra_content: { google: { thought_signature: signature } } };
    return this.callChunk(choice, { ...inputOf(open, rest), ...sealed });
  }

  private reasoningDetail(choice: number, state: ChoiceState, part: ReasoningPart): string {
    const detail = renderReasoningDetail(part, state.reasonings);
    state.reasonings += 1;
    return detail ? this.chunk(choice, { reasoning_details: [detail] }) : '';
  }

  private callChunk(choice: number, call: JsonObject): string {
    return this.chunk(choice, { tool_calls: [{ index: this.stateOf(choice).calls - 1, ...call }] });
  }

  private usageChunk(): string {
    if (!this.context.wantsUsage || !this.usage) return '';
    return `data: ${this.head},"choices":[],"usage":${JSON.stringify(renderUsage(this.usage))}}\n\n`;
  }

  private chunk(index: number, delta: JsonObject, more?: JsonObject): string {
    const choice = { index, delta, logprobs: null, finish_reason: null, ...more };
    const usage = this.context.wantsUsage ? ',"usage":null' : '';
    return `data: ${this.head},"choices":[${JSON.stringify(choice)}]${usage}}\n\n`;
  }

  private stateOf(choice: number): ChoiceState {
    const known = this.choices.get(choice);
    if (known) return known;
    const state: ChoiceState = {
      ...{ hasBegun: false, calls: 0, hasRefusal: false },
      ...{ textLength: 0, reasonings: 0, open: undefined },
    };
    this.choices.set(choice, state);
    return state;
  }
}

function inputOf({ opening }: OpenPart, text: string): JsonObject {
  const isCustom = opening.type === 'tool_call' && opening.kind === 'custom';
  return isCustom ? { custom: { input: text } } : { function: { arguments: text } };
}
