import { parseObject } from '../parse-object.js';
import type { JsonObject, UpstreamFailure } from '../provider.js';
import type { ScannedEvent, StreamScanner } from '../text-wire.js';
import { readErrorEvent, readResponseError } from './errors.js';
import { readUsage } from './usage.js';
import { type EventWire, type ItemWire, type ResponseWire, stringOf } from './wire.js';

const BEGINNINGS = new Set<unknown>(['response.created', 'response.queued', 'response.in_progress']);
const FINISHES = new Set<unknown>(['response.completed', 'response.incomplete']);

/** Follows a stream of Responses events, every one of which passes as it came. */
export class ResponsesScanner implements StreamScanner {
  hasBegun = false;
  readonly terminator = '';
  private response: ResponseWire | undefined;
  private readonly items: ItemWire[] = [];
  private sequenceNumber = -1;

  /** The response so far, with the items that are whole, and the number that its next event has. */
  get progress(): JsonObject | undefined {
    if (!this.response) return undefined;
    return { response: { ...this.response, output: this.items }, sequence_number: this.sequenceNumber + 1 };
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
    if (FINISHES.has(wire.type)) return { ...event(''), usage: readUsage(wire.response?.usage), ...FINISH };
    if (wire.type === 'response.output_item.done' && wire.item) this.items.push(wire.item);
    return event(writtenIn(wire, wire.type));
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
