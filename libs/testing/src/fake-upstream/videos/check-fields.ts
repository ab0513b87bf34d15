/** Answers what is wrong with a value, or null. */
export type Check = (value: unknown) => string | null;

/** The fields that a provider documents, and what each must be. */
export type Fields = Readonly<Record<string, Check>>;

/** What is wrong with an object by its fields: the first that is unknown or ill-typed, and how; null where all is well. */
export function checkFields(object: Record<string, unknown>, fields: Fields): { name: string; problem: string } | null {
  for (const [name, value] of Object.entries(object)) {
    const check = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const problem = check ? check(value) : 'unknown parameter';
    if (problem !== null) return { name, problem };
  }
  return null;
}

const must =
  (problem: string, isValid: (value: unknown) => boolean): Check =>
  (value) =>
    isValid(value) ? null : problem;

export const text = must('must be a string', (value) => typeof value === 'string');
export const flag = must('must be a boolean', (value) => typeof value === 'boolean');
export const integer = (min: number, max: number): Check =>
  must(
    `must be an integer from ${min} to ${max}`,
    (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
  );
export const oneOf = (...values: readonly unknown[]): Check =>
  must(`must be one of ${values.join(', ')}`, (value) => values.includes(value));
export const list = must('must be an array', Array.isArray);
export const object = must(
  'must be an object',
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
/** An address, or a picture itself as a `data:` URL. */
export const picture = must(
  'must be a URL or base64 data URL of an image',
  (value) =>
    typeof value === 'string' &&
    (/^https?:\/\//.test(value) || /^data:image\/[a-z+.-]+;base64,[A-Za-z0-9+/]+=*$/.test(value)),
);
