import { isUtf8 } from 'node:buffer';
import { DomainError } from '@tokenbay/errors';
import { parseObject } from '@tokenbay/providers';
import { CountedText } from '../../relay/count-tokens.js';
import {
  type Exchange,
  type OutgoingRequest,
  type StreamExchange,
  type WholeAnswer,
} from '../../relay/exchange/exchange.js';
import { MediaExchange, type MediaExchangeTerms } from '../../relay/exchange/media-exchange.js';

const PLAIN_TEXT = 'text/plain; charset=utf-8';
/** The times of a cue, in subtitles of either form: `00:00:01,000 --> 00:00:04,500`, and its number before. */
const CUE_LINES = /^(?:\d+|.{0,40}-->.{0,200}|WEBVTT.*)$/gm;

/** What of the formats that are no JSON a transcript comes in. */
export type TextFormat = 'text' | 'subtitles';

/** The exchange of a recording that is written down: in one of the formats of JSON, as plain text, or as subtitles. */
export class TranscriptExchange implements Exchange {
  /** Models that know no streams answer whole, whatever was asked for. */
  readonly mayComeWhole = true;
  readonly request: OutgoingRequest;
  private readonly inJson: MediaExchange;

  constructor(
    terms: MediaExchangeTerms,
    /** Undefined for the formats of JSON. */
    private readonly format: TextFormat | undefined,
  ) {
    this.inJson = new MediaExchange(terms);
    this.request = this.inJson.request;
  }

  openStream(): StreamExchange {
    return this.inJson.openStream();
  }

  readAnswer(bytes: Buffer, contentType: string): WholeAnswer {
    if (!this.format || /\bjson\b/i.test(contentType)) return this.inJson.readAnswer(bytes);
    const text = bytes.toString('utf8');
    const isPage = /\bhtml\b/i.test(contentType) || parseObject(text)?.['error'] !== undefined;
    if (isPage || bytes.length === 0 || !isUtf8(bytes)) throw new DomainError('response_parse_failed', 'no transcript');
    const spoken = this.format === 'subtitles' ? withoutCues(text) : text;
    const reading = { usage: undefined, failure: undefined, text: CountedText.of(spoken) };
    return { bytes, reading, droppedFields: [], contentType: PLAIN_TEXT };
  }
}

/** What is said in subtitles: without the lines that number and time it. */
function withoutCues(text: string): string {
  return text.replace(CUE_LINES, '');
}
