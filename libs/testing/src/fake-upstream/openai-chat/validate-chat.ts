import type { ProviderError } from '../protocol.js';
import { validateMessages } from './validate-messages.js';

/** Answers what is wrong with a value, or null. */
type Check = (value: unknown) => string | null;

const typed =
  (expected: string, isValid: (value: unknown) => boolean): Check =>
  (value) =>
    isValid(value) ? null : `expected ${expected}, but got ${describe(value)} instead`;
const text = typed('a string', (value) => typeof value === 'string');
const flag = typed('a boolean', (value) => typeof value === 'boolean');
const object = typed('an object', isObject);
const list = typed('an array', Array.isArray);
const oneOf = (...values: string[]) =>
  typed(`one of '${values.join("', '")}'`, (value) => values.includes(value as string));
const number = (min: number, max: number) =>
  typed(`a decimal between ${min} and ${max}`, (value) => typeof value === 'number' && value >= min && value <= max);
const integer = (min: number, max: number) =>
  typed(
    `an integer between ${min} and ${max}`,
    (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
  );
const stop = typed('a string or an array of at most four strings', (value) =>
  Array.isArray(value)
    ? value.length <= 4 && value.every((item) => typeof item === 'string')
    : typeof value === 'string',
);
const tools = typed(
  'an array of tools',
  (value) => Array.isArray(value) && value.length > 0 && value.every((tool) => isObject(tool) && isTool(tool)),
);
const choice = typed("'none', 'auto', 'required' or an object", (value) =>
  typeof value === 'string' ? ['none', 'auto', 'required'].includes(value) : isObject(value),
);
const TOKENS_MAX = Number.MAX_SAFE_INTEGER;

/** Every documented top-level field but `messages` (reference read in November 2026). */
const FIELDS: Record<string, Check> = {
  model: text,
  audio: object,
  frequency_penalty: number(-2, 2),
  function_call: choice,
  functions: list,
  logit_bias: object,
  logprobs: flag,
  max_completion_tokens: integer(1, TOKENS_MAX),
  max_tokens: integer(1, TOKENS_MAX),
  metadata: object,
  modalities: list,
  moderation: object,
  n: integer(1, 128),
  parallel_tool_calls: flag,
  prediction: object,
  presence_penalty: number(-2, 2),
  prompt_cache_key: text,
  prompt_cache_options: object,
  prompt_cache_retention: oneOf('in_memory', '24h'),
  reasoning_effort: oneOf('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'),
  response_format: object,
  safety_identifier: text,
  seed: integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  service_tier: oneOf('auto', 'default', 'flex', 'scale', 'priority'),
  stop,
  store: flag,
  stream: flag,
  stream_options: object,
  temperature: number(0, 2),
  tool_choice: choice,
  tools,
  top_logprobs: integer(0, 20),
  top_p: number(0, 1),
  user: text,
  verbosity: oneOf('low', 'medium', 'high'),
  web_search_options: object,
};
const NOT_NULLABLE = new Set(['model', 'tools', 'user', 'response_format', 'tool_choice', 'parallel_tool_calls']);

/** What OpenAI would refuse a chat request for, or null. */
export function validateChat(body: Record<string, unknown>): ProviderError | null {
  if (typeof body['model'] !== 'string' || body['model'] === '')
    return refuse('you must provide a model parameter', null);
  const unknown = Object.keys(body).filter((name) => name !== 'messages' && !Object.hasOwn(FIELDS, name));
  if (unknown.length > 0) return refuse(`Unrecognized request argument supplied: ${unknown.join(', ')}`, null);
  for (const [name, value] of Object.entries(body)) {
    const problem = value === null && !NOT_NULLABLE.has(name) ? null : FIELDS[name]?.(value);
    if (problem) return refuse(`Invalid type for '${name}': ${problem}.`, 'invalid_type', name);
  }
  return validateMessages(body['messages']) ?? validateTogether(body);
}

/** Rules between fields. */
function validateTogether(body: Record<string, unknown>): ProviderError | null {
  const options = body['stream_options'];
  if (options != null && body['stream'] !== true) {
    return refuse("The 'stream_options' parameter is only allowed when 'stream' is enabled.", null, 'stream_options');
  }
  const unknown = Object.keys(options ?? {}).filter((name) => !['include_usage', 'include_obfuscation'].includes(name));
  if (unknown.length > 0) {
    const param = `stream_options.${unknown[0]}`;
    return refuse(`Unknown parameter: '${param}'.`, 'unknown_parameter', param);
  }
  if (body['max_tokens'] != null && body['max_completion_tokens'] != null) {
    const message = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.";
    return refuse(message, 'invalid_parameter_combination', 'max_tokens');
  }
  if (body['tool_choice'] != null && body['tools'] == null) {
    return refuse("'tool_choice' is only allowed when 'tools' are specified.", null, 'tool_choice');
  }
  if (body['top_logprobs'] != null && body['logprobs'] !== true) {
    return refuse("'top_logprobs' is only allowed when 'logprobs' is enabled.", null, 'top_logprobs');
  }
  return null;
}

function refuse(message: string, code: string | null, param: string | null = null): ProviderError {
  return { status: 400, message, type: 'invalid_request_error', code, param };
}

function isTool(tool: Record<string, unknown>): boolean {
  const definition = tool[tool['type'] === 'custom' ? 'custom' : 'function'];
  return (tool['type'] === 'function' || tool['type'] === 'custom') && isObject(definition) && !!definition['name'];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return Number.isInteger(value) ? `the integer ${value}` : 'a decimal';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
