import type { JsonObject } from '@tokenbay/providers';
import { invalid } from '../body-reader.js';

const AUTO = 'auto';
const SIZE = /^(\d{1,5})[x*×](\d{1,5})$/i;
const PLAIN_PIXELS_MAX = 1024 * 1024;
const PLAIN_QUALITIES: ReadonlySet<string> = new Set(['standard', 'low', 'medium']);
/** Where providers of this format are told how large a picture is to be, beside `width` and `height`. */
const SIZE_FIELDS = [
  ...['size', 'image_size', 'imageSize', 'sampleImageSize', 'resolution', 'image_resolution', 'output_resolution'],
  ...['megapixels', 'output_megapixels', 'aspect_ratio', 'aspectRatio'],
];

/** One quality or size of a picture. */
export interface PictureTrait {
  /** As a price sheet names it. */
  readonly name: string;
  /** The field that asks for it. */
  readonly param: string;
  /** True where the price of a plain picture covers it. */
  readonly isPlain: boolean;
}

/** What a request says of its pictures; what is empty is left to whoever makes them. */
export interface AskedPicture {
  readonly quality: readonly PictureTrait[];
  readonly size: readonly PictureTrait[];
}

/** Reads what is asked of pictures, by whatever field. Throws `invalid_request` naming the one that is neither text nor number. */
export function readAskedPicture(fields: JsonObject): AskedPicture {
  const asked = SIZE_FIELDS.map((param) => ({ param, said: readSaid(fields, param) }));
  const sizes = [...asked, { param: 'width', said: readArea(fields) }].flatMap(({ param, said }) =>
    said === undefined ? [] : [toSize(said, param)],
  );
  const quality = readSaid(fields, 'quality');
  return {
    quality: quality === undefined ? [] : [toQuality(quality)],
    size: sizes.filter(({ name }, index) => sizes.findIndex((other) => other.name === name) === index),
  };
}

/** A quality, in the provider's word. */
export function toQuality(name: string): PictureTrait {
  return { name, param: 'quality', isPlain: PLAIN_QUALITIES.has(name) };
}

/** A size: in pixels (`1024x1024`), or in whatever word the provider has for it. */
export function toSize(said: string, param = 'size'): PictureTrait {
  const [, width, height] = SIZE.exec(said) ?? [];
  if (width === undefined || height === undefined) return { name: said, param, isPlain: false };
  const name = `${Number(width)}x${Number(height)}`;
  return { name, param, isPlain: Number(width) * Number(height) <= PLAIN_PIXELS_MAX };
}

/** True for a size in pixels, as answers tell it. */
export function isPixelSize(said: string): boolean {
  return SIZE.test(said);
}

/** A side that is not said is the provider's choice, and the size then none in pixels. */
function readArea(fields: JsonObject): string | undefined {
  const width = readSaid(fields, 'width');
  const height = readSaid(fields, 'height');
  return width === undefined && height === undefined ? undefined : `${width ?? AUTO}x${height ?? AUTO}`;
}

function readSaid(fields: JsonObject, param: string): string | undefined {
  const value = fields[param];
  if (value === undefined || value === null || value === AUTO) return undefined;
  if (typeof value !== 'string' && typeof value !== 'number') throw invalid(param, 'must be a string or a number');
  return String(value);
}
