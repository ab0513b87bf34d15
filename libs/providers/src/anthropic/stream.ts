import { DomainError } from '@tokenbay/errors';
import type { CanonicalEvent, PartDelta, PartOpening } from '@tokenbay/protocol';
import { parseObject } from '../parse-object.js';
import type { UpstreamFailure } from '../provider.js';
import type { StreamReader } from '../text-wire.js';
import { readErrorBody } from './errors.js';
import { inputOf, readCitation, readStop, sealOf, textOf } from './response.js';
import { mergeUsage, readUsage } from './usage.js';
import type { BlockWire, DeltaWire, EventWire, UsageWire } from './wire.js';

/** Signatures are opaque and come late; beyond this they are no signature. */
const SEAL_CHARACTERS_MAX = 4_194_304;

/** The block that is being written: what only its end can tell is kept until then. */
interface OpenBlock {
  readonly part: number;
  readonly wireIndex: unknown;
  readonly isToolUse: boolean;
  /** The input that came whole with the block's beginning, as some compatible providers send it. */
  readonly inputAtStart: string;
  hasInput: boolean;
  seal: string;
}

/** Reads one stream of Messages events. */
export class MessagesReader implements StreamReader {
  isComplete = false;
  failure: UpstreamFailure | undefined;
  private hasStarted = false;
  private hasEnded = false;
  private parts = 0;
  private block: OpenBlock | undefined;
  private usage: UsageWire | undefined;
  private events: CanonicalEvent[] = [];

  read(data: string): readonly CanonicalEvent[] {
    if (this.hasEnded || this.failure) return [];
    const wire: EventWire | undefined = parseObject(data);
    if (!wire || typeof wire.type !== 'string') throw new DomainError('response_parse_failed', 'not a Messages event');
    this.events = [];
    this.accept(wire);
    return this.events;
  }

  end(): readonly CanonicalEvent[] {
    this.events = [];
    if (this.isComplete) this.finishStream();
    return this.events;
  }

  private accept(wire: EventWire): void {
    if (wire.type === 'error') this.failure = readErrorBody(wire.error ?? {});
    else if (wire.type === 'message_start') this.start(wire);
    else if (!this.hasStarted) this.assertNews(wire);
    else if (wire.type === 'message_stop') this.stop();
    else if (this.isComplete) this.usage = mergeUsage(this.usage, wire.usage);
    else if (wire.type === 'content_block_start') this.openBlock(wire);
    else if (wire.type === 'content_block_delta') this.extendBlock(wire.index, wire.delta ?? {});
    else if (wire.type === 'content_block_stop') this.closeBlock(wire.index);
    else if (wire.type === 'message_delta') this.readMessageDelta(wire);
  }

  private start({ message }: EventWire): void {
    if (this.hasStarted) return;
    this.hasStarted = true;
    this.usage = mergeUsage(undefined, message?.usage);
    this.events.push({ type: 'start', id: textOf(message?.id) });
    this.reportUsage();
  }

  private assertNews({ type }: EventWire): void {
    const isAnswer = type === 'message_stop' || type === 'message_delta' || String(type).startsWith('content_block_');
    if (isAnswer) throw new DomainError('response_parse_failed', 'a Messages stream without its beginning');
  }

  private openBlock({ index, content_block: block }: EventWire): void {
    this.closeBlock(this.block?.wireIndex);
    const opening = block && openingOf(block);
    if (!opening) return;
    const part = this.parts;
    this.parts += 1;
    this.block = {
      ...{ part, wireIndex: index, isToolUse: opening.type === 'tool_call' },
      ...{ inputAtStart: inputOf(block.input), hasInput: false },
      seal: textOf(block.type === 'redacted_thinking' ? block.data : block.signature),
    };
    this.events.push({ type: 'part_start', choice: 0, part, opening });
    const written = textOf(block.text) || textOf(block.thinking);
    if (written !== '') this.give({ kind: 'text', text: written });
  }

  private extendBlock(index: unknown, delta: DeltaWire): void {
    const { block } = this;
    if (!block || block.wireIndex !== index) return;
    if (delta.type === 'signature_delta') {
      block.seal += textOf(delta.signature);
      if (block.seal.length > SEAL_CHARACTERS_MAX) throw new DomainError('response_parse_failed', 'endless signature');
    } else if (delta.type === 'input_json_delta') {
      const text = textOf(delta.partial_json);
      if (text === '' || !block.isToolUse) return;
      block.hasInput = true;
      this.give({ kind: 'input', text });
    } else if (delta.type === 'citations_delta') {
      const citation = readCitation(delta.citation);
      if (citation) this.give({ kind: 'citation', citation });
    } else if (!block.isToolUse) {
      const text = textOf(delta.type === 'thinking_delta' ? delta.thinking : delta.text);
      if (text !== '') this.give({ kind: 'text', text });
    }
  }

  private closeBlock(index: unknown): void {
    const { block } = this;
    if (!block || block.wireIndex !== index) return;
    if (block.isToolUse && !block.hasInput && block.inputAtStart !== '')
      this.give({ kind: 'input', text: block.inputAtStart });
    const seal = sealOf(block.seal);
    if (seal) this.give({ kind: 'seal', seal });
    this.events.push({ type: 'part_end', choice: 0, part: block.part });
    this.block = undefined;
  }

  private readMessageDelta({ delta, usage }: EventWire): void {
    this.usage = mergeUsage(this.usage, usage);
    if (typeof delta?.stop_reason === 'string') this.finish(delta);
  }

  /** `message_stop` without a reason before it ends the message all the same. */
  private stop(): void {
    if (!this.isComplete) this.finish({});
    this.finishStream();
  }

  private finish({ stop_reason: reason, stop_sequence: sequence }: DeltaWire): void {
    this.closeBlock(this.block?.wireIndex);
    this.isComplete = true;
    this.events.push({ type: 'finish', choice: 0, stop: readStop(reason, sequence) });
  }

  private finishStream(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.reportUsage();
    this.events.push({ type: 'end' });
  }

  private reportUsage(): void {
    const reading = readUsage(this.usage);
    if (!reading) return;
    // At its beginning a stream knows its input, and next to nothing of its output.
    this.events.push({ type: 'usage', reading: this.hasEnded ? reading : { ...reading, isPartial: true } });
  }

  private give(delta: PartDelta): void {
    if (this.block) this.events.push({ type: 'part_delta', choice: 0, part: this.block.part, delta });
  }
}

function openingOf(block: BlockWire): PartOpening | undefined {
  switch (block.type) {
    case 'text':
      return { type: 'text' };
    case 'thinking':
      return { type: 'reasoning' };
    case 'redacted_thinking':
      return { type: 'reasoning', isRedacted: true };
    case 'tool_use':
      return { type: 'tool_call', kind: 'function', id: textOf(block.id), name: textOf(block.name) };
    default:
      return undefined;
  }
}
