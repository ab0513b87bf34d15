/** A request's body, valid or not. */
export type Body = Record<string, unknown>;

/** The version that takes no sampling parameters any more, from October 2026 on. */
export const NEW_VERSION = '2026-10-21';

/** One content block, valid or not. */
export type Block = { type?: unknown } & Record<string, unknown>;

/** An object, as against an array, null and everything else. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
