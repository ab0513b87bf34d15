import { DomainError } from '@tokenbay/errors';
import type { CanonicalEvent, OutputPart, PartDelta, PartOpening } from '@tokenbay/protocol';
import { parseObject } from '../parse-object.js';
import type { UpstreamFailure } from '../provider.js';
import type { StreamReader } from '../text-wire.js';
import { readErrorEvent, readResponseError } from './errors.js';
import {
  readCallHead,
  readCallInput,
  readCitation,
  readContent,
  readLogprobs,
  readReasoningText,
  readStop,
  sealOf,
  SUMMARY_BREAK,
} from './response.js';
import { readUsage } from './usage.js';
import { type ContentWire, type EventWire, type ItemWire, listOf, type ResponseWire, stringOf } from './wire.js';

/** The part that is being written, and where in the response it stands. */
interface OpenPart {
  readonly key: string;
  readonly part: number;
  hasWords: boolean;
  /** The section of a reasoning's summary that is being written. */
  section: unknown;
}

/** Reads one stream of Responses events. */
export class ResponsesReader implements StreamReader {
  isComplete = false;
  failure: UpstreamFailure | undefined;
  private hasStarted = false;
  private open: OpenPart | undefined;
  /** What was closed: a late piece of it cannot be shown any more. */
  private readonly closed = new Set<string>();
  private readonly parts: Pick<OutputPart, 'type'>[] = [];
  private events: CanonicalEvent[] = [];

  read(data: string): readonly CanonicalEvent[] {
    if (this.isComplete || this.failure) return [];
    const wire: EventWire | undefined = parseObject(data);
    if (!wire || typeof wire.type !== 'string') throw new DomainError('response_parse_failed', 'not a Responses event');
    this.events = [];
    this.accept(wire, wire.type);
    return this.events;
  }

  /** What has no last event was cut. */
  end(): readonly CanonicalEvent[] {
    return [];
  }

  private accept(wire: EventWire, type: string): void {
    if (type === 'error') this.failure = readErrorEvent(wire);
    else if (type === 'response.failed') this.failure = readResponseError(wire.response?.error ?? {});
    else if (type === 'response.created' || type === 'response.in_progress') this.start(wire.response ?? {});
    else if (!this.hasStarted) this.assertNews(type);
    else if (type === 'response.completed' || type === 'response.incomplete') this.finish(wire.response ?? {});
    else if (type === 'response.output_item.added') this.openItem(wire);
    else if (type === 'response.output_item.done') this.closeItem(wire);
    else if (type === 'response.content_part.done') this.closeContent(wire);
    else if (type === 'response.output_text.annotation.added') this.cite(wire);
    else if (type.endsWith('.delta')) this.extend(wire, type);
  }

  private start({ id }: ResponseWire): void {
    if (this.hasStarted) return;
    this.hasStarted = true;
    this.events.push({ type: 'start', id: stringOf(id) });
  }

  private assertNews(type: string): void {
    if (type.startsWith('response.') && type !== 'response.queued')
      throw new DomainError('response_parse_failed', 'a Responses stream without its beginning');
  }

  /** Calls and reasoning are one part each, and begin with their item; what a message says begins with its words. */
  private openItem({ item, output_index: at }: EventWire): void {
    const opening = item && openingOf(item);
    if (opening) this.need(keyOf(at), opening);
  }

  private extend(wire: EventWire, type: string): void {
    const text = stringOf(wire.delta);
    if (text === '') return;
    const { output_index: at, content_index: content } = wire;
    switch (type) {
      case 'response.output_text.delta': {
        const logprobs = readLogprobs(wire.logprobs);
        this.need(keyOf(at, toIndex(content)), { type: 'text' });
        return this.give({ kind: 'text', text, ...(logprobs.length > 0 && { logprobs }) });
      }
      case 'response.refusal.delta':
        this.need(keyOf(at, toIndex(content)), { type: 'refusal' });
        return this.give({ kind: 'text', text });
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        this.need(keyOf(at), { type: 'reasoning' });
        return this.think(wire.summary_index ?? content, text);
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        // A call whose beginning was not told has no name.
        if (this.open?.key !== keyOf(at)) throw new DomainError('response_parse_failed', 'a piece of no open call');
        return this.give({ kind: 'input', text });
    }
  }

  private think(section: unknown, text: string): void {
    const { open } = this;
    if (!open) return;
    const isNext = open.hasWords && open.section !== section;
    open.section = section;
    this.give({ kind: 'text', text: isNext ? SUMMARY_BREAK + text : text });
  }

  private cite({ output_index: at, content_index: content, annotation }: EventWire): void {
    const citation = annotation ? readCitation(annotation) : undefined;
    const key = keyOf(at, toIndex(content));
    if (!citation || this.closed.has(key)) return;
    this.need(key, { type: 'text' });
    this.give({ kind: 'citation', citation });
  }

  private closeContent({ output_index: at, content_index: content, part }: EventWire): void {
    const key = keyOf(at, toIndex(content));
    if (part) this.catchUp(key, part);
    if (this.open?.key === key) this.close();
  }

  /** The end of an item repeats it whole, and alone tells its seal. What came in no piece before is taken from here. */
  private closeItem({ output_index: at, item }: EventWire): void {
    if (!item) return;
    if (item.type === 'message') {
      for (const [index, part] of listOf(item.content).entries()) this.catchUp(keyOf(at, index), part);
      if (this.open?.key.startsWith(`${keyOf(at)}/`)) this.close();
      return;
    }
    const opening = openingOf(item);
    if (!opening || this.closed.has(keyOf(at))) return;
    this.need(keyOf(at), opening);
    const isCall = opening.type === 'tool_call';
    const text = isCall ? readCallInput(item) : readReasoningText(item);
    if (!this.open?.hasWords && text !== '') this.give({ kind: isCall ? 'input' : 'text', text });
    const seal = sealOf(item);
    if (!isCall && seal) this.give({ kind: 'seal', seal });
    this.close();
  }

  /** Some that speak this format send what is written only when it is whole. */
  private catchUp(key: string, content: ContentWire): void {
    const part = readContent(content);
    if (!part || !('text' in part) || part.text === '' || this.closed.has(key)) return;
    if (this.open?.key === key && this.open.hasWords) return;
    this.need(key, part.type === 'refusal' ? { type: 'refusal' } : { type: 'text' });
    this.give({ kind: 'text', text: part.text });
    if (part.type === 'text') for (const citation of part.citations ?? []) this.give({ kind: 'citation', citation });
  }

  /** Opens a part unless it is open, and closes what was. */
  private need(key: string, opening: PartOpening): void {
    if (this.open?.key === key) return;
    if (this.closed.has(key)) throw new DomainError('response_parse_failed', 'a late piece of a closed part');
    this.close();
    const part = this.parts.length;
    this.parts.push({ type: opening.type });
    this.open = { key, part, hasWords: false, section: undefined };
    this.events.push({ type: 'part_start', choice: 0, part, opening });
  }

  private give(delta: PartDelta): void {
    if (!this.open) return;
    if (delta.kind === 'text' || delta.kind === 'input') this.open.hasWords = true;
    this.events.push({ type: 'part_delta', choice: 0, part: this.open.part, delta });
  }

  private close(): void {
    if (!this.open) return;
    this.closed.add(this.open.key);
    this.events.push({ type: 'part_end', choice: 0, part: this.open.part });
    this.open = undefined;
  }

  private finish(response: ResponseWire): void {
    this.close();
    this.isComplete = true;
    this.events.push({ type: 'finish', choice: 0, stop: readStop(response, this.parts) });
    const reading = readUsage(response.usage);
    if (reading) this.events.push({ type: 'usage', reading });
    this.events.push({ type: 'end' });
  }
}

/** Where something stands: an item, or a piece of what a message says. */
function keyOf(item: unknown, content?: unknown): string {
  return typeof content === 'number' ? `${toIndex(item)}/${content}` : String(toIndex(item));
}

function toIndex(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function openingOf(item: ItemWire): PartOpening | undefined {
  const head = readCallHead(item);
  if (head || item.type !== 'reasoning') return head;
  const id = stringOf(item.id);
  return { type: 'reasoning', ...(id !== '' && { id }) };
}
