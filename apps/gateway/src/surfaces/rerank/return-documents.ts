import { DomainError } from '@tokenbay/errors';
import type { JsonObject } from '@tokenbay/providers';

/** A text, or an object that holds one. */
export type RankedDocument = string | JsonObject;

/**
 * The answer with each result's document, which some upstreams leave to the client to look up; undefined where they are there already.
 * Throws `response_parse_failed` for a place that no document has.
 */
export function returnDocuments(answer: JsonObject, documents: readonly RankedDocument[]): JsonObject | undefined {
  const results = answer['results'] as (JsonObject | null)[];
  if (results.every((result) => hasDocument(result))) return undefined;
  return {
    ...answer,
    results: results.map((result) => (hasDocument(result) ? result : withDocument(result, documents))),
  };
}

function hasDocument(result: JsonObject | null): boolean {
  return result?.['document'] !== undefined && result['document'] !== null;
}

function withDocument(result: JsonObject | null, documents: readonly RankedDocument[]): JsonObject {
  const document = documents[result?.['index'] as number];
  if (document === undefined) throw new DomainError('response_parse_failed', 'a result without a document');
  return { ...result, document: typeof document === 'string' ? { text: document } : document };
}
