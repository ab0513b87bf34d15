import type { JsonObject } from '@tokenbay/providers';
import type { FastifyRequest } from 'fastify';

/** What a Gemini path asks of which model. */
interface GeminiTarget {
  /** The public name: everything up to the last colon, slashes and colons in it included. */
  readonly model: string;
  readonly verb: string;
}

/** One request of Gemini's dialect. */
export interface GeminiAsk {
  readonly model: string;
  /** In camel case, however the client spelt its fields. */
  readonly body: JsonObject;
  readonly request: Pick<FastifyRequest, 'bodyBytes' | 'headers' | 'query'>;
}

/** Reads what stands behind `models/`, decoded. Undefined where it has no colon with a name before it. */
export function readGeminiTarget({ params }: Pick<FastifyRequest, 'params'>): GeminiTarget | undefined {
  const path = (params as Record<string, string | undefined>)['*'] ?? '';
  const colon = path.lastIndexOf(':');
  return colon > 0 ? { model: path.slice(0, colon), verb: path.slice(colon + 1) } : undefined;
}
