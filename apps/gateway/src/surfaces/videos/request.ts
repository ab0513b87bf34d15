import { DomainError } from '@tokenbay/errors';
import type { VideoCall, VideoField } from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import type { FastifyRequest } from 'fastify';
import type { TaskCall } from '../../tasks/task-call.js';
import { invalid } from '../body-reader.js';
import { fieldsOf, type RequestFields } from '../form-body.js';
import { digestOf } from './digest.js';
import { readImages } from './images.js';
import { readMetadata, type VideoMetadata } from './metadata.js';
import { readShape } from './shape.js';
import { Spellings } from './spellings.js';

const IDEMPOTENCY_KEY = /^[\x20-\x7e]{1,255}$/;
const TEXT_LENGTH_MAX = 32_000;
/** More than one video at once is not offered; a form says the number as a text. */
const ONE: readonly unknown[] = [undefined, null, 1, '1'];
/** Fields of other requests that a task has no use for. */
const MEANINGLESS = ['user', 'stream', 'response_format', 'n'];

/**
 * Understands `POST /v1/videos`, as JSON or as a form with the same fields. Throws `invalid_request` naming the field, and `not_implemented`
 * for files that are stored at an upstream.
 */
export function readVideoTask(request: FastifyRequest): TaskCall {
  const sent = fieldsOf(request);
  const { fields, files } = sent;
  const model = fields['model'];
  if (typeof model !== 'string' || model === '') throw invalid('model', 'is required and must be a string');
  if (!ONE.includes(fields['n'])) throw invalid('n', 'must be 1');
  const idempotencyKey = readIdempotencyKey(request);
  return {
    capability: 'video',
    model,
    video: readVideoCall(sent),
    idempotencyKey,
    requestDigest: digestOf(fields, files),
    isRepeated: idempotencyKey === null && Number(request.headers['x-stainless-retry-count']) > 0,
  };
}

/** What is asked for, whatever the client calls it. */
export function readVideoCall({ fields, files }: Pick<RequestFields, 'fields' | 'files'>): VideoCall {
  const metadata = readMetadata(fields['metadata']);
  const spellings = new Spellings(fields, metadata);
  const prompt = readText(spellings, 'prompt', ['prompt']);
  const negativePrompt = readText(spellings, 'negativePrompt', ['negative_prompt']);
  const shape = readShape(spellings);
  const images = readImages(spellings, files);
  return {
    ...(prompt !== undefined && { prompt }),
    ...shape,
    ...images,
    ...(negativePrompt !== undefined && { negativePrompt }),
    metadata: otherParameters(fields, metadata, spellings),
    spelling: spellings.used,
  };
}

/** An empty text is none: a form sends one for a field that was left empty. */
function readText(spellings: Spellings, field: VideoField, names: readonly string[]): string | undefined {
  const found = spellings.find(field, names);
  if (!found || found.value === '') return undefined;
  if (typeof found.value !== 'string') throw invalid(found.name, 'must be a string');
  if (found.value.length > TEXT_LENGTH_MAX)
    throw invalid(found.name, `must have at most ${TEXT_LENGTH_MAX} characters`);
  return found.value.replaceAll('\0', '').toWellFormed();
}

/** What nobody here knows may mean something to one provider, beside what was sent as its own. */
function otherParameters(fields: JsonObject, metadata: VideoMetadata, { known }: Spellings): VideoMetadata {
  const isOther = ([name, value]: [string, unknown]): boolean =>
    !known.has(name) && !MEANINGLESS.includes(name) && name !== 'model' && name !== 'metadata' && value !== null;
  return Object.fromEntries([...Object.entries(fields).filter(isOther), ...Object.entries(metadata).filter(isOther)]);
}

function readIdempotencyKey({ headers }: FastifyRequest): string | null {
  const key = headers['idempotency-key'];
  if (key === undefined || key === '') return null;
  if (typeof key === 'string' && IDEMPOTENCY_KEY.test(key)) return key;
  throw new DomainError('invalid_request', 'idempotency key', {
    message: 'Idempotency-Key must have 1 to 255 printable characters.',
  });
}
