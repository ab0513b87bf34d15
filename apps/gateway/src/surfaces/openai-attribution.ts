import type { CanonicalCall } from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import { readObject, readText } from './body-reader.js';

/** For whom a request of OpenAI's dialects is made, and what its cache is called. Throws `invalid_request` naming the field. */
export function readAttribution(body: JsonObject): Pick<CanonicalCall, 'attribution' | 'caching'> {
  const userId = readText(body['safety_identifier'] ?? body['user'], 'user');
  const metadata = readObject(body['metadata'], 'metadata') as Record<string, string> | undefined;
  const tier = readText(body['service_tier'], 'service_tier');
  const key = readText(body['prompt_cache_key'], 'prompt_cache_key');
  return {
    attribution: {
      ...(userId !== undefined && { userId }),
      ...(metadata && { metadata }),
      ...(tier !== undefined && tier !== 'auto' && tier !== 'default' && { serviceTier: tier }),
    },
    caching: key === undefined ? {} : { key },
  };
}
