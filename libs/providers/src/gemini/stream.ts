import { DomainError } from '@tokenbay/errors';
import type { CanonicalEvent, PartDelta, PartOpening } from '@tokenbay/protocol';
import { parseObject } from '../parse-object.js';
import type { UpstreamFailure, UsageReading } from '../provider.js';
import type { StreamReader } from '../text-wire.js';
import { readBlocked, readErrorBody } from './errors.js';
import {
  hasFinished,
  indexOf,
  partsOf,
  readBlob,
  readCall,
  readCitations,
  readLogprobs,
  readStop,
  sealOf,
} from './response.js';
import { readUsage } from './usage.js';
import {
  type AnswerWire,
  type BlobWire,
  type CallWire,
  type CandidateWire,
  objectsIn,
  type PartWire,
  textOf,
} from './wire.js';

/** One candidate while it is read. */
interface CandidateState {
  readonly index: number;
  parts: number;
  open: PartOpening['type'] | undefined;
  calls: number;
  hasFinished: boolean;
}

/** Reads one stream of generateContent answers. Calls of functions come whole; there is no terminator. */
export class GenerateReader implements StreamReader {
  failure: UpstreamFailure | undefined;
  private hasStarted = false;
  private hasEnded = false;
  private id = '';
  private usage: UsageReading | undefined;
  private readonly candidates = new Map<number, CandidateState>();
  private events: CanonicalEvent[] = [];

  get isComplete(): boolean {
    return this.candidates.size > 0 && [...this.candidates.values()].every((state) => state.hasFinished);
  }

  read(data: string): readonly CanonicalEvent[] {
    this.events = [];
    if (!this.hasEnded && !this.failure) this.accept(data);
    return this.events;
  }

  end(): readonly CanonicalEvent[] {
    this.events = [];
    if (this.isComplete && !this.hasEnded) {
      this.hasEnded = true;
      if (this.usage) this.events.push({ type: 'usage', reading: this.usage });
      this.events.push({ type: 'end' });
    }
    return this.events;
  }

  private accept(data: string): void {
    const wire: AnswerWire | undefined = parseObject(data);
    const candidates = objectsIn<CandidateWire>(wire?.candidates);
    const blocked = candidates.length === 0 ? readBlocked(wire?.promptFeedback) : undefined;
    this.failure = wire?.error ? readErrorBody(wire.error) : blocked;
    if (this.failure) return;
    if (!wire || (candidates.length === 0 && !wire.usageMetadata)) return this.skipNews(wire !== undefined);
    this.start(textOf(wire.responseId));
    for (const candidate of candidates) this.readCandidate(candidate);
    this.readUsage(wire);
  }

  /** Providers add kinds of events to a stream that has begun well. */
  private skipNews(isJson: boolean): void {
    if (!isJson || !this.hasStarted) throw new DomainError('response_parse_failed', 'not an answer of generateContent');
  }

  private start(id: string): void {
    if (this.hasStarted) return;
    this.hasStarted = true;
    this.id = id;
    this.events.push({ type: 'start', id });
  }

  /** Every event reports what was consumed up to it; none but the last is the whole. */
  private readUsage({ usageMetadata }: AnswerWire): void {
    const reading = readUsage(usageMetadata);
    if (!reading) return;
    this.usage = reading;
    if (!this.isComplete) this.events.push({ type: 'usage', reading: { ...reading, isPartial: true } });
  }

  private readCandidate(candidate: CandidateWire): void {
    const state = this.stateOf(indexOf(candidate));
    if (state.hasFinished) return;
    const logprobs = readLogprobs(candidate.logprobsResult);
    const parts = partsOf(candidate);
    const firstText = parts.findIndex((part) => textOf(part.text) !== '' && part.thought !== true);
    for (const [at, part] of parts.entries())
      this.readPart(state, part, at === firstText && logprobs.length > 0 ? { logprobs } : {});
    for (const citation of readCitations(candidate)) {
      this.need(state, { type: 'text' });
      this.give(state, { kind: 'citation', citation });
    }
    if (hasFinished(candidate)) this.finish(state, candidate);
  }

  private readPart(state: CandidateState, part: PartWire, likely: Pick<TextDelta, 'logprobs'>): void {
    if (part.functionCall) return this.readCall(state, part, part.functionCall);
    if (part.inlineData) return this.readBlob(state, part, part.inlineData);
    const text = textOf(part.text);
    if (text === '' && !sealOf(part)) return;
    this.need(state, { type: part.thought === true ? 'reasoning' : 'text' });
    if (text !== '') this.give(state, { kind: 'text', text, ...likely });
    // What follows a seal is a part of its own.
    if (this.giveSeal(state, part)) this.close(state);
  }

  private readCall(state: CandidateState, part: PartWire, called: CallWire): void {
    const { input, ...opening } = readCall(called, `${this.id || 'r'}_${state.index}_${state.calls}`);
    state.calls += 1;
    this.open(state, opening);
    this.giveSeal(state, part);
    if (input !== '') this.give(state, { kind: 'input', text: input });
    this.close(state);
  }

  private readBlob(state: CandidateState, part: PartWire, wire: BlobWire): void {
    const blob = readBlob(wire);
    const seal = sealOf(part);
    if (blob?.type === 'image') {
      this.open(state, { ...blob, ...(seal && { seal }) });
      this.close(state);
    } else if (blob?.source.kind === 'base64') {
      this.need(state, { type: 'audio', mediaType: blob.source.mediaType });
      this.give(state, { kind: 'audio', data: blob.source.data });
    }
  }

  private giveSeal(state: CandidateState, part: PartWire): boolean {
    const seal = sealOf(part);
    if (seal) this.give(state, { kind: 'seal', seal });
    return seal !== undefined;
  }

  private need(state: CandidateState, opening: PartOpening): void {
    if (state.open !== opening.type) this.open(state, opening);
  }

  private open(state: CandidateState, opening: PartOpening): void {
    this.close(state);
    state.open = opening.type;
    this.events.push({ type: 'part_start', choice: state.index, part: state.parts, opening });
    state.parts += 1;
  }

  private close(state: CandidateState): void {
    if (state.open === undefined) return;
    state.open = undefined;
    this.events.push({ type: 'part_end', choice: state.index, part: state.parts - 1 });
  }

  private give({ index: choice, parts }: CandidateState, delta: PartDelta): void {
    this.events.push({ type: 'part_delta', choice, part: parts - 1, delta });
  }

  private finish(state: CandidateState, candidate: CandidateWire): void {
    this.close(state);
    state.hasFinished = true;
    this.events.push({ type: 'finish', choice: state.index, stop: readStop(candidate, state.calls > 0) });
  }

  private stateOf(index: number): CandidateState {
    const known = this.candidates.get(index);
    if (known) return known;
    const state: CandidateState = { index, parts: 0, open: undefined, calls: 0, hasFinished: false };
    this.candidates.set(index, state);
    return state;
  }
}

type TextDelta = Extract<PartDelta, { readonly kind: 'text' }>;
