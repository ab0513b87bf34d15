import type { ProviderError } from '../protocol.js';

/** A request's body, or an object in it, valid or not. */
export type Body = Record<string, unknown>;

/** An object, as against an array, null and everything else. */
export function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A refusal as OpenAI words it. */
export function refuse(message: string, code: string | null, param: string | null = null): ProviderError {
  return { status: 400, message, type: 'invalid_request_error', code, param };
}

/** The refusal of what has to be there. */
export function missing(param: string): ProviderError {
  return refuse(`Missing required parameter: '${param}'.`, 'missing_required_parameter', param);
}

/** The refusal of a value that is not among the known. */
export function invalidValue(value: unknown, known: readonly string[], param: string): ProviderError {
  const supported = `Supported values are: '${known.join("', '")}'.`;
  return refuse(`Invalid value: '${String(value)}'. ${supported}`, 'invalid_value', param);
}

/** The first field that is not known, refused; null where there is none. */
export function refuseUnknown(body: Body, known: readonly string[], at = ''): ProviderError | null {
  const stranger = Object.keys(body).find((name) => !known.includes(name));
  return stranger === undefined
    ? null
    : refuse(`Unknown parameter: '${at}${stranger}'.`, 'unknown_parameter', at + stranger);
}

/** True for models that reason always. */
export function isReasoningModel(model: unknown): boolean {
  return /^(o\d|gpt-[5-9])/.test(String(model)) && !/^gpt-[5-9][^@]*-chat/.test(String(model));
}
