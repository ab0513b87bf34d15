import type { JsonObject } from '../provider.js';
import type { WriteTerms } from '../text-wire.js';
import { isStoredUnlessTold, type OpenAiDialect } from './endpoint.js';

/**
 * The client's body with the few changes that must be: the upstream's model name, no storing at the provider, usage reporting on
 * streams, a lowered output limit, and no tier that the provider's settings choose. Fields we do not know are left as they are.
 */
export function amendRequest(body: JsonObject, terms: WriteTerms, dialect: OpenAiDialect): JsonObject {
  const request: JsonObject = { ...body, model: terms.upstreamModel };
  if (isStoredUnlessTold(dialect) || 'store' in body) request['store'] = false;
  if (dialect.refusesUnknownFields) delete request['stream_options'];
  else if (terms.isStream) {
    request['stream_options'] = { ...(body['stream_options'] as JsonObject | null | undefined), include_usage: true };
  }
  const isUntold = dialect.hasTierOfProject && (body['service_tier'] ?? null) === null;
  if (isUntold || body['service_tier'] === 'auto') request['service_tier'] = 'default';
  return withOutputLimit(request, terms.outputTokensMax, dialect);
}

/**
 * Sends one limit in one field: providers refuse to be given both, and some know only one of them. That is the field the client chose, and
 * where it sent both or none, or the provider knows but one, the one that is known to be obeyed.
 */
function withOutputLimit(request: JsonObject, lowered: number | undefined, dialect: OpenAiDialect): JsonObject {
  const { max_completion_tokens: newer, max_tokens: older, ...rest } = request;
  const limit = Math.min(...[newer, older, lowered].filter((value) => typeof value === 'number'));
  if (limit === Infinity) return request;
  if (dialect.knowsOneLimit) return { ...rest, [dialect.outputLimitField]: limit };
  const hasNewer = typeof newer === 'number';
  const hasOlder = typeof older === 'number';
  const chosen = hasNewer ? 'max_completion_tokens' : 'max_tokens';
  return { ...rest, [hasNewer === hasOlder ? dialect.outputLimitField : chosen]: limit };
}
