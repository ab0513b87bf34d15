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

/** Where a cue ends; hours may be missing. */
const CUE_END = /^[\d:.,]{5,16} --> (?:(\d{1,4}):)?(\d{2}):(\d{2})[.,](\d{3})/gm;

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
    /** `format` is undefined for the formats of JSON; subtitles say how long a recording is only where that is more than `secondsMin`. */
    private readonly asked: { readonly format: TextFormat | undefined; readonly secondsMin: number },
  ) {
    this.inJson = new MediaExchange(terms);
    this.request = this.inJson.request;
  }

  openStream(): StreamExchange {
    return this.inJson.openStream();
  }

  readAnswer(bytes: Buffer, contentType: string): WholeAnswer {
    const { format, secondsMin } = this.asked;
    if (!format || /\bjson\b/i.test(contentType)) return this.inJson.readAnswer(bytes);
    const text = bytes.toString('utf8');
    const isPage = /\bhtml\b/i.test(contentType) || parseObject(text)?.['error'] !== undefined;
    if (isPage || bytes.length === 0 || !isUtf8(bytes)) throw new DomainError('response_parse_failed', 'no transcript');
    const isCued = format === 'subtitles';
    const ends = isCued ? lastCueEnd(text) : 0;
    const reading = {
      ...{ usage: undefined, failure: undefined, text: CountedText.of(isCued ? withoutCues(text) : text) },
      // Silence may follow the last cue, but no cue is later than the end of what was heard.
      ...(ends > secondsMin && { pieces: { seconds: ends } }),
    };
    return { bytes, reading, droppedFields: [], contentType: PLAIN_TEXT };
  }
}

/** What is said in subtitles: without the lines that number and time it. */
function withoutCues(text: string): string {
  return text.replace(CUE_LINES, '');
}

/** Seconds at which the last of all cues ends; 0 where there is none. */
function lastCueEnd(text: string): number {
  let last = 0;
  for (const [, hours = '0', minutes, seconds, milliseconds] of text.matchAll(CUE_END))
    last = Math.max(
      last,
      Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds) + Number(milliseconds) / 1_000,
    );
  return last;
}
