import { vectorOf } from '../beside-chats/embed.js';
import { deliver } from '../deliver.js';
import { type Answer, type Exchange, jsonAnswer } from '../exchange.js';
import type { ProviderError } from '../protocol.js';
import { errorAnswer, substituteAnswer } from '../substitute-answer.js';
import { GOOGLE_ERROR_FORM, invalidArgument } from './errors.js';
import { type Body, isObject, targetOf } from './shapes.js';

const FIELDS = ['model', 'content', 'taskType', 'title', 'outputDimensionality', 'embedContentConfig'];
const CONFIG = ['taskType', 'title', 'outputDimensionality', 'autoTruncate'];
const DIMENSIONS = 8;
const BATCH_MAX = 100;

/** `embedContent` and `batchEmbedContents`. Usage is reported as `usage:N` says, and not without it: most models report none. */
export function handleEmbeddings(exchange: Exchange): Promise<void> {
  const { body, entry, behaviour } = exchange;
  const { model, verb } = targetOf(entry.path);
  const isBatch = verb === 'batchEmbedContents';
  const refusal = isBatch ? refuseBatch(body, model) : refuseRequest(body, model);
  if (refusal) return deliver(exchange, errorAnswer(refusal, GOOGLE_ERROR_FORM));
  return deliver(exchange, substituteAnswer(behaviour, GOOGLE_ERROR_FORM) ?? answer(exchange, isBatch));
}

function answer({ body, behaviour }: Exchange, isBatch: boolean): Answer {
  const asked = behaviour.get('usage')?.split(':')[0];
  const usage = asked === undefined ? undefined : { promptTokenCount: Number(asked) };
  const vectors = isBatch ? { embeddings: (body['requests'] as Body[]).map(embed) } : { embedding: embed(body) };
  return jsonAnswer(200, JSON.stringify({ ...vectors, ...(usage && { usageMetadata: usage }) }), usage);
}

function embed({ content, embedContentConfig, ...request }: Body): object {
  const config = { ...request, ...(embedContentConfig as Body | undefined) };
  const text = (content as { parts: { text?: string }[] }).parts.map((part) => part.text ?? '').join('\n');
  return { values: [...vectorOf(JSON.stringify(text), Number(config['outputDimensionality'] ?? DIMENSIONS))] };
}

function refuseBatch(body: Body, model: string): ProviderError | null {
  const { requests, ...rest } = body;
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) return invalidArgument(`Invalid JSON payload received. Unknown name "${unknown}"`);
  if (!Array.isArray(requests) || requests.length === 0)
    return invalidArgument('BatchEmbedContentsRequest.requests: empty');
  if (requests.length > BATCH_MAX) return invalidArgument('at most 100 requests can be in one batch');
  for (const request of requests as unknown[]) {
    if (!isObject(request)) return invalidArgument('BatchEmbedContentsRequest.requests: not a message');
    if (request['model'] !== `models/${model}`)
      return invalidArgument('the model of a request must be that of the path');
    const refusal = refuseRequest(request, model);
    if (refusal) return refusal;
  }
  return null;
}

function refuseRequest(request: Body, model: string): ProviderError | null {
  const config = request['embedContentConfig'];
  const unknown =
    Object.keys(request).find((field) => !FIELDS.includes(field)) ??
    Object.keys(isObject(config) ? config : {}).find((field) => !CONFIG.includes(field));
  if (unknown !== undefined) return invalidArgument(`Invalid JSON payload received. Unknown name "${unknown}"`);
  if (request['model'] !== undefined && request['model'] !== `models/${model}`)
    return invalidArgument('the model of a request must be that of the path');
  const { content } = request;
  const parts = isObject(content) ? content['parts'] : undefined;
  const isGood = Array.isArray(parts) && parts.length > 0 && parts.every(isPart);
  return isGood ? null : invalidArgument('EmbedContentRequest.content contains an empty Part.');
}

function isPart(part: unknown): boolean {
  return isObject(part) && ((typeof part['text'] === 'string' && part['text'] !== '') || isObject(part['inlineData']));
}
