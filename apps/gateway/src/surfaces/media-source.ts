import type { MediaSource } from '@tokenbay/protocol';
import { invalid } from './body-reader.js';

const DATA_URL = /^data:([^;,]{1,128})(?:;[^;,]{1,64}){0,4};base64,/i;

/** Reads a URL, which may hold the data itself. Throws `invalid_request` where it is neither `http(s)` nor base64 data. */
export function readMediaUrl(url: string, param: string): MediaSource {
  const [prefix, mediaType] = DATA_URL.exec(url) ?? [];
  if (prefix !== undefined && mediaType !== undefined)
    return { kind: 'base64', mediaType, data: url.slice(prefix.length) };
  if (/^https?:\/\//i.test(url)) return { kind: 'url', url };
  throw invalid(param, 'must be an http(s) or base64 data URL');
}

/** The source as a URL, its data inside where it has none of its own. */
export function toMediaUrl(source: MediaSource): string {
  if (source.kind === 'url') return source.url;
  if (source.kind === 'base64') return `data:${source.mediaType};base64,${source.data}`;
  return `data:text/plain;charset=utf-8,${encodeURIComponent(source.text)}`;
}
