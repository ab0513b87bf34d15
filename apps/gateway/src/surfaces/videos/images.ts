import { DomainError } from '@tokenbay/errors';
import type { VideoCall, VideoImage } from '@tokenbay/protocol';
import type { FormFile } from '../../relay/multipart/multipart-form.js';
import { invalid } from '../body-reader.js';
import { assertFileFields } from '../form-body.js';
import { assertPublicAddress } from '../public-media.js';
import type { Spellings } from './spellings.js';

const IMAGES_MAX = 20;
const URL_LENGTH_MAX = 8_192;
const DATA_URL = /^data:(image\/[a-z0-9.+-]{1,64});base64,/i;
/** What pictures begin with, for those whose sender did not say what they are. */
const SIGNATURES: readonly (readonly [mediaType: string, pattern: RegExp])[] = [
  ['image/png', /^\x89PNG/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8/],
  ['image/webp', /^RIFF....WEBP/s],
];

type Images = Pick<VideoCall, 'firstFrame' | 'lastFrame' | 'referenceImages'>;

/** A picture and what the client called it. */
interface SentImage {
  readonly name: string;
  readonly image: VideoImage;
}

/** The pictures of a call, from files and from fields. Throws `invalid_request` naming the field, `not_implemented` for stored files. */
export function readImages(spellings: Spellings, files: readonly FormFile[]): Images {
  const from = (names: readonly string[]): SentImage[] => readFrom(spellings, files, names);
  const first = from(['input_reference', 'image']);
  const several = from(['images']);
  const last = from(['last_frame_image']);
  const references = from(['reference_images']);
  assertFileFields(files, spellings.known);
  const all = [...first, ...several];
  if (last.length > 1) throw invalid(last[1]!.name, 'must be one picture');
  if (all.length + last.length + references.length > IMAGES_MAX)
    throw invalid('images', `must be at most ${IMAGES_MAX} pictures`);
  const isFrame = first.length === 1 || (first.length === 0 && several.length === 1);
  const [frame] = isFrame ? all : [];
  const shown = [...(isFrame ? all.slice(1) : all), ...references];
  if (frame) spellings.note('firstFrame', frame.name);
  if (last[0]) spellings.note('lastFrame', last[0].name);
  if (shown[0]) spellings.note('referenceImages', shown[0].name);
  return {
    ...(frame && { firstFrame: frame.image }),
    ...(last[0] && { lastFrame: last[0].image }),
    referenceImages: shown.map(({ image }) => image),
  };
}

function readFrom(spellings: Spellings, files: readonly FormFile[], names: readonly string[]): SentImage[] {
  const inFields = spellings
    .findAll(names)
    .filter(({ value }) => value !== '')
    .flatMap(({ name, value }) =>
      (Array.isArray(value) ? (value as unknown[]) : [value]).map((item) => ({ name, image: readImage(name, item) })),
    );
  const inFiles = files.filter(({ field }) => names.includes(field)).map((file) => readFile(file));
  return [...inFields, ...inFiles];
}

function readFile({ field: name, mediaType, bytes }: FormFile): SentImage {
  if (bytes.length === 0) throw invalid(name, 'is an empty file');
  const found = mediaType.startsWith('image/') ? mediaType : sniff(bytes);
  if (found === undefined) throw invalid(name, 'must be a picture');
  return { name, image: { kind: 'bytes', mediaType: found, bytes } };
}

/** A URL, a data: URL, or an object with either, as OpenAI's library and chat clients write it. */
function readImage(name: string, value: unknown): VideoImage {
  if (typeof value === 'string') return readUrl(name, value);
  const { image_url: url, url: plain, file_id: fileId } = Object(value) as Record<string, unknown>;
  if (fileId !== undefined && fileId !== null)
    throw new DomainError('not_implemented', 'file_id', {
      message: `${name}: files that are stored at an upstream are not offered.`,
      param: name,
    });
  const inner = url ?? plain;
  return readUrl(name, typeof inner === 'object' && inner !== null ? (inner as { url?: unknown }).url : inner);
}

function readUrl(name: string, value: unknown): VideoImage {
  if (typeof value !== 'string') throw invalid(name, 'must be a picture: a file, an http(s) URL or a data: URL');
  const [prefix, mediaType] = DATA_URL.exec(value.slice(0, 100)) ?? [];
  if (prefix !== undefined && mediaType !== undefined) {
    const bytes = Buffer.from(value.slice(prefix.length), 'base64');
    if (bytes.length === 0) throw invalid(name, 'is an empty picture');
    return { kind: 'bytes', mediaType: mediaType.toLowerCase(), bytes };
  }
  if (/^https?:\/\//i.test(value) && value.length <= URL_LENGTH_MAX && URL.canParse(value)) {
    assertPublicAddress(value, name);
    return { kind: 'url', url: value };
  }
  throw invalid(name, 'must be a picture: a file, an http(s) URL or a data: URL of an image in base64');
}

function sniff(bytes: Buffer): string | undefined {
  const head = bytes.toString('latin1', 0, 16);
  return SIGNATURES.find(([, pattern]) => pattern.test(head))?.[0];
}
