import type { CanonicalCall, WireFormat } from '@tokenbay/protocol';
import type { EmbeddingsWire } from './embeddings-wire.js';
import type { UpstreamFailure } from './provider.js';
import type { MediaWire } from './media-wire.js';
import type { TextWire } from './text-wire.js';
import type { VideoWire } from './video-wire.js';
import type { WholeWire } from './whole-wire.js';

/** Everything the relay may ask about one provider: pure functions, no connection, no state. */
export interface ProviderAdapter {
  readonly name: string;
  /** The provider's credential, as it travels. */
  headers(secret: string): Record<string, string>;
  /** The formats in which it serves text; a call that must be converted takes the first. Empty where it serves none. */
  readonly wires: readonly TextWire[];
  /** Which of the wires carries best what is asked for; absent where there is but one. */
  readonly chooseWire?: (call: CanonicalCall, from: WireFormat) => TextWire;
  /** How it generates videos; absent where it does not. Its answers are read by the wire itself. */
  readonly video?: VideoWire;
  /** Vectors of texts; absent where it serves none. */
  readonly embeddings?: EmbeddingsWire;
  /** Judgements of texts and pictures, as OpenAI's clients ask for them; absent where it serves none. */
  readonly moderations?: WholeWire;
  /** Documents by relevance, in the shape of Cohere and Jina; absent where it serves none. */
  readonly rerank?: WholeWire;
  /** Pictures made from words, as OpenAI's clients ask for them; absent where it makes none. */
  readonly imageGeneration?: MediaWire;
  /** Pictures changed, as OpenAI's clients ask for them in a form or in JSON; absent where it changes none. */
  readonly imageEditing?: MediaWire;
  /** Texts spoken, as OpenAI's clients ask for them: sound, or events with sound in them; absent where it speaks none. */
  readonly speech?: MediaWire;
  /** Recordings written down, as OpenAI's clients ask for them in a form; absent where it writes none. */
  readonly transcription?: MediaWire;
  /** Recordings written down in English; absent where it does not. */
  readonly translation?: MediaWire;
  /** The provider as it is below a channel's base URL, query included, where that decides what is where; absent where it does not. */
  readonly at?: (baseUrl: string) => ProviderAdapter;
  /** What an answer that is not 2xx means. */
  readFailure(status: number, body: unknown, retryAfterSeconds: number | undefined): UpstreamFailure;
}
