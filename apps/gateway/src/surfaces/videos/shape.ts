import type { VideoCall } from '@tokenbay/protocol';
import { invalid } from '../body-reader.js';
import type { Spellings } from './spellings.js';

/** No provider makes longer ones; more would only be a mistake that costs. */
const SECONDS_MAX = 3_600;
const SIZE = /^([1-9]\d{0,4})\s*[x*×]\s*([1-9]\d{0,4})$/i;
const RESOLUTION = /^(\d{3,4}p|[1248]k)$/i;
const RATIO = /^(\d{1,2}:\d{1,2}|adaptive)$/i;

type Shape = Pick<VideoCall, 'seconds' | 'size' | 'resolution' | 'aspectRatio'>;
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Length and picture of the video, each from whichever field the client put it in. Throws `invalid_request` naming the field. */
export function readShape(spellings: Spellings): Shape {
  const seconds = readSeconds(spellings);
  const shape: Mutable<Shape> = seconds === undefined ? {} : { seconds };
  readDimension(spellings, ['aspect_ratio', 'ratio'], shape);
  readDimension(spellings, ['resolution'], shape);
  readDimension(spellings, ['size'], shape);
  return shape;
}

function readSeconds(spellings: Spellings): number | undefined {
  const found = spellings.find('seconds', ['seconds', 'duration']);
  if (!found || found.value === '') return undefined;
  const { name, value } = found;
  const seconds = typeof value === 'string' ? Number(value) : value;
  if (typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= 1 && seconds <= SECONDS_MAX)
    return seconds;
  throw invalid(name, `must be a whole number of seconds from 1 to ${SECONDS_MAX}`);
}

/** Clients write pixels, names and ratios into any of these fields. */
function readDimension(spellings: Spellings, names: readonly string[], shape: Mutable<Shape>): void {
  for (const { name, value } of spellings.findAll(names)) {
    if (value === '') continue;
    const text = typeof value === 'string' ? value.trim() : '';
    const [, width, height] = SIZE.exec(text) ?? [];
    if (width !== undefined && height !== undefined)
      set(spellings, shape, { field: 'size', name, value: { width: Number(width), height: Number(height) } });
    else if (RESOLUTION.test(text)) set(spellings, shape, { field: 'resolution', name, value: text.toLowerCase() });
    else if (RATIO.test(text)) set(spellings, shape, { field: 'aspectRatio', name, value: text.toLowerCase() });
    else throw invalid(name, 'must be a size like 1280x720, a resolution like 720p or a ratio like 16:9');
  }
}

type Dimension = 'size' | 'resolution' | 'aspectRatio';

interface Reading {
  readonly field: Dimension;
  readonly name: string;
  readonly value: string | { readonly width: number; readonly height: number };
}

function set(spellings: Spellings, shape: Mutable<Shape>, { field, name, value }: Reading): void {
  const known = shape[field];
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(value))
    throw invalid(name, `contradicts ${spellings.used[field] ?? field}`);
  Object.assign(shape, { [field]: value });
  spellings.note(field, name);
}
