import type { JsonObject } from '@tokenbay/providers';
import { invalid } from '../body-reader.js';

const AUTO = 'auto';
const SIZE = /^(\d{1,5})[x*×](\d{1,5})$/i;
const PLAIN_PIXELS_MAX = 1024 * 1024;
const PLAIN_QUALITIES: ReadonlySet<string> = new Set(['standard', 'low', 'medium']);
/** Where providers of this format are told how large a picture is to be, beside width and height: plain names, in the order of a price's name. */
const SIZE_FIELDS = [
  ...['size', 'imagesize', 'sampleimagesize', 'resolution', 'imageresolution', 'outputresolution'],
  ...['megapixels', 'outputmegapixels', 'aspectratio'],
];
const ASKING_FIELDS: ReadonlySet<string> = new Set(['quality', 'width', 'height', ...SIZE_FIELDS]);
/** For what else providers charge more, by its name in a price: the plain names of the fields, and the value where only that costs. */
const EXTRAS = [
  { name: 'gif', fields: ['outputformat'], value: 'gif' },
  { name: 'input_fidelity', fields: ['inputfidelity'], value: 'high' },
  { name: 'steps', fields: ['steps', 'numsteps', 'inferencesteps', 'numinferencesteps'] },
  { name: 'loras', fields: ['lora', 'loras', 'imageloras', 'lorascale'] },
];
/** Longer than any name that means something, with separators. */
export const FIELD_LENGTH_MAX = 64;
const OTHER_THAN_LETTERS = /[^\p{L}\p{N}]/gu;

/** One quality or size of a picture. */
export interface PictureTrait {
  /** As a price sheet names it. */
  readonly name: string;
  /** The field that asks for it. */
  readonly param: string;
  /** True where the price of a plain picture covers it. */
  readonly isPlain: boolean;
}

/** What a request says of its pictures; a quality or size that is empty is left to whoever makes them. */
export interface AskedPicture {
  readonly quality: readonly PictureTrait[];
  /** Never plain, and never left to anybody. */
  readonly extras: readonly PictureTrait[];
  readonly size: readonly PictureTrait[];
}

/** Reads what is asked of pictures, by whatever field. Throws `invalid_request` naming the one that is neither text nor number. */
export function readAskedPicture(fields: JsonObject): AskedPicture {
  const found = Object.keys(fields).flatMap((param) => read(fields, param));
  const said = (plainName: string): Said[] => found.filter((field) => field.plainName === plainName);
  const sizes = [...SIZE_FIELDS.flatMap(said), ...toArea(said('width'), said('height'))];
  return {
    quality: unlike(said('quality').map(({ value, param }) => toQuality(value, param))),
    extras: unlike(Object.entries(fields).flatMap(([param, value]) => readExtra(param, value))),
    size: unlike(sizes.map(({ value, param }) => toSize(value, param))),
  };
}

/**
 * A field's name as providers may take it that do not mind case, separators, blanks and the forms of a letter: `imageSize` and `image_size`
 * are one, and so are `size` and `\u017Fize`. Empty for a long one.
 */
export function plainNameOf(field: string): string {
  return field.length > FIELD_LENGTH_MAX
    ? ''
    : field.normalize('NFKC').replaceAll(OTHER_THAN_LETTERS, '').toLowerCase();
}

/** True for a plain name by which a quality or size is asked for. */
export function isAskingField(plainName: string): boolean {
  return ASKING_FIELDS.has(plainName);
}

/** True for a name in prices that stands for neither a quality nor a size. */
export function isExtra(name: string): boolean {
  return EXTRAS.some((extra) => extra.name === name);
}

/** A quality, in the provider's word. */
export function toQuality(name: string, param = 'quality'): PictureTrait {
  return { name, param, isPlain: PLAIN_QUALITIES.has(name) };
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

/** What a field says. */
interface Said {
  readonly plainName: string;
  readonly param: string;
  readonly value: string;
}

/** A side that is not said is the provider's choice, and the size then none in pixels. */
function toArea(widths: readonly Said[], heights: readonly Said[]): Said[] {
  const [first] = [...widths, ...heights];
  if (first === undefined) return [];
  const sides = [widths, heights].map((said) => said.map(({ value }) => value).join('+') || AUTO);
  return [{ ...first, value: sides.join('x') }];
}

function read(fields: JsonObject, param: string): Said[] {
  const plainName = plainNameOf(param);
  if (!ASKING_FIELDS.has(plainName)) return [];
  const value = fields[param];
  if (value === undefined || value === null || value === AUTO) return [];
  if (typeof value !== 'string' && typeof value !== 'number') throw invalid(param, 'must be a string or a number');
  return [{ plainName, param, value: String(value) }];
}

/** Named by what it is, however much of it is asked for. */
function readExtra(param: string, value: unknown): PictureTrait[] {
  const plainName = plainNameOf(param);
  const extra = EXTRAS.find(({ fields }) => fields.includes(plainName));
  const isAsked = extra && (value ?? null) !== null && (extra.value === undefined || extra.value === value);
  return isAsked ? [{ name: extra.name, param, isPlain: false }] : [];
}

function unlike(traits: readonly PictureTrait[]): PictureTrait[] {
  return traits.filter(({ name }, index) => traits.findIndex((other) => other.name === name) === index);
}
