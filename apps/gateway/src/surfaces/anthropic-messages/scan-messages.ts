import { DomainError } from '@tokenbay/errors';
import type { JsonObject } from '@tokenbay/providers';
import { invalid } from '../body-reader.js';
import { assertPublicMedia } from '../public-media.js';

const MESSAGES_MAX = 100_000;
const DEPTH_MAX = 5;
/** Blocks that are read as the text they hold. */
const TEXT_BLOCKS = new Set(['text', 'thinking', 'redacted_thinking', 'tool_use', 'tool_result', 'search_result']);

/** What kinds of content a conversation holds, as far as they decide its cost. */
export interface MessagesContent {
  /** False where something is in it whose tokens have nothing to do with its bytes: pictures, documents, results of hosted tools. */
  isBoundedByBytes: boolean;
  /** Pictures and documents. */
  mediaCount: number;
  /** True where a mark asks for an hour in the provider's prompt cache. */
  hasLongCache: boolean;
}

/**
 * Checks the form of a conversation, its system prompt and its tools. Throws `invalid_request` where it has none, `not_implemented` where it
 * refers to a file kept upstream.
 */
export function scanMessages(body: JsonObject): MessagesContent {
  const messages = body['messages'];
  if (!Array.isArray(messages) || messages.length === 0)
    throw invalid('messages', 'is required and must be a non-empty array');
  if (messages.length > MESSAGES_MAX) throw invalid('messages', `must have at most ${MESSAGES_MAX} messages`);
  const found = { isBoundedByBytes: true, mediaCount: 0, hasLongCache: isLongCache(body) };
  scanContent(body['system'], 'system', { found, depth: 0 });
  for (const [index, message] of (messages as unknown[]).entries()) {
    const { role, content } = asObject(message, `messages[${index}]`);
    if (typeof role !== 'string') throw invalid(`messages[${index}].role`, 'is required and must be a string');
    if (content === undefined || content === null) throw invalid(`messages[${index}].content`, 'is required');
    scanContent(content, `messages[${index}].content`, { found, depth: 0 });
  }
  for (const tool of listOf(body['tools'], 'tools')) if (isLongCache(tool)) found.hasLongCache = true;
  return found;
}

/** The input as text, roughly as a model reads it: system prompt, messages with all their blocks, and the tools that are offered. */
export function readInputText(body: JsonObject): string {
  const texts: string[] = [];
  collectText(body['system'], texts);
  for (const { content } of body['messages'] as JsonObject[]) collectText(content, texts);
  if (body['tools']) texts.push(JSON.stringify(body['tools']));
  return texts.join('\n');
}

/** A list of objects; empty where it is absent or null. Throws `invalid_request` otherwise. */
export function listOf(value: unknown, param: string): JsonObject[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid(param, 'must be an array');
  for (const [index, item] of value.entries()) asObject(item, `${param}[${index}]`);
  return value as JsonObject[];
}

interface Scan {
  readonly found: MessagesContent;
  readonly depth: number;
}

function scanContent(content: unknown, at: string, { found, depth }: Scan): void {
  if (content === undefined || content === null || typeof content === 'string') return;
  if (!Array.isArray(content)) throw invalid(at, 'must be a string or a list of blocks');
  if (depth > DEPTH_MAX) throw invalid(at, 'is nested too deeply');
  for (const [index, item] of content.entries()) {
    const block = asObject(item, `${at}[${index}]`);
    const { type } = block;
    if (typeof type !== 'string') throw invalid(`${at}[${index}].type`, 'is required and must be a string');
    if (isLongCache(block)) found.hasLongCache = true;
    assertNoUpstreamFile(block, `${at}[${index}]`);
    if (type === 'tool_result' || type === 'search_result') {
      scanContent(block['content'], `${at}[${index}].content`, { found, depth: depth + 1 });
    } else if (!TEXT_BLOCKS.has(type)) {
      found.isBoundedByBytes = false;
      found.mediaCount += 1;
      assertPublicSource(block['source'], `${at}[${index}].source`);
    }
  }
}

function collectText(content: unknown, texts: string[]): void {
  if (typeof content === 'string') texts.push(content);
  if (!Array.isArray(content)) return;
  for (const block of content as JsonObject[]) {
    for (const written of [block['text'], block['thinking'], block['name']]) {
      if (typeof written === 'string') texts.push(written);
    }
    if (block['input'] !== undefined) texts.push(JSON.stringify(block['input']));
    collectText(block['content'], texts);
  }
}

/** Words are no address, however they read; what should be base64 is one for some readers where it reads so. */
function assertPublicSource(source: unknown, at: string): void {
  const { type } = (source ?? {}) as { readonly type?: unknown };
  if (type !== 'text') assertPublicMedia(source, at);
}

/** A file id names what another customer may have stored under the same provider account. */
function assertNoUpstreamFile({ type, source }: JsonObject, at: string): void {
  const isStored = (source as JsonObject | null | undefined)?.['type'] === 'file' || type === 'container_upload';
  if (!isStored) return;
  throw new DomainError('not_implemented', 'file', {
    param: at,
    message: `${at}: files stored at a provider are not offered; send the data itself.`,
  });
}

function isLongCache({ cache_control: mark }: JsonObject): boolean {
  return (mark as JsonObject | null | undefined)?.['ttl'] === '1h';
}

function asObject(value: unknown, at: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(at, 'must be an object');
  return value as JsonObject;
}
