import type { JsonObject, MediaWire } from '@tokenbay/providers';
import { ByteStream } from '../../relay/exchange/byte-stream.js';
import type { Exchange, OutgoingRequest, StreamExchange, WholeAnswer } from '../../relay/exchange/exchange.js';
import { readMediaAnswer } from '../../relay/exchange/media-exchange.js';

const SOUND = /^(audio\/[\w.+-]{1,64}|(application|binary)\/octet-stream)/i;
/** What the formats are called where the upstream does not say. */
const TYPES: Readonly<Record<string, string>> = {
  mp3: 'audio/mpeg',
  opus: 'audio/ogg',
  aac: 'audio/aac',
  flac: 'audio/flac',
  wav: 'audio/wav',
  pcm: 'audio/pcm',
};

/** What a text is brought to a channel with to be spoken. */
export interface SpeechTerms {
  readonly body: JsonObject;
  readonly wire: MediaWire;
  readonly upstreamModel: string;
  /** As the client asked for it: `mp3`. */
  readonly format: string;
}

/** The exchange of a text that is spoken: bytes that flow as they come, under the type that the upstream names. */
export class SpeechExchange implements Exchange {
  readonly request: OutgoingRequest;

  constructor(private readonly terms: SpeechTerms) {
    const { wire, body, upstreamModel } = terms;
    const { path, headers } = wire.endpoint({ upstreamModel, isStream: false });
    const written = JSON.stringify(wire.amendRequest(body, upstreamModel));
    this.request = { path, headers: { ...headers, accept: '*/*' }, body: written };
  }

  readonly streams = (contentType: string): boolean => SOUND.test(contentType);

  /** Sound never comes so; what does may say what went wrong. */
  readAnswer(bytes: Buffer): WholeAnswer {
    return readMediaAnswer(bytes, this.terms.wire);
  }

  openStream(contentType: string): StreamExchange {
    const [type = ''] = SOUND.exec(contentType) ?? [];
    const isNamed = type.startsWith('audio/');
    return new ByteStream(isNamed ? type : (TYPES[this.terms.format] ?? 'application/octet-stream'));
  }
}
