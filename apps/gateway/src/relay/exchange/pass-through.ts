import { isUtf8 } from 'node:buffer';
import { DomainError } from '@tokenbay/errors';
import { CountedText } from '../count-tokens.js';
import {
  type Exchange,
  type ExchangeTerms,
  type OutgoingRequest,
  parseObject,
  type StreamExchange,
  type WholeAnswer,
} from './exchange.js';
import { PassThroughStream } from './pass-through-stream.js';

/** The exchange where client and channel speak the same dialect: the parsed body with the fewest changes, and the upstream's own bytes. */
export class PassThrough implements Exchange {
  readonly request: OutgoingRequest;

  constructor(private readonly terms: ExchangeTerms) {
    const { adapter, call, upstreamModel, outputTokensMax } = terms;
    const body = adapter.chatRequest(call.body, { upstreamModel, isStream: call.isStream, outputTokensMax });
    this.request = { path: adapter.chatPath, body: JSON.stringify(body) };
  }

  readAnswer(bytes: Buffer): WholeAnswer {
    const answer = isUtf8(bytes) ? parseObject(bytes.toString('utf8')) : undefined;
    const reading = answer && this.terms.adapter.readAnswer(answer);
    if (!reading) throw new DomainError('response_parse_failed', 'not a chat completion');
    return { bytes, reading: { ...reading, text: CountedText.of(reading.text) } };
  }

  openStream(): StreamExchange {
    return new PassThroughStream(this.terms);
  }
}
