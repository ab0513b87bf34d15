import type { ErrorView } from '@tokenbay/platform';
import {
  type CanonicalEvent,
  NO_USAGE,
  type PartDelta,
  type PartOpening,
  type Seal,
  type Stop,
  type TokenUsage,
  writeSeal,
} from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import type { RenderContext, StreamRenderer } from '../../relay/exchange/renderer.js';
import { renderStreamError } from './error.js';
import {
  headOf,
  renderCallSeal,
  renderCitation,
  renderStop,
  renderThinking,
  renderToolUse,
  renderUsage,
} from './render-parts.js';

/** The part that is being written. Its block begins with the first thing that it has to show. */
interface OpenPart {
  readonly opening: PartOpening;
  hasBlock: boolean;
  hasInput: boolean;
  seal: Seal | undefined;
}

/** Writes one answer as Messages events. Stop reason and usage stand in one event, which therefore waits for the end. */
export class MessagesStreamRenderer implements StreamRenderer {
  private blocks = 0;
  private hasCalls = false;
  private part: OpenPart | undefined;
  private stop: Stop = { reason: 'other' };
  private usage: TokenUsage = NO_USAGE;

  constructor(private readonly context: RenderContext) {}

  push(event: CanonicalEvent): string {
    switch (event.type) {
      case 'start':
        return this.startMessage();
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
        return '';
      case 'end':
        return this.endMessage();
    }
  }

  fail(error: ErrorView): string {
    return renderStreamError(error);
  }

  private startMessage(): string {
    const empty = {
      content: [],
      stop_reason: null,
      stop_sequence: null,
      stop_details: null,
      usage: renderUsage(NO_USAGE),
    };
    return write('message_start', { message: { ...headOf(this.context), ...empty } });
  }

  private endMessage(): string {
    const delta = renderStop(this.stop, this.hasCalls);
    return write('message_delta', { delta, usage: renderUsage(this.usage) }) + write('message_stop', {});
  }

  /**
   * Text and thinking wait for their first words: blocks without any would be refused when they come back. Calls wait for theirs, since a
   * seal stands before them.
   */
  private openPart(opening: PartOpening): string {
    this.part = { opening, hasBlock: false, hasInput: false, seal: undefined };
    if (opening.type === 'tool_call') this.hasCalls = true;
    return '';
  }

  private extendPart(part: OpenPart, delta: PartDelta): string {
    const { type } = part.opening;
    switch (delta.kind) {
      case 'text':
        if (delta.text === '') return '';
        if (type === 'reasoning')
          return this.needThinking(part) + this.delta('thinking_delta', { thinking: delta.text });
        return this.needText(part) + this.delta('text_delta', { text: delta.text });
      case 'input':
        part.hasInput = true;
        return this.needCall(part) + this.delta('input_json_delta', { partial_json: delta.text });
      case 'citation':
        return this.needText(part) + this.delta('citations_delta', { citation: renderCitation(delta.citation) });
      case 'seal':
        part.seal = delta.seal;
        return type === 'tool_call' && !part.hasBlock ? this.callSeal(delta.seal) : '';
      case 'audio':
        return '';
    }
  }

  private closePart(part: OpenPart): string {
    this.part = undefined;
    const written = this.finishPart(part);
    if (!part.hasBlock) return written;
    const closed = written + write('content_block_stop', { index: this.blocks });
    this.blocks += 1;
    return closed;
  }

  /** What only the end of a part can tell: its seal, and that a call had no arguments. */
  private finishPart(part: OpenPart): string {
    const { opening, seal, hasInput } = part;
    if (opening.type === 'tool_call')
      return hasInput ? '' : this.needCall(part) + this.delta('input_json_delta', { partial_json: '{}' });
    if (opening.type !== 'reasoning' || !seal) return '';
    if (opening.isRedacted) return this.startBlock(part, renderThinking({ text: '', isRedacted: true, seal }));
    const signature = writeSeal(seal, 'anthropic-messages');
    return this.needThinking(part) + this.delta('signature_delta', { signature });
  }

  private needText(part: OpenPart): string {
    return part.hasBlock ? '' : this.startBlock(part, { type: 'text', text: '' });
  }

  private needThinking(part: OpenPart): string {
    return part.hasBlock ? '' : this.startBlock(part, { type: 'thinking', thinking: '', signature: '' });
  }

  private needCall(part: OpenPart): string {
    if (part.hasBlock || part.opening.type !== 'tool_call') return '';
    return this.startBlock(part, renderToolUse(part.opening, {}));
  }

  private callSeal(seal: Seal): string {
    const written = renderCallSeal(seal).map((block) => {
      const index = this.blocks;
      this.blocks += 1;
      return write('content_block_start', { index, content_block: block }) + write('content_block_stop', { index });
    });
    return written.join('');
  }

  private startBlock(part: OpenPart, block: JsonObject): string {
    part.hasBlock = true;
    return write('content_block_start', { index: this.blocks, content_block: block });
  }

  private delta(type: string, piece: JsonObject): string {
    return write('content_block_delta', { index: this.blocks, delta: { type, ...piece } });
  }
}

function write(type: string, fields: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}
