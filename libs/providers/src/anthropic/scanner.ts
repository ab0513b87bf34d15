import type { ToolCalls } from '@tokenbay/protocol';
import { parseObject } from '../parse-object.js';
import type { UpstreamFailure, UsageReading } from '../provider.js';
import type { ScannedEvent, StreamScanner } from '../text-wire.js';
import { readErrorBody } from './errors.js';
import { textOf } from './response.js';
import { ToolCallCount } from './tool-calls.js';
import { mergeUsage, readUsage } from './usage.js';
import type { DeltaWire, EventWire, UsageWire } from './wire.js';

const TERMINATOR = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';

/** Follows a stream of Messages events, every one of which passes as it came. */
export class MessagesScanner implements StreamScanner {
  hasBegun = false;
  terminator = TERMINATOR;
  private hasFinished = false;
  private usage: UsageWire | undefined;
  private readonly toolCallCount = new ToolCallCount();

  get toolCalls(): ToolCalls {
    return this.toolCallCount.calls;
  }

  read(data: string): ScannedEvent | undefined {
    const wire: EventWire | undefined = parseObject(data);
    switch (wire?.type) {
      case 'error':
        return this.event('', undefined, readErrorBody(wire.error ?? {}));
      case 'ping':
        return this.event('', undefined);
      case 'message_start':
        this.hasBegun = true;
        this.usage = mergeUsage(this.usage, wire.message?.usage);
        return this.event('', partial(readUsage(this.usage)));
      case 'content_block_start':
        return this.hasBegun ? this.openBlock(wire) : undefined;
      case 'content_block_delta':
        return this.hasBegun ? this.event(writtenIn(wire.delta ?? {}), undefined) : undefined;
      case 'message_delta':
        return this.hasBegun ? this.finish(wire) : undefined;
      case 'message_stop':
        this.terminator = '';
        this.hasFinished = true;
        return { ...this.event('', undefined), isTerminator: true };
      default:
        return undefined;
    }
  }

  private openBlock({ content_block: block }: EventWire): ScannedEvent {
    if (block) this.toolCallCount.add(block);
    return this.event(textOf(block?.name), undefined);
  }

  private finish({ delta, usage }: EventWire): ScannedEvent {
    if (typeof delta?.stop_reason === 'string') this.hasFinished = true;
    this.usage = mergeUsage(this.usage, usage);
    this.toolCallCount.tell(usage);
    return this.event('', usage ? readUsage(this.usage) : undefined);
  }

  private event(text: string, usage: UsageReading | undefined, failure?: UpstreamFailure): ScannedEvent {
    const isTail = this.hasFinished;
    return { text, usage, failure, isTail, isTerminator: false, replacement: undefined, cut: undefined };
  }
}

/** A stream's first event knows its input, and next to nothing of its output. */
function partial(reading: UsageReading | undefined): UsageReading | undefined {
  return reading && { ...reading, isPartial: true };
}

function writtenIn({ text, thinking, partial_json: json }: DeltaWire): string {
  return textOf(text) || textOf(thinking) || textOf(json);
}
