import { DomainError } from '@tokenbay/errors';
import type { JsonObject } from '@tokenbay/providers';

/** The refusal of a parameter, in one sentence that names it. */
export function invalid(param: string, problem: string): DomainError {
  return new DomainError('invalid_request', param, { param, message: `${param}: ${problem}.` });
}

/** The value where it is an object, undefined where it is absent or null. Throws `invalid_request` otherwise. */
export function readObject(value: unknown, param: string): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid(param, 'must be an object');
  return value as JsonObject;
}

/** Like readObject, and refuses absence. */
export function needObject(value: unknown, param: string): JsonObject {
  return readObject(value, param) ?? refuseAbsence(param);
}

/** A list of objects; empty where it is absent or null. Throws `invalid_request` otherwise. */
export function readObjects(value: unknown, param: string): JsonObject[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw invalid(param, 'must be an array');
  return value.map((item, index) => needObject(item, `${param}[${index}]`));
}

/** The value where it is text, undefined where it is absent or null. Throws `invalid_request` otherwise. */
export function readText(value: unknown, param: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalid(param, 'must be a string');
  return value;
}

/** Like readText, and refuses absence. */
export function needText(value: unknown, param: string): string {
  return readText(value, param) ?? refuseAbsence(param);
}

/** A finite number, undefined where it is absent or null. Throws `invalid_request` otherwise. */
export function readNumber(value: unknown, param: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(param, 'must be a number');
  return value;
}

/** True or false, undefined where it is absent or null. Throws `invalid_request` otherwise. */
export function readFlag(value: unknown, param: string): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw invalid(param, 'must be true or false');
  return value;
}

/** One of a few words, undefined where it is absent or null. Throws `invalid_request` otherwise. */
export function readWord<const T extends string>(value: unknown, words: readonly T[], param: string): T | undefined {
  const text = readText(value, param);
  if (text === undefined) return undefined;
  const word = words.find((known) => known === text);
  if (word === undefined) throw invalid(param, `must be one of ${words.join(', ')}`);
  return word;
}

function refuseAbsence(param: string): never {
  throw invalid(param, 'is required');
}

/** Numbers and flags of a form are strings: as what they stand for, where they stand for any; everything else as it is. */
export function fromForm(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (/^-?\d{1,15}(\.\d{1,15})?$/.test(value)) return Number(value);
  return value === 'true' ? true : value === 'false' ? false : value;
}

/** Bounds of a whole number. */
interface WholeBounds {
  readonly min: number;
  readonly max: number;
}

/** A whole number within bounds, undefined where it is absent or null. Throws `invalid_request` otherwise. */
export function readWhole(value: unknown, { min, max }: WholeBounds, param: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
    throw invalid(param, `must be a whole number from ${min} to ${max}`);
  return value;
}

/** The service tier that is asked for, null for the ordinary one. Throws `invalid_request` where it is no short text. */
export function readServiceTier(value: unknown): string | null {
  const tier = readText(value, 'service_tier') ?? 'auto';
  if (tier.length > 64) throw invalid('service_tier', 'must be a short string');
  return tier === 'auto' || tier === 'default' ? null : tier;
}
