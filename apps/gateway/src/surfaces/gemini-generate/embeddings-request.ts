import type { DroppedFields } from '@tokenbay/protocol';
import type { EmbeddingCall, JsonObject } from '@tokenbay/providers';
import { type EmbeddingsCall, openEmbeddingsExchange } from '../../relay/exchange/embeddings-exchange.js';
import { INPUT_ONLY } from '../../relay/exchange/whole-exchange.js';
import { invalid, needObject, readNumber, readObjects, readText } from '../body-reader.js';
import { renderBatch, renderSingle } from './embeddings-answer.js';
import type { GeminiAsk } from './gemini-ask.js';
import { readInputText, scanContents } from './scan-contents.js';

const REQUESTS_MAX = 2_048;
/** What models put around each text, and what a task adds to it. */
const ADDED_TOKENS = 32;
/** About what a picture of ordinary size counts for. */
const MEDIA_TOKENS = 258;
/** Beside the content: what is carried over to other formats. */
const KNOWN_FIELDS = new Set([
  ...['model', 'content', 'taskType', 'title', 'outputDimensionality', 'embedContentConfig'],
]);

/** Understands a body of `embedContent`. Throws `invalid_request` naming the field. */
export function readEmbedCall(ask: GeminiAsk): EmbeddingsCall {
  return toCall(ask, [readEmbedding(ask.body, 'content')], true);
}

/** Understands a body of `batchEmbedContents`. Throws `invalid_request` naming the field. */
export function readBatchEmbedCall(ask: GeminiAsk): EmbeddingsCall {
  const requests = readObjects(ask.body['requests'], 'requests');
  if (requests.length === 0) throw invalid('requests', 'is required and must not be empty');
  if (requests.length > REQUESTS_MAX) throw invalid('requests', `must hold at most ${REQUESTS_MAX} requests`);
  const embeddings = requests.map((request, index) => readEmbedding(request, `requests[${index}].content`));
  return toCall(ask, embeddings, false);
}

/** What one request asks to be embedded, and how. */
interface Embedding {
  readonly request: JsonObject;
  /** As a conversation of one content, for what reads those. */
  readonly asContents: JsonObject;
  readonly mediaCount: number;
}

function readEmbedding(request: JsonObject, param: string): Embedding {
  const content = needObject(request['content'], param);
  const asContents = { contents: [content] };
  const { mediaCount } = scanContents(asContents);
  if (mediaCount === 0 && readInputText(asContents) === '') throw invalid(param, 'must not be empty');
  return { request, asContents, mediaCount };
}

function toCall(
  { model, body, request }: GeminiAsk,
  embeddings: readonly Embedding[],
  isSingle: boolean,
): EmbeddingsCall {
  const mediaCount = embeddings.reduce((sum, embedding) => sum + embedding.mediaCount, 0);
  const call: EmbeddingsCall = {
    ...INPUT_ONLY,
    ...{ dialect: 'gemini', capability: 'embeddings', model, body, format: 'gemini-embeddings', isSingle },
    texts: embeddings.length,
    inputTokensMax: mediaCount > 0 ? null : request.bodyBytes + embeddings.length * ADDED_TOKENS,
    readInputText: () => embeddings.map(({ asContents }) => readInputText(asContents)).join('\n'),
    addedTokens: mediaCount * MEDIA_TOKENS,
    readCanonical: (dropped) => readCanonical(embeddings, dropped),
    renderAnswer: isSingle ? renderSingle : renderBatch,
    openExchange: (terms) => openEmbeddingsExchange(call, terms),
  };
  return call;
}

/** Other formats have one setting for all inputs, and know text alone. */
function readCanonical(embeddings: readonly Embedding[], dropped: DroppedFields): EmbeddingCall {
  const settings = embeddings.map(({ request }) => readSettings(request));
  const [first = {}] = settings;
  if (settings.some(({ dimensions }) => dimensions !== first.dimensions)) dropped.refuse('outputDimensionality');
  for (const { request, mediaCount } of embeddings) {
    if (mediaCount > 0) dropped.refuse('content.parts');
    for (const field of Object.keys(request)) if (!KNOWN_FIELDS.has(field)) dropped.drop(field);
  }
  return { ...first, inputs: embeddings.map(({ asContents }) => readInputText(asContents)) };
}

/** Settings stand in a config of their own, or beside the content as they did before. */
function readSettings(request: JsonObject): Omit<EmbeddingCall, 'inputs'> {
  const config = { ...request, ...(request['embedContentConfig'] as JsonObject | null | undefined) };
  const dimensions = readNumber(config['outputDimensionality'], 'outputDimensionality');
  const taskType = readText(config['taskType'], 'taskType');
  const title = readText(config['title'], 'title');
  return {
    ...(dimensions !== undefined && { dimensions }),
    ...(taskType !== undefined && { taskType }),
    ...(title !== undefined && { title }),
  };
}
