/** A request's body, valid or not. */
export type Body = Record<string, unknown>;

/** One part of a content, valid or not. */
export type Part = Record<string, unknown>;

/** One content, once its form was checked. */
export interface Content {
  role?: string;
  parts: Part[];
}

/** An object, as against an array, null and everything else. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The model and the verb of a path, decoded. */
export function targetOf(path: string): { model: string; verb: string } {
  const [, name = '', verb = ''] = /^\/v1(?:beta)?\/models\/([^/?]+):([A-Za-z]+)(?:\?|$)/.exec(path) ?? [];
  return { model: decodeURIComponent(name), verb };
}

/** True for models that check the signatures of what they are told they have called. */
export function checksSignatures(model: string): boolean {
  return Number(/^gemini-(\d+)/.exec(model)?.[1] ?? 0) >= 3;
}

/** The documented word for calls that the model has not made itself. */
export const SKIPPED_SIGNATURE = 'skip_thought_signature_validator';
/** Only a signature that begins so was made here, and is taken back. */
export const SIGNATURE_PREFIX = 'RmFrZVNpZ25hdHVyZ';
