import type { ErrorView } from '@tokenbay/platform';
import type { CanonicalEvent, PartDelta, PartOpening, Seal, Stop, TokenUsage } from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import type { RenderContext, StreamRenderer } from '../../relay/exchange/renderer.js';
import { carrySeal } from './carried-seal.js';
import { renderStreamError } from './error.js';
import {
  type DraftCall,
  type DraftContent,
  type DraftItem,
  type DraftMessage,
  type DraftReasoning,
  draftCall,
  draftContent,
  type NamesOfTools,
} from './draft-items.js';
import { endOf, headOf, itemIdOf, renderAnnotation, renderLogprobs, renderUsage } from './render-parts.js';

/** The part that is being written. Its item begins with the first thing that it has to show. */
interface OpenPart {
  readonly opening: PartOpening;
  reasoning: DraftReasoning | undefined;
  call: DraftCall | undefined;
  content: DraftContent | undefined;
  seal: Seal | undefined;
}

/** What a request decides of its answer's form. */
export interface ResponsesTerms {
  readonly body: JsonObject;
  readonly names: NamesOfTools;
  /** How an event is written; a whole answer has none. */
  readonly write: (type: string, fields: JsonObject) => string;
}

/** Writes one answer as Responses events, which it numbers, and puts the response together that the last of them holds. */
export class ResponsesStreamRenderer implements StreamRenderer {
  private sequenceNumber = 0;
  private readonly items: DraftItem[] = [];
  private message: DraftMessage | undefined;
  private part: OpenPart | undefined;
  private hasRefusal = false;
  private stop: Stop = { reason: 'other' };
  private usage: TokenUsage | undefined;

  constructor(
    private readonly context: RenderContext,
    private readonly terms: ResponsesTerms,
  ) {}

  push(event: CanonicalEvent): string {
    switch (event.type) {
      case 'start':
        return this.tell('created', { response: this.head }) + this.tell('in_progress', { response: this.head });
      case 'usage':
        this.usage = event.reading.usage;
        return '';
      case 'part_start':
        return this.openPart(event.opening);
      case 'part_delta':
        return this.part ? this.extendPart(this.part, event.delta) : '';
      case 'part_end':
        return this.part ? this.closePart(this.part) : '';
      case 'finish':
        this.stop = event.stop;
        return this.closeMessage();
      case 'end': {
        const { response } = this;
        return this.tell(String(response['status']), { response });
      }
    }
  }

  fail(error: ErrorView): string {
    const output = this.items.map((item) => ('status' in item ? { ...item, status: ended(item.status) } : item));
    return renderStreamError(error, { ...this.head, output }, this.sequenceNumber);
  }

  /** The response as it ended. */
  get response(): JsonObject {
    const end = endOf(this.stop, this.hasRefusal);
    return { ...this.head, ...end, output: this.items, usage: this.usage ? renderUsage(this.usage) : null };
  }

  private get head(): JsonObject {
    return headOf(this.context, this.terms.body);
  }

  private openPart(opening: PartOpening): string {
    this.part = { opening, reasoning: undefined, call: undefined, content: undefined, seal: undefined };
    if (opening.type === 'refusal') this.hasRefusal = true;
    if (opening.type !== 'tool_call') return '';
    const closed = this.closeMessage();
    const id = itemIdOf(opening.kind === 'custom' ? 'ctc' : 'fc', this.context, this.items.length);
    this.part.call = draftCall(opening, id, this.terms.names);
    return closed + this.addItem(this.part.call);
  }

  private extendPart(part: OpenPart, delta: PartDelta): string {
    switch (delta.kind) {
      case 'text':
        if (part.opening.type === 'reasoning') return this.think(part, delta.text);
        return part.opening.type === 'audio' ? '' : this.say(part, delta);
      case 'input':
        return part.call ? this.fill(part.call, delta.text) : '';
      case 'citation':
        return this.cite(part, delta);
      case 'seal':
        part.seal = delta.seal;
        return '';
      case 'audio':
        return '';
    }
  }

  private say(part: OpenPart, { text, logprobs }: Extract<PartDelta, { kind: 'text' }>): string {
    const opened = this.needContent(part);
    const { content } = part;
    if (content?.type === 'refusal') {
      content.refusal += text;
      return opened + this.tell('refusal.delta', { ...this.placeOfContent(), delta: text });
    }
    const rendered = logprobs ? renderLogprobs(logprobs) : [];
    if (content?.type === 'output_text') {
      content.text += text;
      content.logprobs.push(...rendered);
    }
    return opened + this.tell('output_text.delta', { ...this.placeOfContent(), delta: text, logprobs: rendered });
  }

  private cite(part: OpenPart, { citation }: Extract<PartDelta, { kind: 'citation' }>): string {
    const annotation = renderAnnotation(citation, part.content?.type === 'output_text' ? part.content.text.length : 0);
    if (!annotation) return '';
    const opened = this.needContent(part);
    if (part.content?.type !== 'output_text') return opened;
    part.content.annotations.push(annotation);
    const place = { ...this.placeOfContent(), annotation_index: part.content.annotations.length - 1 };
    return opened + this.tell('output_text.annotation.added', { ...place, annotation });
  }

  private think(part: OpenPart, text: string): string {
    let opened = this.needReasoning(part);
    const { reasoning } = part;
    if (!reasoning) return opened;
    const place = { ...this.placeOfItem(), summary_index: 0 };
    let [summary] = reasoning.summary;
    if (!summary) {
      reasoning.summary.push((summary = { type: 'summary_text', text: '' }));
      opened += this.tell('reasoning_summary_part.added', { ...place, part: summary });
    }
    summary.text += text;
    return opened + this.tell('reasoning_summary_text.delta', { ...place, delta: text });
  }

  private fill(call: DraftCall, text: string): string {
    if (call.type === 'custom_tool_call') {
      call.input += text;
      return this.tell('custom_tool_call_input.delta', { ...this.placeOfItem(), delta: text });
    }
    call.arguments += text;
    return this.tell('function_call_arguments.delta', { ...this.placeOfItem(), delta: text });
  }

  private closePart(part: OpenPart): string {
    const { opening, seal, call } = part;
    let closed = '';
    if (opening.type === 'reasoning') {
      const carried = seal && carrySeal(seal, opening.isRedacted ? 'redacted' : 'reasoning');
      if (carried !== undefined) closed += this.needReasoning(part);
      closed += this.closeReasoning(part.reasoning, carried);
    } else if (call) closed += this.closeCall(call);
    else if (part.content) closed += this.closeContent(part.content);
    this.part = undefined;
    if (!seal || (opening.type !== 'tool_call' && opening.type !== 'text')) return closed;
    return closed + this.addNote(carrySeal(seal, opening.type));
  }

  private closeReasoning(reasoning: DraftReasoning | undefined, carried: string | undefined): string {
    if (!reasoning) return '';
    const place = { ...this.placeOfItem(), summary_index: 0 };
    let closed = '';
    for (const part of reasoning.summary) {
      closed += this.tell('reasoning_summary_text.done', { ...place, text: part.text });
      closed += this.tell('reasoning_summary_part.done', { ...place, part });
    }
    if (carried !== undefined) reasoning.encrypted_content = carried;
    return closed + this.finishItem(reasoning);
  }

  private closeCall(call: DraftCall): string {
    const place = this.placeOfItem();
    call.status = 'completed';
    if (call.type === 'custom_tool_call')
      return this.tell('custom_tool_call_input.done', { ...place, input: call.input }) + this.finishItem(call);
    // Arguments are JSON; a call without any has none written until here.
    const empty = call.arguments === '' ? this.fill(call, '{}') : '';
    const { name, arguments: input } = call;
    return (
      empty + this.tell('function_call_arguments.done', { ...place, name, arguments: input }) + this.finishItem(call)
    );
  }

  private closeContent(content: DraftContent): string {
    const place = this.placeOfContent();
    const done =
      content.type === 'refusal'
        ? this.tell('refusal.done', { ...place, refusal: content.refusal })
        : this.tell('output_text.done', { ...place, text: content.text, logprobs: content.logprobs });
    return done + this.tell('content_part.done', { ...place, part: content });
  }

  /** A message lasts until something else begins. */
  private closeMessage(): string {
    const { message } = this;
    if (!message) return '';
    message.status = endOf(this.stop, this.hasRefusal).status;
    const closed = this.finishItem(message);
    this.message = undefined;
    return closed;
  }

  private needContent(part: OpenPart): string {
    if (part.content) return '';
    let opened = '';
    if (!this.message) {
      const id = itemIdOf('msg', this.context, this.items.length);
      this.message = { id, type: 'message', status: 'in_progress', role: 'assistant', content: [] };
      opened = this.addItem(this.message);
    }
    part.content = draftContent(part.opening.type === 'refusal' ? 'refusal' : 'output_text');
    this.message.content.push(part.content);
    return opened + this.tell('content_part.added', { ...this.placeOfContent(), part: part.content });
  }

  private needReasoning(part: OpenPart): string {
    if (part.reasoning) return '';
    const closed = this.closeMessage();
    part.reasoning = { id: itemIdOf('rs', this.context, this.items.length), type: 'reasoning', summary: [] };
    return closed + this.addItem(part.reasoning);
  }

  /** What another provider sealed that is no reasoning, right behind what it sealed. */
  private addNote(carried: string): string {
    const closed = this.closeMessage();
    const id = itemIdOf('rs', this.context, this.items.length);
    const note: DraftReasoning = { id, type: 'reasoning', summary: [], encrypted_content: carried };
    return closed + this.addItem(note) + this.finishItem(note);
  }

  private addItem(item: DraftItem): string {
    this.items.push(item);
    return this.tell('output_item.added', { output_index: this.items.length - 1, item });
  }

  private finishItem(item: DraftItem): string {
    return this.tell('output_item.done', { output_index: this.items.length - 1, item });
  }

  private placeOfItem(): JsonObject {
    return { item_id: this.items.at(-1)?.id, output_index: this.items.length - 1 };
  }

  private placeOfContent(): JsonObject {
    return { ...this.placeOfItem(), content_index: (this.message?.content.length ?? 1) - 1 };
  }

  private tell(type: string, fields: JsonObject): string {
    const written = this.terms.write(`response.${type}`, { sequence_number: this.sequenceNumber, ...fields });
    this.sequenceNumber += 1;
    return written;
  }
}

function ended(status: string): string {
  return status === 'in_progress' ? 'incomplete' : status;
}
