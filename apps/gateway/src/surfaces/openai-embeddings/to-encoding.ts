import { DomainError } from '@tokenbay/errors';
import type { JsonObject } from '@tokenbay/providers';

const FLOAT_BYTES = 4;

/** How a client wants its vectors: as numbers, or as base64 of little-endian 32-bit floats. */
export type VectorEncoding = 'float' | 'base64';

/**
 * The answer with its vectors as they were asked for; undefined where they are so already. Clients decode what they asked for without
 * looking: numbers in place of base64 would silently become other numbers. Throws `response_parse_failed` for what is no vector.
 */
export function toEncoding(answer: JsonObject, wanted: VectorEncoding): JsonObject | undefined {
  const data = answer['data'] as (JsonObject | null)[];
  const vectors = data.map((item) => item?.['embedding']);
  if (vectors.every((vector) => isEncoded(vector, wanted))) return undefined;
  const encode = wanted === 'base64' ? toBase64 : toNumbers;
  return { ...answer, data: data.map((item, index) => ({ ...item, embedding: encode(vectors[index]) })) };
}

function isEncoded(vector: unknown, encoding: VectorEncoding): boolean {
  return encoding === 'base64' ? typeof vector === 'string' : Array.isArray(vector);
}

function toBase64(vector: unknown): string {
  if (typeof vector === 'string') return vector;
  if (!Array.isArray(vector) || !vector.every(Number.isFinite)) throw noVector();
  const bytes = Buffer.allocUnsafe(vector.length * FLOAT_BYTES);
  for (const [index, value] of (vector as number[]).entries()) bytes.writeFloatLE(value, index * FLOAT_BYTES);
  return bytes.toString('base64');
}

function toNumbers(vector: unknown): readonly number[] {
  if (Array.isArray(vector)) return vector as number[];
  const bytes = typeof vector === 'string' ? Buffer.from(vector, 'base64') : undefined;
  if (!bytes || bytes.length === 0 || bytes.length % FLOAT_BYTES !== 0) throw noVector();
  return Array.from({ length: bytes.length / FLOAT_BYTES }, (_, index) => bytes.readFloatLE(index * FLOAT_BYTES));
}

function noVector(): DomainError {
  return new DomainError('response_parse_failed', 'not a vector');
}
