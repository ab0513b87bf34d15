import { isUtf8 } from 'node:buffer';
import { DomainError } from '@tokenbay/errors';
import { parseObject, type TextWire, type WriteTerms } from '@tokenbay/providers';
import type { TextCall } from '../call.js';
import { CountedText } from '../count-tokens.js';
import {
  type Exchange,
  type ExchangeTerms,
  type OutgoingRequest,
  type StreamExchange,
  type WholeAnswer,
} from './exchange.js';
import { PassThroughStream } from './pass-through-stream.js';

/** What a call that passes through is made of. */
export interface PassThroughTerms {
  readonly call: TextCall;
  readonly wire: TextWire;
  readonly writeTerms: WriteTerms;
  readonly terms: ExchangeTerms;
}

/** The exchange where client and channel speak the same dialect: the parsed body with the fewest changes, and the upstream's own bytes. */
export class PassThrough implements Exchange {
  readonly request: OutgoingRequest;

  constructor(private readonly parts: PassThroughTerms) {
    const { call, wire, writeTerms, terms } = parts;
    const { path, headers } = wire.endpoint(writeTerms);
    const limited = call.limitToolCalls?.(call.body, terms.toolPools) ?? call.body;
    const body = JSON.stringify(wire.passThrough.amendRequest(limited, writeTerms));
    this.request = { path, headers: call.headers ? { ...headers, ...call.headers } : headers, body };
  }

  readAnswer(bytes: Buffer): WholeAnswer {
    const { wire, writeTerms } = this.parts;
    const answer = isUtf8(bytes) ? parseObject(bytes.toString('utf8')) : undefined;
    const reading = answer && wire.passThrough.readAnswer(answer);
    if (!reading) throw new DomainError('response_parse_failed', `not an answer of ${wire.format}`);
    const droppedFields = writeTerms.dropped.list;
    return { bytes, droppedFields, reading: { ...reading, text: CountedText.of(reading.text) } };
  }

  openStream(): StreamExchange {
    const { call, wire, writeTerms, terms } = this.parts;
    const { choices, wantsUsage, renderer } = call;
    return new PassThroughStream({
      scanner: wire.passThrough.openScanner({ choices, wantsUsage, streamType: renderer.streamType }),
      renderer,
      textCharactersMax: terms.textCharactersMax,
      droppedFields: writeTerms.dropped.list,
      ...(wire.eventBytesMax !== undefined && { eventBytesMax: wire.eventBytesMax }),
    });
  }
}
