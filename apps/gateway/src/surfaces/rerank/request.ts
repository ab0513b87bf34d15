import type { JsonObject } from '@tokenbay/providers';
import type { Call } from '../../relay/call.js';
import { INPUT_ONLY, needWire, WholeExchange } from '../../relay/exchange/whole-exchange.js';
import { invalid, needText, readFlag, readNumber } from '../body-reader.js';
import { assertPublicMedia } from '../public-media.js';
import { type RankedDocument, returnDocuments } from './return-documents.js';

/** As many documents as Jina takes in one request. */
const DOCUMENTS_MAX = 2_048;
/** What models put around each pair: markers and an instruction. */
const ADDED_TOKENS = 64;

/** Understands a body of `POST /v1/rerank`. Throws `invalid_request` naming the field. */
export function readRerankCall(body: JsonObject, bodyBytes: number): Call {
  const model = needText(body['model'], 'model');
  const query = needText(body['query'], 'query');
  if (query === '') throw invalid('query', 'must not be empty');
  const documents = readDocuments(body['documents']);
  assertTopN(body['top_n']);
  const wantsDocuments = readFlag(body['return_documents'], 'return_documents') ?? false;
  return {
    ...INPUT_ONLY,
    ...{ dialect: 'openai', capability: 'rerank', model, body },
    texts: documents.length,
    // The query is read once more with each document. A token stands for at least one byte.
    inputTokensMax: documents.every(isText)
      ? bodyBytes + documents.length * (Buffer.byteLength(query) + ADDED_TOKENS)
      : null,
    readInputText: () => [query, ...documents.map(textOf)].join('\n'),
    openExchange: ({ adapter, upstreamModel }) =>
      new WholeExchange({
        ...{ body, upstreamModel, wire: needWire(adapter, 'rerank') },
        ...(wantsDocuments && { amendAnswer: (answer: JsonObject) => returnDocuments(answer, documents) }),
      }),
  };
}

function readDocuments(value: unknown): readonly RankedDocument[] {
  if (value === undefined || value === null) throw invalid('documents', 'is required');
  if (!Array.isArray(value)) throw invalid('documents', 'must be an array');
  if (value.length === 0) throw invalid('documents', 'must not be empty');
  if (value.length > DOCUMENTS_MAX) throw invalid('documents', `must hold at most ${DOCUMENTS_MAX} documents`);
  return value.map((document: unknown, index) => readDocument(document, `documents[${index}]`));
}

function readDocument(document: unknown, param: string): RankedDocument {
  if (typeof document === 'string') return document;
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw invalid(param, 'must be a string or an object');
  const { image, image_url, video, video_url, content } = document as JsonObject;
  // Any other field is what is ranked: an address in it is words.
  assertPublicMedia({ image, image_url, video, video_url, content }, param);
  return document as JsonObject;
}

function assertTopN(value: unknown): void {
  const count = readNumber(value, 'top_n');
  if (count !== undefined && (!Number.isInteger(count) || count < 1))
    throw invalid('top_n', 'must be a whole number from 1 up');
}

/** Any other field may name a picture, whose tokens have nothing to do with its bytes. */
function isText(document: RankedDocument): boolean {
  if (typeof document === 'string') return true;
  return Object.entries(document).every(([name, value]) => name === 'text' && typeof value === 'string');
}

/** Of an object all fields are read: which of them are ranked is the model's affair. */
function textOf(document: RankedDocument): string {
  if (typeof document === 'string') return document;
  return Object.values(document)
    .filter((value) => typeof value === 'string')
    .join('\n');
}
