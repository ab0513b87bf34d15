import { parseObject } from '../parse-object.js';
import type { ToolCalls } from '@tokenbay/protocol';
import type { JsonObject, UpstreamFailure } from '../provider.js';
import type { ScannedEvent, StreamScanner } from '../text-wire.js';
import { readErrorEvent, readResponseError } from './errors.js';
import { countToolCalls } from './tool-calls.js';
import { readUsage } from './usage.js';
import { type EventWire, type ItemWire, listOf, type ResponseWire, stringOf } from './wire.js';

const BEGINNINGS = new Set<unknown>(['response.created', 'response.queued', 'response.in_progress']);
const FINISHES = new Set<unknown>(['response.completed', 'response.incomplete']);

/** Follows a stream of Responses events, every one of which passes as it came. */
export class ResponsesScanner implements StreamScanner {
  hasBegun = false;
  readonly terminator = '';
  private response: ResponseWire | undefined;
  private readonly items: ItemWire[] = [];
  private ended: ResponseWire | undefined;
  private sequenceNumber = -1;

  /** The response so far, with the items that are whole, and the number that its next event has. */
  get progress(): JsonObject | undefined {
    if (!this.response) return undefined;
    return { response: { ...this.response, output: this.items }, sequence_number: this.sequenceNumber + 1 };
  }

  /** Of the items that are whole, or of the response at its end. */
  get toolCalls(): ToolCalls {
    const ended = listOf(this.ended?.output);
    return countToolCalls(ended.length > 0 ? ended : this.items);
  }

  read(data: string): ScannedEvent | undefined {
    const wire: EventWire | undefined = parseObject(data);
    if (typeof wire?.type !== 'string') return undefined;
    if (wire.type === 'error') return this.fail(readErrorEvent(wire));
    if (wire.type === 'response.failed') return this.fail(readResponseError(wire.response?.error ?? {}));
    if (BEGINNINGS.has(wire.type) && wire.response) {
      this.hasBegun = true;
      this.response = wire.response;
    }
    if (!this.hasBegun) return undefined;
    if (typeof wire.sequence_number === 'number') this.sequenceNumber = wire.sequence_number;
    else this.sequenceNumber += 1;
    if (FINISHES.has(wire.type)) return this.finish(wire.response ?? {});
    if (wire.type === 'response.output_item.done' && wire.item) this.items.push(wire.item);
    return event(writtenIn(wire, wire.type));
  }

  private finish(response: ResponseWire): ScannedEvent {
    this.ended = response;
    return { ...event(''), usage: readUsage(response.usage), ...FINISH };
  }

  private fail(failure: UpstreamFailure): ScannedEvent {
    return { ...event(''), failure };
  }
}

const FINISH = { isTail: true, isTerminator: true };

function event(text: string): ScannedEvent {
  const nothing = { usage: undefined, failure: undefined, replacement: undefined, cut: undefined };
  return { text, isTail: false, isTerminator: false, ...nothing };
}

/** Deltas of every kind hold what the model writes, but for sound and pictures; a call's name comes with its item. */
function writtenIn({ delta, item }: EventWire, type: string): string {
  if (type === 'response.output_item.added') return stringOf(item?.name);
  return type.endsWith('.delta') && !type.startsWith('response.audio') ? stringOf(delta) : '';
}
