import { DomainError } from '@tokenbay/errors';
import type { JsonObject } from '@tokenbay/providers';
import { assertPublicMedia, holdsMedia } from '../public-media.js';

const MESSAGES_MAX = 10_000;
const FILE_LISTS = ['attachments', 'file_ids'];
const PART_DEPTH_MAX = 4;
/** Parts that are sound, whatever the provider calls them. */
const AUDIBLE = /audio/i;
const TEXT_PARTS = new Set(['text', 'refusal', 'input_text', 'output_text']);

/** What kinds of content a conversation holds, as far as they decide its cost. */
export interface MessageParts {
  /** False where an image, a file or audio is in it: what they cost in tokens has nothing to do with their bytes. */
  readonly isBoundedByBytes: boolean;
  readonly hasAudio: boolean;
  /** True where a part asks for an hour in the provider's prompt cache. */
  readonly hasLongCache: boolean;
}

/** Checks the conversation's form. Throws `invalid_request` where it is none, `not_implemented` where it refers to a file kept upstream. */
export function scanMessages(messages: unknown): MessageParts {
  if (!Array.isArray(messages) || messages.length === 0) throw invalid('is required and must be a non-empty array');
  if (messages.length > MESSAGES_MAX) throw invalid(`must have at most ${MESSAGES_MAX} messages`);
  const parts = { isBoundedByBytes: true, hasAudio: false, hasLongCache: false };
  for (let index = 0; index < messages.length; index += 1) {
    const message = messages[index] as JsonObject | null;
    if (typeof message !== 'object' || message === null || typeof message['role'] !== 'string') {
      throw invalid('must be objects with a role');
    }
    assertNoUpstreamAudio(message['audio']);
    for (const field of FILE_LISTS) assertNoUpstreamFile(message[field], field);
    if (message['images']) {
      parts.isBoundedByBytes = false;
      assertPublicMedia({ images: message['images'] }, `messages[${index}]`);
    }
    if (isLongCache(message)) parts.hasLongCache = true;
    scanContent(message['content'], index, parts);
  }
  return parts;
}

type FoundParts = { -readonly [K in keyof MessageParts]: boolean };

function scanContent(content: unknown, message: number, parts: FoundParts): void {
  if (content === undefined || content === null || typeof content === 'string') return;
  if (!Array.isArray(content)) throw invalid('content must be a string or a list of parts');
  for (let index = 0; index < content.length; index += 1) {
    const part = content[index] as JsonObject | null;
    const type = part?.['type'];
    if (typeof type !== 'string') throw invalid('content parts must be objects with a type');
    if (isLongCache(part)) parts.hasLongCache = true;
    if (TEXT_PARTS.has(type) && !holdsMedia(part)) continue;
    parts.isBoundedByBytes = false;
    if (AUDIBLE.test(type)) parts.hasAudio = true;
    assertPublicMedia(part, `messages[${message}].content[${index}]`);
    if (hasKey(part, 'file_id', PART_DEPTH_MAX)) assertNoUpstreamFile(part, 'file_id');
  }
}

/** Whether a mark asks for an hour in the provider's prompt cache. */
export function isLongCache(marked: JsonObject | null): boolean {
  return (marked?.['cache_control'] as JsonObject | null | undefined)?.['ttl'] === '1h';
}

function hasKey(value: unknown, key: string, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth === 0) return false;
  return Object.hasOwn(value, key) || Object.values(value).some((inner) => hasKey(inner, key, depth - 1));
}

/** The input as text, roughly as a model reads it: messages, their parts, and the tools that are offered. */
export function readInputText(body: JsonObject): string {
  const texts: string[] = [];
  for (const message of body['messages'] as JsonObject[]) {
    const content = message['content'];
    if (typeof content === 'string') texts.push(content);
    else if (Array.isArray(content)) {
      for (const part of content as JsonObject[]) if (typeof part['text'] === 'string') texts.push(part['text']);
    }
    if (message['tool_calls']) texts.push(JSON.stringify(message['tool_calls']));
  }
  if (body['tools']) texts.push(JSON.stringify(body['tools']));
  return texts.join('\n');
}

/** An audio id names an earlier answer that is kept under the provider account. */
function assertNoUpstreamAudio(audio: unknown): void {
  if (audio === undefined || audio === null) return;
  throw new DomainError('not_implemented', 'audio id', {
    message: 'Audio kept at a provider is not offered; send the data itself.',
  });
}

/** A file id names what another customer may have stored under the same provider account. */
function assertNoUpstreamFile(file: unknown, field: string): void {
  if (file === undefined || file === null) return;
  throw new DomainError('not_implemented', field, {
    message: 'Files stored at a provider are not offered; send the data itself.',
  });
}

function invalid(problem: string): DomainError {
  return new DomainError('invalid_request', 'messages', { param: 'messages', message: `messages: ${problem}.` });
}
