import { DomainError } from '@tokenbay/errors';
import type { CanonicalEvent, PartDelta, PartOpening } from '@tokenbay/protocol';
import { parseObject } from '../parse-object.js';
import type { UpstreamFailure, UsageReading } from '../provider.js';
import type { StreamReader } from '../text-wire.js';
import { failureIn } from './failure-in.js';
import {
  readCallHead,
  readCallInput,
  readCitations,
  readImages,
  readLogprobs,
  readStop,
  readTexts,
  stringOf,
} from './response.js';
import { readUsage } from './usage.js';
import { arrayOf, type ChatCompletionWire, type ChoiceWire, type MessageWire, type ToolCallWire } from './wire.js';

/** One choice while it is read. */
interface ChoiceState {
  readonly index: number;
  parts: number;
  /** What is open, by what a further piece of it looks like. */
  open: string | undefined;
  /** The calls that were closed, by their index: a late piece of one cannot be shown any more. */
  readonly closedCalls: Set<string>;
  openCallId: string;
  calls: number;
  hasRefusal: boolean;
  hasFinished: boolean;
}

/** Reads one stream of chat completion chunks. */
export class ChatReader implements StreamReader {
  failure: UpstreamFailure | undefined;
  private hasStarted = false;
  private hasEnded = false;
  private usage: UsageReading | undefined;
  private readonly choices = new Map<number, ChoiceState>();
  private events: CanonicalEvent[] = [];

  get isComplete(): boolean {
    return this.choices.size > 0 && [...this.choices.values()].every(({ hasFinished }) => hasFinished);
  }

  read(data: string): readonly CanonicalEvent[] {
    this.events = [];
    if (this.hasEnded || this.failure) return this.events;
    if (data.trim() === '[DONE]') this.finishAll();
    else this.accept(data);
    return this.events;
  }

  end(): readonly CanonicalEvent[] {
    this.events = [];
    if (this.isComplete) this.finishStream();
    return this.events;
  }

  private accept(data: string): void {
    const wire: ChatCompletionWire | undefined = parseObject(data);
    const choices = arrayOf(wire?.choices);
    this.failure = wire && failureIn(wire);
    if (this.failure) return;
    if (!wire || (!choices && !wire.usage)) return this.skipNews(wire !== undefined);
    if (choices?.length === 0 && !wire.usage) return;
    if (!this.hasStarted) this.events.push({ type: 'start', id: stringOf(wire.id) });
    this.hasStarted = true;
    for (const choice of choices ?? []) if (choice) this.readChoice(choice);
    this.usage = readUsage(wire.usage ?? wire.x_groq?.usage) ?? this.usage;
  }

  /** Providers add kinds of events to a stream that has begun well. */
  private skipNews(isJson: boolean): void {
    if (!isJson || !this.hasStarted) throw new DomainError('response_parse_failed', 'not a chat completion chunk');
  }

  private readChoice(choice: ChoiceWire): void {
    const state = this.stateOf(choice.index ?? 0);
    if (state.hasFinished) return;
    this.readDelta(state, choice);
    if (choice.finish_reason) this.finish(state, choice.finish_reason);
  }

  private readDelta(state: ChoiceState, choice: ChoiceWire): void {
    const delta: MessageWire = choice.delta ?? {};
    const logprobs = readLogprobs(choice);
    for (const { type, text } of readTexts(delta)) {
      this.need(state, type, { type });
      if (type === 'refusal') state.hasRefusal = true;
      const isLikely = type === 'text' && logprobs.length > 0;
      this.give(state, { kind: 'text', text, ...(isLikely && { logprobs }) });
    }
    for (const citation of readCitations(delta)) {
      this.need(state, 'text', { type: 'text' });
      this.give(state, { kind: 'citation', citation });
    }
    if (delta.audio) this.readAudio(state, delta.audio);
    for (const image of readImages(delta)) {
      this.need(state, `image ${state.parts}`, image);
      this.close(state);
    }
    for (const call of arrayOf(delta.tool_calls) ?? []) if (call) this.readCall(state, call);
  }

  private readAudio(state: ChoiceState, { data, transcript }: NonNullable<MessageWire['audio']>): void {
    this.need(state, 'audio', { type: 'audio', mediaType: 'audio/wav' });
    if (stringOf(data) !== '') this.give(state, { kind: 'audio', data: stringOf(data) });
    if (stringOf(transcript) !== '') this.give(state, { kind: 'text', text: stringOf(transcript) });
  }

  /** Pieces of a call have its index; a new id under the same index, or no index at all, is a new call all the same. */
  private readCall(state: ChoiceState, call: ToolCallWire): void {
    const id = stringOf(call.id);
    const isNew = id !== '' && id !== state.openCallId;
    const place = typeof call.index === 'number' ? String(call.index) : 'unnumbered';
    const isOpen = state.open === `call ${place}` && !isNew;
    if (!isOpen) {
      if (!isNew && state.closedCalls.has(place))
        throw new DomainError('response_parse_failed', 'a late piece of a call');
      this.close(state);
      const head = readCallHead(call, state.calls);
      state.calls += 1;
      state.openCallId = head.id;
      this.need(state, `call ${place}`, head);
    }
    const text = readCallInput(call);
    if (text !== '') this.give(state, { kind: 'input', text });
  }

  /** Opens a part unless it is open, and closes what was. */
  private need(state: ChoiceState, key: string, opening: PartOpening): void {
    if (state.open === key) return;
    this.close(state);
    state.open = key;
    this.events.push({ type: 'part_start', choice: state.index, part: state.parts, opening });
    state.parts += 1;
  }

  private close(state: ChoiceState): void {
    const { open } = state;
    if (open === undefined) return;
    if (open.startsWith('call ')) state.closedCalls.add(open.slice(5));
    state.open = undefined;
    this.events.push({ type: 'part_end', choice: state.index, part: state.parts - 1 });
  }

  private give({ index: choice, parts }: ChoiceState, delta: PartDelta): void {
    this.events.push({ type: 'part_delta', choice, part: parts - 1, delta });
  }

  private finish(state: ChoiceState, reason: unknown): void {
    this.close(state);
    state.hasFinished = true;
    this.events.push({ type: 'finish', choice: state.index, stop: readStop(reason, state.hasRefusal) });
  }

  /** The terminator ends what no reason ended. */
  private finishAll(): void {
    if (!this.hasStarted) return;
    if (this.choices.size === 0) this.stateOf(0);
    for (const state of this.choices.values()) if (!state.hasFinished) this.finish(state, undefined);
    this.finishStream();
  }

  private finishStream(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    if (this.usage) this.events.push({ type: 'usage', reading: this.usage });
    this.events.push({ type: 'end' });
  }

  private stateOf(index: number): ChoiceState {
    const known = this.choices.get(index);
    if (known) return known;
    const state: ChoiceState = {
      ...{ index, parts: 0, open: undefined, closedCalls: new Set<string>(), openCallId: '' },
      ...{ calls: 0, hasRefusal: false, hasFinished: false },
    };
    this.choices.set(index, state);
    return state;
  }
}
