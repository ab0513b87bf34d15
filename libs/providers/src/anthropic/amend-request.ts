import { readSeal } from '@tokenbay/protocol';
import type { JsonObject } from '../provider.js';
import type { WriteTerms } from '../text-wire.js';

/**
 * The client's body with the few changes that must be: the upstream's model, a lowered output limit, no tier but the standard one where the
 * client left the choice to the provider, and without thinking that this provider did not sign, which it would refuse. All else stays.
 */
export function amendRequest(body: JsonObject, { upstreamModel, outputTokensMax, dropped }: WriteTerms): JsonObject {
  const request: JsonObject = { ...body, model: upstreamModel };
  if (outputTokensMax !== undefined) request['max_tokens'] = outputTokensMax;
  if (request['service_tier'] === 'auto') request['service_tier'] = 'standard_only';
  const messages = body['messages'];
  if (Array.isArray(messages) && messages.some(holdsForeignThinking)) {
    dropped.drop('messages.reasoning');
    request['messages'] = messages.flatMap(withoutForeignThinking);
  }
  return request;
}

function holdsForeignThinking({ role, content }: JsonObject): boolean {
  return role === 'assistant' && Array.isArray(content) && content.some(isForeignThinking);
}

/** Of a message that was nothing but such thinking nothing is left: neighbours of one role are joined by the provider. */
function withoutForeignThinking(message: JsonObject): JsonObject[] {
  if (!holdsForeignThinking(message)) return [message];
  const content = (message['content'] as JsonObject[]).filter((block) => !isForeignThinking(block));
  return content.length > 0 ? [{ ...message, content }] : [];
}

/** Thinking of another model came to the client marked with its maker, or unsigned. */
function isForeignThinking(block: JsonObject): boolean {
  if (block['type'] !== 'thinking' && block['type'] !== 'redacted_thinking') return false;
  const carried = block['type'] === 'thinking' ? block['signature'] : block['data'];
  return readSeal(carried, 'anthropic-messages')?.format !== 'anthropic-messages';
}
