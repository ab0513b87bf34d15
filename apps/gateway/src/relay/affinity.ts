import { hashText } from '@tokenbay/channels';
import type { Call } from './call.js';

/** Providers cache prompts from about a thousand tokens on; a token is some four bytes. */
const CACHED_BYTES_MIN = 4_096;
/** The beginning of a text tells it apart from others. */
const CHARACTERS_MAX = 256;
/** A conversation is known by what it begins with: up to its first user's message, or so many. */
const MESSAGES_MAX = 4;

/**
 * A 32-bit number that the requests of one conversation share: from the name that its client gave it, else, where the prompt is long enough
 * to be cached, from its first messages. Undefined where there is nothing to gain.
 */
export function affinityOf({ body, inputTokensMax }: Call, accountId: string): number | undefined {
  const name = [body['prompt_cache_key'], body['user'], fieldOf(body['metadata'], 'user_id')].find(isText);
  const seed = hashText(accountId, accountId.length);
  if (name !== undefined) return hashText(name, CHARACTERS_MAX, seed);
  if (inputTokensMax !== null && inputTokensMax < CACHED_BYTES_MIN) return undefined;
  return hashMessages(body['messages'] ?? body['contents'] ?? body['input'], seed);
}

function hashMessages(messages: unknown, seed: number): number | undefined {
  if (isText(messages)) return hashText(messages, CHARACTERS_MAX, seed);
  if (!Array.isArray(messages)) return undefined;
  let hash = seed;
  for (const message of messages.slice(0, MESSAGES_MAX) as unknown[]) {
    hash = hashText(textOf(message), CHARACTERS_MAX, hash);
    if (fieldOf(message, 'role') === 'user') break;
  }
  return hash;
}

/** The first text of a message, in whichever dialect. */
function textOf(message: unknown): string {
  const content = fieldOf(message, 'content') ?? fieldOf(message, 'parts');
  if (isText(content)) return content;
  const text = Array.isArray(content) ? fieldOf(content[0], 'text') : undefined;
  return isText(text) ? text : '';
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
