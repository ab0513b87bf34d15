import type { ProviderError } from '../protocol.js';

/** Answers what is wrong with a value, or null. */
export type Check = (value: unknown) => string | null;

const typed =
  (expected: string, isValid: (value: unknown) => boolean): Check =>
  (value) =>
    isValid(value) ? null : `expected ${expected}`;

export const text = (max: number): Check =>
  typed(`a string of at most ${max} characters`, (value) => typeof value === 'string' && value.length <= max);
export const oneOf = (...values: string[]): Check =>
  typed(`one of '${values.join("', '")}'`, (value) => values.includes(value as string));
export const flag = typed('a boolean', (value) => typeof value === 'boolean');
export const number = (min: number, max: number): Check =>
  typed(`a decimal between ${min} and ${max}`, (value) => typeof value === 'number' && value >= min && value <= max);
export const integer = (min: number, max: number): Check =>
  typed(
    `an integer between ${min} and ${max}`,
    (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
  );
export const size = typed('a size', (value) => typeof value === 'string' && /^(auto|\d{2,4}x\d{2,4})$/.test(value));
export const list = (isItem: (item: unknown) => boolean): Check =>
  typed('a list', (value) => Array.isArray(value) && value.every(isItem));
export const anything: Check = () => null;

/** A body's fields by name, and those it must have. */
export interface Schema {
  readonly fields: Readonly<Record<string, Check>>;
  readonly required: readonly string[];
}

/** What the provider would refuse of a body's fields: those that it does not know, that are missing, or of another type. */
export function refuseFields(body: Record<string, unknown>, { fields, required }: Schema): ProviderError | null {
  const unknown = Object.keys(body).filter((name) => !Object.hasOwn(fields, name));
  if (unknown.length > 0) return refusal(`Unknown parameter: '${unknown[0]}'.`, unknown[0]);
  const missing = required.find((name) => body[name] === undefined);
  if (missing !== undefined) return refusal(`Missing required parameter: '${missing}'.`, missing);
  for (const [name, value] of Object.entries(body)) {
    const problem = value === null && !required.includes(name) ? null : fields[name]!(value);
    if (problem !== null) return refusal(`Invalid value for '${name}': ${problem}.`, name);
  }
  return null;
}

/** The fields of a form, whose values are all strings, with numbers and flags as what they stand for. */
export function fromForm(fields: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  const read = { ...fields };
  for (const name of names) {
    const value = read[name];
    if (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) read[name] = Number(value);
    else if (value === 'true' || value === 'false') read[name] = value === 'true';
  }
  return read;
}

/** A refusal in OpenAI's words. */
export function refusal(message: string, param: string | null = null): ProviderError {
  return { status: 400, message, type: 'invalid_request_error', code: null, param };
}
