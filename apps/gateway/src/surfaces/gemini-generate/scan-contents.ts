import { DomainError } from '@tokenbay/errors';
import type { JsonObject } from '@tokenbay/providers';
import { invalid, needObject, readObject } from '../body-reader.js';
import { assertPublicAddress } from '../public-media.js';

const CONTENTS_MAX = 100_000;
/** Where files are kept that belong to whoever holds the key of the channel. */
const GOOGLE_HOST = /(?:^|\.)googleapis\.com\.?$/i;
/** Whatever else is an address is none that a provider may be sent to. */
const KNOWN_SCHEME = /^(?:https?|gs|data):$/;
const FILM_HOST = /(?:^|\.)(?:youtube(?:-nocookie)?\.com|youtu\.be)\.?$/i;
/** Pictures, texts and documents, by their exact names. */
const SILENT =
  /^(?:(?:image|text)\/[\w.+-]+|application\/(?:pdf|json|xml|rtf|(?:x-)?(?:javascript|typescript|python)))(?:; ?charset=[\w-]+)?$/i;
/** What a model calls a tool with, what that answered and what a client notes are its own values. */
const OPAQUE = new Set(['args', 'response', 'partMetadata']);
const MEDIA = new Set(['inlineData', 'fileData']);
const DEPTH_MAX = 4;
/** Parts that say what their words say. */
const TEXT_FIELDS = ['text', 'functionCall', 'functionResponse', 'executableCode', 'codeExecutionResult'];

/** What kinds of content a conversation holds, as far as they decide its cost. */
export interface ScannedContents {
  /** False where something is in it whose tokens have nothing to do with its bytes: pictures, sound, video, documents. */
  isBoundedByBytes: boolean;
  /** Pictures, sounds, videos and documents. */
  mediaCount: number;
  hasAudio: boolean;
}

interface Scan {
  readonly found: ScannedContents;
  readonly depth: number;
}

/**
 * Checks the form of a conversation and its instructions. Throws `invalid_request` where it has none, `not_implemented` where it refers to a
 * file kept upstream.
 */
export function scanContents(body: JsonObject): ScannedContents {
  const contents = listContents(body);
  if (contents.length === 0) throw invalid('contents', 'is required and must not be empty');
  if (contents.length > CONTENTS_MAX) throw invalid('contents', `must have at most ${CONTENTS_MAX} entries`);
  const found = { isBoundedByBytes: true, mediaCount: 0, hasAudio: false };
  for (const [index, content] of contents.entries()) scanContent(content, `contents[${index}]`, found);
  const instruction = readObject(body['systemInstruction'], 'systemInstruction');
  if (instruction) scanContent(instruction, 'systemInstruction', found);
  return found;
}

/** The conversation; one content by itself is a list of one, as Google's JSON takes it. */
export function listContents({ contents }: JsonObject): JsonObject[] {
  if (contents === undefined || contents === null) return [];
  return (Array.isArray(contents) ? contents : [contents]).map((item, index) => needObject(item, `contents[${index}]`));
}

/** The parts of a content; one by itself is a list of one. */
export function listParts({ parts }: JsonObject, at: string): JsonObject[] {
  if (parts === undefined || parts === null) return [];
  return (Array.isArray(parts) ? parts : [parts]).map((item, index) => needObject(item, `${at}.parts[${index}]`));
}

/** The input as text, roughly as a model reads it: instructions, contents with all their parts, and the tools that are offered. */
export function readInputText(body: JsonObject): string {
  const texts: string[] = [];
  for (const content of [body['systemInstruction'] as JsonObject | null | undefined, ...listContents(body)]) {
    if (content) for (const part of listParts(content, 'contents')) texts.push(...wordsOf(part));
  }
  if (body['tools']) texts.push(JSON.stringify(body['tools']));
  return texts.join('\n');
}

function wordsOf(part: JsonObject): string[] {
  return TEXT_FIELDS.flatMap((field) => {
    const value = part[field];
    if (typeof value === 'string') return [value];
    return typeof value === 'object' && value !== null ? [JSON.stringify(value)] : [];
  });
}

function scanContent(content: JsonObject, at: string, found: ScannedContents): void {
  for (const [index, part] of listParts(content, at).entries()) {
    const where = `${at}.parts[${index}]`;
    readObject(part['functionResponse'], `${where}.functionResponse`);
    scanPart(part, where, { found, depth: DEPTH_MAX });
  }
}

/** What a tool has shown stands in parts of its own, inside the part that holds its answer. */
function scanPart(part: JsonObject, at: string, { found, depth }: Scan): void {
  scanMedia(part, at, found);
  for (const [name, value] of Object.entries(part)) {
    if (typeof value !== 'object' || value === null || OPAQUE.has(name) || MEDIA.has(name)) continue;
    const where = `${at}.${name}`;
    if (depth === 0) throw invalid(where, 'is nested too deeply');
    for (const inner of listParts(value as JsonObject, where)) scanPart(inner, where, { found, depth: depth - 1 });
  }
}

function scanMedia(part: JsonObject, at: string, found: ScannedContents): void {
  const inline = readObject(part['inlineData'], `${at}.inlineData`);
  const file = readObject(part['fileData'], `${at}.fileData`);
  if (file) assertNotStored(file['fileUri'], `${at}.fileData.fileUri`);
  for (const media of [inline, file]) {
    if (!media) continue;
    found.isBoundedByBytes = false;
    found.mediaCount += 1;
    if (isAudible(media['mimeType']) || isFilm(media['fileUri'])) found.hasAudio = true;
  }
}

/** Everything but what surely holds no sound: a provider may read a name as sound that nobody here has thought of. */
function isAudible(type: unknown): boolean {
  return typeof type !== 'string' || !SILENT.test(type);
}

/** Google looks at films of this host as films, whatever they are said to be. */
function isFilm(uri: unknown): boolean {
  return typeof uri === 'string' && URL.canParse(uri) && FILM_HOST.test(new URL(uri).hostname);
}

/**
 * What one customer has stored another must not read: only addresses of elsewhere are taken, and none that another reader may take for an
 * address of Google's.
 */
function assertNotStored(uri: unknown, at: string): void {
  if (typeof uri !== 'string') throw invalid(at, 'is required and must be a string');
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url && !KNOWN_SCHEME.test(url.protocol)) return assertPublicAddress(uri, at);
  const isPlain = !/[\\\s]/.test(uri) && url?.username === '' && url.password === '';
  if (isPlain && /^https?:$/.test(url.protocol) && !GOOGLE_HOST.test(url.hostname)) return assertPublicAddress(uri, at);
  throw new DomainError('not_implemented', 'fileUri', {
    param: at,
    message: `${at}: files stored at a provider are not offered; send the data itself.`,
  });
}
