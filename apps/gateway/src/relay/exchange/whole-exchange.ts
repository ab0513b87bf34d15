import { isUtf8 } from 'node:buffer';
import { DomainError } from '@tokenbay/errors';
import { type JsonObject, parseObject, type ProviderAdapter, type WholeWire } from '@tokenbay/providers';
import type { Call } from '../call.js';
import { CountedText } from '../count-tokens.js';
import { type Exchange, type OutgoingRequest, type StreamExchange, type WholeAnswer } from './exchange.js';

/** What a call beside text is brought to a channel with. */
export interface WholeExchangeTerms {
  readonly body: JsonObject;
  /** What the provider offers of this kind. */
  readonly wire: WholeWire;
  readonly upstreamModel: string;
  /** Puts right what the client asked for otherwise than the upstream answers it; undefined lets the bytes pass as they came. */
  readonly amendAnswer?: (answer: JsonObject) => JsonObject | undefined;
}

type MediaName = 'imageGeneration' | 'imageEditing' | 'speech' | 'transcription' | 'translation';
type InterfaceName = 'embeddings' | 'moderations' | 'rerank' | MediaName;

/** The wire of an interface beside text. Throws `conversion_not_implemented` where the provider does not offer it. */
export function needWire<Name extends InterfaceName>(
  adapter: ProviderAdapter,
  name: Name,
): NonNullable<ProviderAdapter[Name]> {
  const wire = adapter[name];
  if (!wire) throw new DomainError('conversion_not_implemented', `${adapter.name} offers no ${name}`);
  return wire;
}

/** The exchange of a call that is answered whole, in the format in which it was asked: the parsed body, and the upstream's own bytes. */
export class WholeExchange implements Exchange {
  readonly request: OutgoingRequest;

  constructor(private readonly terms: WholeExchangeTerms) {
    const { body, wire, upstreamModel } = terms;
    const { path, headers } = wire.endpoint({ upstreamModel, isStream: false });
    this.request = { path, headers, body: JSON.stringify(wire.amendRequest(body, upstreamModel)) };
  }

  readAnswer(bytes: Buffer): WholeAnswer {
    const { wire, amendAnswer } = this.terms;
    const answer = isUtf8(bytes) ? parseObject(bytes.toString('utf8')) : undefined;
    const reading = answer && wire.readAnswer(answer);
    if (!answer || !reading) throw new DomainError('response_parse_failed', 'not an answer to what was asked');
    const amended = reading.failure ? undefined : amendAnswer?.(answer);
    return {
      bytes: amended ? Buffer.from(JSON.stringify(amended)) : bytes,
      reading: { ...reading, text: CountedText.of(reading.text) },
      droppedFields: [],
    };
  }

  /** Never asked for: no such call is a stream. */
  openStream(): StreamExchange {
    throw new DomainError('internal_error', 'a stream of what is answered whole');
  }
}

/** What all calls that are answered whole and written nothing for have in common: they consume input, and nothing else. */
export const INPUT_ONLY = {
  ...{ isStream: false, wantsUsage: false, choices: 1, outputTokensMax: 0, outputTokensFloor: 0 },
  priceKinds: ['inputPerMillion'],
  excludedKinds: [
    ...['cachedInputPerMillion', 'cacheWritePerMillion', 'cacheWriteLongPerMillion', 'audioInputPerMillion'],
    ...['imageInputPerMillion', 'outputPerMillion', 'audioOutputPerMillion', 'imageOutputPerMillion'],
  ],
  ...{ hostedTools: [], serviceTier: null, keepAlive: Buffer.alloc(0) },
} as const satisfies Partial<Call>;
