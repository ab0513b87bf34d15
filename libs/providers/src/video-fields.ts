import { DomainError } from '@tokenbay/errors';
import type { DroppedFields, JsonObject, VideoCall, VideoField, VideoImage } from '@tokenbay/protocol';
import { encodeBase64 } from './encode-base64.js';

/** The names of fields where the client's own spelling is not known. */
const DEFAULT_NAMES: Readonly<Record<VideoField, string>> = {
  prompt: 'prompt',
  seconds: 'seconds',
  size: 'size',
  resolution: 'resolution',
  aspectRatio: 'aspect_ratio',
  firstFrame: 'input_reference',
  lastFrame: 'last_frame_image',
  referenceImages: 'reference_images',
  negativePrompt: 'negative_prompt',
};

/** How one of a provider's own parameters is read: `true` or `"true"`, `7` or `"7"`, a text, one of several words. */
type ParameterKind = 'flag' | 'integer' | 'text' | readonly string[];

/** What a provider takes from `metadata`. */
export interface ParameterRules {
  readonly known: Readonly<Record<string, ParameterKind>>;
  /** Parameters that change what the provider asks for a video; only the value given here is let through, and not sent. */
  readonly priced: Readonly<Record<string, string>>;
}

const TEXT_LENGTH_MAX = 2_000;

/** The client's own name of a field. */
export function fieldName(call: VideoCall, field: VideoField): string {
  return call.spelling[field] ?? DEFAULT_NAMES[field];
}

/** Refuses a value that the model does not offer: `invalid_request` that names the client's field. */
export function refuseValue(call: VideoCall, field: VideoField, sentence: string): never {
  return refuseParameter(fieldName(call, field), sentence);
}

/** Refuses fields that the provider has no place for at all, where they are set: `conversion_not_implemented`. */
export function refuseFields(call: VideoCall, dropped: DroppedFields, fields: readonly VideoField[]): void {
  for (const field of fields) if (isSet(call, field)) dropped.refuse(fieldName(call, field));
}

/** Whether the client sent the field. */
export function isSet(call: VideoCall, field: VideoField): boolean {
  return field === 'referenceImages' ? call.referenceImages.length > 0 : call[field] !== undefined;
}

/** Refuses a call that has neither a prompt nor, where they can stand for it, pictures. */
export function needPrompt(call: VideoCall, canStandIn: readonly VideoField[]): void {
  if (call.prompt === undefined && !canStandIn.some((field) => isSet(call, field)))
    refuseValue(call, 'prompt', 'is required by this model.');
}

/** A picture as an address: its own, or a `data:` URL with its bytes. */
export function imageUrl(image: VideoImage): string {
  return image.kind === 'url' ? image.url : `data:${image.mediaType};base64,${encodeBase64(image.bytes)}`;
}

/**
 * The provider's own parameters out of `metadata`, typed. An unknown one is dropped by name; one of the wrong type, or one that would change
 * the price, is `invalid_request`.
 */
export function readParameters(call: VideoCall, rules: ParameterRules, dropped: DroppedFields): JsonObject {
  const read: JsonObject = {};
  for (const [name, value] of Object.entries(call.metadata)) {
    if (value === undefined || value === null) continue;
    const allowed = Object.hasOwn(rules.priced, name) ? rules.priced[name] : undefined;
    const kind = Object.hasOwn(rules.known, name) ? rules.known[name] : undefined;
    if (allowed !== undefined) {
      if (JSON.stringify(value).replaceAll('"', '') !== allowed)
        refuseParameter(`metadata.${name}`, `is not offered but as ${allowed}: it changes the price.`);
    } else if (kind === undefined) dropped.drop(`metadata.${name}`);
    else read[name] = readParameter(`metadata.${name}`, value, kind);
  }
  return read;
}

function readParameter(name: string, value: unknown, kind: ParameterKind): unknown {
  if (kind === 'flag') {
    if (value === true || value === 'true') return true;
    return value === false || value === 'false' ? false : refuseParameter(name, 'must be true or false.');
  }
  if (kind === 'integer') {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return Number.isSafeInteger(number) ? number : refuseParameter(name, 'must be a whole number.');
  }
  if (typeof value !== 'string' || value.length > TEXT_LENGTH_MAX) return refuseParameter(name, 'must be a text.');
  if (kind === 'text' || kind.includes(value)) return value;
  return refuseParameter(name, `must be one of ${kind.join(', ')}.`);
}

function refuseParameter(name: string, sentence: string): never {
  throw new DomainError('invalid_request', name, { message: `${name} ${sentence}`, param: name });
}
