import type { ChatChanges, JsonObject } from '../provider.js';
import type { OpenAiDialect } from './endpoint.js';

/**
 * The client's body with the few changes that must be: the upstream's model name, no storing at the provider, usage reporting on
 * streams, and a lowered output limit. Fields we do not know are left as they are.
 */
export function toChatRequest(body: JsonObject, changes: ChatChanges, dialect: OpenAiDialect): JsonObject {
  const request: JsonObject = { ...body, model: changes.upstreamModel };
  if (dialect.knowsStore || 'store' in body) request['store'] = false;
  if (changes.isStream) {
    request['stream_options'] = { ...(body['stream_options'] as JsonObject | null | undefined), include_usage: true };
  }
  if (request['service_tier'] === 'auto') request['service_tier'] = 'default';
  return withOutputLimit(request, changes.outputTokensMax, dialect);
}

/**
 * Sends one limit, in a field that the provider obeys: what is held must be what can be spent. Providers that speak the format more or less
 * know `max_tokens`, whatever else they know; OpenAI refuses to be given both.
 */
function withOutputLimit(request: JsonObject, lowered: number | undefined, dialect: OpenAiDialect): JsonObject {
  const { max_completion_tokens: newer, max_tokens: older, ...rest } = request;
  const limit = Math.min(...[newer, older, lowered].filter((value) => typeof value === 'number'));
  if (limit === Infinity) return request;
  if (dialect.outputLimitField === 'max_tokens') {
    return { ...rest, max_tokens: limit, ...(typeof newer === 'number' && { max_completion_tokens: limit }) };
  }
  const hasOnlyOlder = typeof older === 'number' && typeof newer !== 'number';
  return { ...rest, [hasOnlyOlder ? 'max_tokens' : 'max_completion_tokens']: limit };
}
