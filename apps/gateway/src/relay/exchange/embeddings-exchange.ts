import { isUtf8 } from 'node:buffer';
import { DomainError } from '@tokenbay/errors';
import { DroppedFields } from '@tokenbay/protocol';
import {
  type EmbeddingAnswer,
  type EmbeddingCall,
  type EmbeddingsFormat,
  type EmbeddingsWire,
  type JsonObject,
  parseObject,
} from '@tokenbay/providers';
import type { Call } from '../call.js';
import { CountedText } from '../count-tokens.js';
import {
  type Exchange,
  type ExchangeTerms,
  type OutgoingRequest,
  type StreamExchange,
  type WholeAnswer,
} from './exchange.js';
import { needWire, WholeExchange } from './whole-exchange.js';

/** A call for vectors: what is needed to let it pass to a provider of its format, and to convert it for any other. */
export interface EmbeddingsCall extends Call {
  readonly format: EmbeddingsFormat;
  /** True for one input by itself, where its format has an interface of its own for that. */
  readonly isSingle: boolean;
  /** Run only where the call is converted. Throws `conversion_not_implemented` for what no other format can say. */
  readonly readCanonical: (dropped: DroppedFields) => EmbeddingCall;
  /** Writes an answer in the client's format; run only where the call is converted. */
  readonly renderAnswer: (answer: EmbeddingAnswer) => JsonObject;
  /** Puts right an answer that passed. */
  readonly amendAnswer?: (answer: JsonObject) => JsonObject | undefined;
}

/** Lets a call pass where the provider speaks its format, and converts it for any other. Throws `conversion_not_implemented`. */
export function openEmbeddingsExchange(call: EmbeddingsCall, { adapter, upstreamModel }: ExchangeTerms): Exchange {
  const wire = needWire(adapter, 'embeddings');
  if (wire.format !== call.format) return new ConvertedEmbeddings(call, wire, upstreamModel);
  const { body, isSingle, amendAnswer } = call;
  const own = (isSingle ? wire.single : undefined) ?? wire.batch;
  return new WholeExchange({ body, wire: own, upstreamModel, ...(amendAnswer && { amendAnswer }) });
}

/** The exchange of vectors between two formats. */
class ConvertedEmbeddings implements Exchange {
  readonly request: OutgoingRequest;
  private readonly dropped = new DroppedFields();
  private readonly inputs: number;

  constructor(
    private readonly call: EmbeddingsCall,
    private readonly wire: EmbeddingsWire,
    upstreamModel: string,
  ) {
    const canonical = call.readCanonical(this.dropped);
    this.inputs = canonical.inputs.length;
    const { path, headers } = wire.batch.endpoint({ upstreamModel, isStream: false });
    const body = wire.writeRequest(canonical, { upstreamModel, dropped: this.dropped });
    this.request = { path, headers, body: JSON.stringify(body) };
  }

  readAnswer(bytes: Buffer): WholeAnswer {
    const body = isUtf8(bytes) ? parseObject(bytes.toString('utf8')) : undefined;
    const answer = body && this.wire.readVectors(body);
    if (!answer) throw new DomainError('response_parse_failed', 'no vectors');
    const droppedFields = this.dropped.list;
    const text = new CountedText();
    if ('kind' in answer) return { bytes, droppedFields, reading: { text, usage: undefined, failure: answer } };
    const { vectors, usage } = answer;
    const isWhole = vectors.length === this.inputs && Object.keys(vectors).length === this.inputs;
    if (!isWhole) throw new DomainError('response_parse_failed', 'not one vector for each input');
    const rendered = JSON.stringify(this.call.renderAnswer(answer));
    return { bytes: Buffer.from(rendered), droppedFields, reading: { text, usage, failure: undefined } };
  }

  /** Never asked for: vectors are no stream. */
  openStream(): StreamExchange {
    throw new DomainError('internal_error', 'a stream of vectors');
  }
}
