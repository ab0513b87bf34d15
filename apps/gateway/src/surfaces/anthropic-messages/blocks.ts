import type {
  CacheMark,
  DroppedFields,
  FilePart,
  ImagePart,
  InputPart,
  MediaSource,
  TextPart,
} from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import { invalid, needObject, needText, readObject, readObjects, readText } from '../body-reader.js';

/** Reads what a user, or the result of a tool, can hold. Throws `invalid_request` naming the block. */
export function readInputs(content: unknown, at: string, dropped: DroppedFields): InputPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return readObjects(content, at).flatMap((block, index) => readInput(block, `${at}[${index}]`, dropped));
}

/** Reads blocks of text, or a text by itself. */
export function readTexts(content: unknown, at: string): TextPart[] {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return readObjects(content, at).map((block, index) => readTextBlock(block, `${at}[${index}]`));
}

/** The mark on a block, a tool or a request. */
export function readCache({ cache_control: mark }: JsonObject): { cache?: CacheMark } {
  if (typeof mark !== 'object' || mark === null) return {};
  return { cache: { ttlSeconds: (mark as JsonObject)['ttl'] === '1h' ? 3600 : 300 } };
}

/** Reads one block of a user, or of a tool's result. Throws `invalid_request` naming it. */
export function readInput(block: JsonObject, at: string, dropped: DroppedFields): InputPart[] {
  switch (block['type']) {
    case 'text':
      return [readTextBlock(block, at)];
    case 'image':
      return [readImage(block, at)];
    case 'document':
      return readDocument(block, at, dropped);
    case 'search_result':
      return [readSearchResult(block, at)];
    default:
      return dropped.refuse(`messages.content.${String(block['type'])}`);
  }
}

function readTextBlock(block: JsonObject, at: string): TextPart {
  return { type: 'text', text: needText(block['text'], `${at}.text`), ...readCache(block) };
}

function readImage(block: JsonObject, at: string): ImagePart {
  return { type: 'image', source: readSource(block, at), ...readCache(block) };
}

/** A document made of blocks is read as these blocks. */
function readDocument(block: JsonObject, at: string, dropped: DroppedFields): InputPart[] {
  const source = needObject(block['source'], `${at}.source`);
  if (source['type'] === 'content') return readInputs(source['content'], `${at}.source.content`, dropped);
  const name = readText(block['title'], `${at}.title`);
  const context = readText(block['context'], `${at}.context`);
  const wantsCitations = readObject(block['citations'], `${at}.citations`)?.['enabled'] === true;
  const file: FilePart = {
    type: 'file',
    source: readSource(block, at),
    ...(name !== undefined && { name }),
    ...(context !== undefined && { context }),
    ...(wantsCitations && { wantsCitations }),
    ...readCache(block),
  };
  return [file];
}

/** What a search of the client's own found: a document with its source as its title. */
function readSearchResult(block: JsonObject, at: string): FilePart {
  const text = readTexts(block['content'], `${at}.content`)
    .map((part) => part.text)
    .join('\n');
  const name = readText(block['title'], `${at}.title`);
  return {
    type: 'file',
    source: { kind: 'text', text },
    context: needText(block['source'], `${at}.source`),
    ...(name !== undefined && { name }),
    ...readCache(block),
  };
}

function readSource(block: JsonObject, at: string): MediaSource {
  const source = needObject(block['source'], `${at}.source`);
  switch (source['type']) {
    case 'base64': {
      const mediaType = needText(source['media_type'], `${at}.source.media_type`);
      return { kind: 'base64', mediaType, data: needText(source['data'], `${at}.source.data`) };
    }
    case 'url':
      return { kind: 'url', url: needText(source['url'], `${at}.source.url`) };
    case 'text':
      return { kind: 'text', text: needText(source['data'], `${at}.source.data`) };
    default:
      throw invalid(`${at}.source.type`, 'must be base64, url or text');
  }
}
