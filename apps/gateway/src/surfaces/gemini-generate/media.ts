import type { DroppedFields, InputPart, MediaSource } from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import { needObject, needText, readText } from '../body-reader.js';

/** How a part is looked at; without it, it is looked at as the provider does. */
const HINTS = ['videoMetadata', 'mediaResolution', 'mediaProcessing', 'partMetadata', 'speechMetadata'];

/** Reads `inlineData` or `fileData` of a part; undefined where it has neither. */
export function readMedia(
  part: JsonObject,
  at: string,
  dropped: DroppedFields,
): Exclude<InputPart, { type: 'text' }> | undefined {
  for (const hint of HINTS) dropped.dropIfSet(`contents.${hint}`, part[hint]);
  const source = readSource(part, at);
  if (!source) return undefined;
  if (source.mediaType?.startsWith('image/')) return { type: 'image', source };
  if (source.mediaType?.startsWith('audio/')) return { type: 'audio', source };
  const name = readText(
    (part['inlineData'] as JsonObject | undefined)?.['displayName'],
    `${at}.inlineData.displayName`,
  );
  return { type: 'file', source, ...(name !== undefined && { name }) };
}

function readSource(part: JsonObject, at: string): Exclude<MediaSource, { kind: 'text' }> | undefined {
  if (part['inlineData'] !== undefined && part['inlineData'] !== null) {
    const { mimeType, data } = needObject(part['inlineData'], `${at}.inlineData`);
    const mediaType = needText(mimeType, `${at}.inlineData.mimeType`);
    return { kind: 'base64', mediaType, data: toPlainBase64(needText(data, `${at}.inlineData.data`)) };
  }
  if (part['fileData'] === undefined || part['fileData'] === null) return undefined;
  const { mimeType, fileUri } = needObject(part['fileData'], `${at}.fileData`);
  const mediaType = readText(mimeType, `${at}.fileData.mimeType`);
  return {
    kind: 'url',
    url: needText(fileUri, `${at}.fileData.fileUri`),
    ...(mediaType !== undefined && { mediaType }),
  };
}

/** Google's JSON takes both alphabets of base64, with and without padding; others take one. */
function toPlainBase64(data: string): string {
  const plain = /[-_]/.test(data) ? data.replaceAll('-', '+').replaceAll('_', '/') : data;
  return plain.length % 4 === 0 ? plain : plain.padEnd(plain.length + 4 - (plain.length % 4), '=');
}
