import { invalid } from '../body-reader.js';

/** Parameters of one provider, by its own names. */
export type VideoMetadata = Readonly<Record<string, unknown>>;

/** Reads `metadata`: an object, or in a form also the JSON of one. Throws `invalid_request`. */
export function readMetadata(value: unknown): VideoMetadata {
  if (value === undefined || value === null || value === '') return {};
  const object = typeof value === 'string' ? parse(value) : value;
  if (typeof object === 'object' && object !== null && !Array.isArray(object)) return object as VideoMetadata;
  throw invalid('metadata', 'must be an object');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text, (key, value: unknown) => (key === '__proto__' ? undefined : value));
  } catch {
    return undefined;
  }
}
