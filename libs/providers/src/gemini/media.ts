import type { AudioPart, DroppedFields, FilePart, ImagePart, MediaSource } from '@tokenbay/protocol';
import type { JsonObject } from '../provider.js';

/** What a result of a function can hold beside its words. */
const SHOWN_IN_RESULTS = new Set(['image/png', 'image/jpeg', 'image/webp', 'application/pdf', 'text/plain']);
/** Files kept at the provider belong to whoever holds the channel's key. */
const GOOGLE_HOST = /(?:^|\.)googleapis\.com\.?$/i;
const TYPES: Readonly<Record<string, string>> = {
  ...{ png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', webp: 'image/webp', heic: 'image/heic' },
  ...{ pdf: 'application/pdf', txt: 'text/plain', mp3: 'audio/mp3', wav: 'audio/wav', mp4: 'video/mp4' },
};

/** What a picture or a document can be; sound and moving pictures are sold apart, and asked for as what they are. */
const SILENT = /^(?:image\/|text\/|application\/(?:pdf|json|xml)$)/i;

/**
 * Writes a picture, a document or sound. Throws `conversion_not_implemented` for a file that is kept at the provider, and for one that would
 * be heard although nobody has said so.
 */
export function writeMedia(part: ImagePart | FilePart | AudioPart, dropped: DroppedFields): JsonObject[] {
  const { source } = part;
  if (part.type !== 'audio') assertSilent(source, dropped);
  if (part.type !== 'file') {
    if (part.type === 'image') dropped.dropIfSet('image_url.detail', part.detail === 'auto' ? undefined : part.detail);
    return [writeSource(source, dropped)];
  }
  if (part.wantsCitations) dropped.drop('citations');
  const words = [part.name, part.context].filter((text) => text !== undefined);
  if (source.kind === 'text') return [{ text: [...words, source.text].join('\n') }];
  return [...(words.length > 0 ? [{ text: words.join('\n') }] : []), writeSource(source, dropped)];
}

/** The picture or document as a part of a result; undefined where results cannot hold it. */
export function writeResultMedia({ source }: ImagePart | FilePart | AudioPart): JsonObject | undefined {
  if (source.kind !== 'base64' || !SHOWN_IN_RESULTS.has(source.mediaType)) return undefined;
  return { inlineData: { mimeType: source.mediaType, data: source.data } };
}

function writeSource(source: MediaSource, dropped: DroppedFields): JsonObject {
  if (source.kind === 'text') return { text: source.text };
  if (source.kind === 'base64') return { inlineData: { mimeType: source.mediaType, data: source.data } };
  if (!isElsewhere(source.url)) return dropped.refuse('file');
  const mimeType = source.mediaType ?? typeOf(source.url);
  return { fileData: { fileUri: source.url, ...(mimeType !== undefined && { mimeType }) } };
}

function assertSilent(source: MediaSource, dropped: DroppedFields): void {
  if (source.kind === 'text') return;
  const type = source.mediaType ?? (source.kind === 'url' && URL.canParse(source.url) ? typeOf(source.url) : undefined);
  if (type !== undefined && !SILENT.test(type.trim())) dropped.refuse('file');
}

function isElsewhere(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && !GOOGLE_HOST.test(url.hostname);
}

function typeOf(url: string): string | undefined {
  const [, ending = ''] = /\.([a-z0-9]{2,4})$/i.exec(new URL(url).pathname) ?? [];
  return TYPES[ending.toLowerCase()];
}
