import { isUtf8 } from 'node:buffer';
import { DomainError } from '@tokenbay/errors';
import type { ErrorView } from '@tokenbay/platform';
import { type JsonObject, type MediaWire, parseObject } from '@tokenbay/providers';
import { CountedText } from '../count-tokens.js';
import { MultipartForm } from '../multipart/multipart-form.js';
import { writeForm } from '../multipart/write-form.js';
import { type Exchange, type OutgoingRequest, type StreamExchange, type WholeAnswer } from './exchange.js';
import { PassThroughStream } from './pass-through-stream.js';

/** Pictures of the largest size come in one event. */
const EVENT_BYTES_MAX = 33_554_432;

/** What a call for pictures or sound is brought to a channel with. */
export interface MediaExchangeTerms {
  /** What the client asked with: a form goes upstream as a form. */
  readonly body: JsonObject | MultipartForm;
  readonly wire: MediaWire;
  readonly upstreamModel: string;
  readonly isStream: boolean;
  readonly choices: number;
  readonly textCharactersMax: number;
  /** The dialect's error event. */
  readonly renderFailure: (error: ErrorView) => string;
}

/** The exchange of pictures and sound in the format in which they were asked for: what came, but for the model, and the upstream's own bytes. */
export class MediaExchange implements Exchange {
  readonly request: OutgoingRequest;

  constructor(private readonly terms: MediaExchangeTerms) {
    this.request = requestOf(terms);
  }

  readAnswer(bytes: Buffer): WholeAnswer {
    return readMediaAnswer(bytes, this.terms.wire);
  }

  openStream(): StreamExchange {
    const { wire, choices, textCharactersMax, renderFailure } = this.terms;
    return new PassThroughStream({
      scanner: wire.openScanner({ choices }),
      renderer: { streamType: 'text/event-stream; charset=utf-8', renderFailure },
      ...{ textCharactersMax, droppedFields: [], eventBytesMax: EVENT_BYTES_MAX },
    });
  }
}

/** Reads an answer of JSON, which passes as it came. Throws `response_parse_failed` where it is none of the wire's interface. */
export function readMediaAnswer(bytes: Buffer, wire: MediaWire): WholeAnswer {
  const answer = isUtf8(bytes) ? parseObject(bytes.toString('utf8')) : undefined;
  const reading = answer && wire.readAnswer(answer);
  if (!reading) throw new DomainError('response_parse_failed', 'not an answer to what was asked');
  return { bytes, reading: { ...reading, text: CountedText.of(reading.text) }, droppedFields: [] };
}

function requestOf({ body, wire, upstreamModel, isStream }: MediaExchangeTerms): OutgoingRequest {
  const { path, headers } = wire.endpoint({ upstreamModel, isStream });
  if (!(body instanceof MultipartForm))
    return { path, headers, body: JSON.stringify(wire.amendRequest(body, upstreamModel)) };
  const form = writeForm(body, { model: upstreamModel });
  return { path, headers: { ...headers, 'content-type': form.contentType }, body: form.body };
}
