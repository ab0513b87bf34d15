import { readSeal } from '@tokenbay/protocol';
import type { JsonObject } from '../provider.js';
import type { WriteTerms } from '../text-wire.js';

/**
 * The client's body with the few changes that must be: the upstream's model, a lowered output limit, no tier but the standard one where the
 * client left the choice to the provider, and without what other providers answered that this one would refuse. All else stays.
 */
export function amendRequest(body: JsonObject, { upstreamModel, outputTokensMax, dropped }: WriteTerms): JsonObject {
  const request: JsonObject = { ...body, model: upstreamModel };
  if (outputTokensMax !== undefined) request['max_tokens'] = outputTokensMax;
  if (request['service_tier'] === 'auto') request['service_tier'] = 'standard_only';
  const messages = body['messages'];
  if (Array.isArray(messages) && messages.some(isForeignMessage)) {
    if (messages.some(({ content }: JsonObject) => Array.isArray(content) && content.some(isForeignThinking)))
      dropped.drop('messages.reasoning');
    request['messages'] = messages.flatMap(withoutForeignParts);
  }
  return request;
}

function isForeignMessage({ role, content }: JsonObject): boolean {
  return role === 'assistant' && Array.isArray(content) && content.some(isForeignBlock);
}

/** Of a message that was nothing but such thinking nothing is left: neighbours of one role are joined by the provider. */
function withoutForeignParts(message: JsonObject): JsonObject[] {
  if (!isForeignMessage(message)) return [message];
  const kept = (message['content'] as JsonObject[]).filter((block) => !isForeignThinking(block));
  const content = kept.map((block) => (hasForeignCitation(block) ? withoutForeignCitations(block) : block));
  return content.length > 0 ? [{ ...message, content }] : [];
}

function isForeignBlock(block: JsonObject): boolean {
  return isForeignThinking(block) || hasForeignCitation(block);
}

/** Thinking of another model came to the client marked with its maker, or unsigned. */
function isForeignThinking(block: JsonObject): boolean {
  if (block['type'] !== 'thinking' && block['type'] !== 'redacted_thinking') return false;
  const carried = block['type'] === 'thinking' ? block['signature'] : block['data'];
  return readSeal(carried, 'anthropic-messages')?.format !== 'anthropic-messages';
}

function hasForeignCitation({ type, citations }: JsonObject): boolean {
  return type === 'text' && Array.isArray(citations) && citations.some(isForeignCitation);
}

function withoutForeignCitations(block: JsonObject): JsonObject {
  const { citations, ...rest } = block;
  const own = (citations as JsonObject[]).filter((citation) => !isForeignCitation(citation));
  return own.length > 0 ? { ...rest, citations: own } : rest;
}

/** What another provider's search found has no index of this one's. */
function isForeignCitation({ type, encrypted_index: index }: JsonObject): boolean {
  return type === 'web_search_result_location' && index === '';
}
