import type { ToolCalls } from '@tokenbay/protocol';
import { parseObject } from '../parse-object.js';
import type { ScannedEvent, ScanTerms, StreamScanner } from '../text-wire.js';
import type { JsonObject } from '../provider.js';
import { readBlocked, readErrorBody } from './errors.js';
import { hasFinished, indexOf, partsOf } from './response.js';
import { witnessToolCalls } from './tool-calls.js';
import { readUsage } from './usage.js';
import { type AnswerWire, type CandidateWire, objectsIn, textOf } from './wire.js';

const ARRAY_TYPE = /^application\/json\b/;
const NOTHING: ScannedEvent = {
  ...{ text: '', usage: undefined, failure: undefined },
  ...{ isTail: false, isTerminator: false, replacement: '', cut: undefined },
};

/**
 * Follows a stream of generateContent answers. Its events pass as they came, or become the elements of one JSON array where the client did
 * not ask for events.
 */
export class GenerateScanner implements StreamScanner {
  hasBegun = false;
  readonly isReframed: boolean;
  toolCalls: ToolCalls = {};
  private hasElements = false;
  private hasShown = false;
  private isTail = false;
  private readonly finished = new Set<number>();

  constructor(private readonly terms: ScanTerms) {
    this.isReframed = ARRAY_TYPE.test(terms.streamType ?? '');
  }

  /** There is none but the end of the array. */
  get terminator(): string {
    return this.isReframed ? ']' : '';
  }

  /** Whether the array was begun, which its error must know. */
  get progress(): JsonObject {
    return { hasShown: this.hasShown };
  }

  read(data: string): ScannedEvent | undefined {
    const wire: AnswerWire | undefined = parseObject(data);
    if (wire?.error) return { ...NOTHING, failure: readErrorBody(wire.error) };
    const candidates = objectsIn<CandidateWire>(wire?.candidates);
    const isBlocked = candidates.length === 0 && readBlocked(wire?.promptFeedback) !== undefined;
    if (!wire || (candidates.length === 0 && !isBlocked && !wire.usageMetadata)) return this.passNews(data, wire);
    this.hasBegun = true;
    this.toolCalls = witnessToolCalls(candidates, this.toolCalls);
    for (const candidate of candidates) if (hasFinished(candidate)) this.finished.add(indexOf(candidate));
    this.isTail ||= isBlocked || this.finished.size >= this.terms.choices;
    const usage = readUsage(wire.usageMetadata);
    return {
      ...this.show(data),
      text: candidates.map(writtenIn).join(''),
      usage: usage && !this.isTail ? { ...usage, isPartial: true } : usage,
    };
  }

  /** News of a stream that has begun well passes, as long as it fits into an array. */
  private passNews(data: string, wire: AnswerWire | undefined): ScannedEvent | undefined {
    if (!this.hasBegun || !this.isReframed) return undefined;
    return wire ? this.show(data) : NOTHING;
  }

  private show(data: string): ScannedEvent {
    const before = this.hasElements ? ',\r\n' : '[';
    this.hasElements = true;
    if (!this.isTail) this.hasShown = true;
    return { ...NOTHING, isTail: this.isTail, replacement: this.isReframed ? before + data : undefined };
  }
}

function writtenIn(candidate: CandidateWire): string {
  return partsOf(candidate)
    .map(({ text, functionCall }) =>
      functionCall ? textOf(functionCall.name) + JSON.stringify(functionCall.args ?? {}) : textOf(text),
    )
    .join('');
}
