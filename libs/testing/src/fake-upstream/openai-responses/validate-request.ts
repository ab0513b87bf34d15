import type { ProviderError } from '../protocol.js';
import { type Body, invalidValue, isObject, isReasoningModel, missing, refuse } from './body.js';
import { validateInput } from './validate-input.js';
import { isClosed, validateTools } from './validate-tools.js';

/** What a value is expected to be, and whether it is. */
type Check = readonly [expected: string, isValid: (value: unknown) => boolean];

const text: Check = ['a string', (value) => typeof value === 'string'];
const flag: Check = ['a boolean', (value) => typeof value === 'boolean'];
const object: Check = ['an object', isObject];
const list: Check = ['an array', Array.isArray];
const within = (min: number, max: number): Check => [
  `a decimal between ${min} and ${max}`,
  (value) => typeof value === 'number' && value >= min && value <= max,
];
const whole = (min: number, max = Number.MAX_SAFE_INTEGER): Check => [
  `an integer between ${min} and ${max}`,
  (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
];
const oneOf = (...words: string[]): Check => [
  `one of '${words.join("', '")}'`,
  (value) => words.includes(value as string),
];
const shortText: Check = [
  'a string of at most 64 characters',
  (value) => typeof value === 'string' && value.length <= 64,
];

/** Every documented top-level field (reference read in November 2026). */
const FIELDS: Record<string, Check> = {
  background: flag,
  context_management: list,
  conversation: ['a string or an object', (value) => typeof value === 'string' || isObject(value)],
  include: list,
  input: ['a string or an array', (value) => typeof value === 'string' || Array.isArray(value)],
  instructions: text,
  max_output_tokens: whole(16),
  max_tool_calls: whole(1),
  metadata: object,
  model: text,
  moderation: object,
  parallel_tool_calls: flag,
  previous_response_id: text,
  prompt: object,
  prompt_cache_key: shortText,
  prompt_cache_options: object,
  prompt_cache_retention: oneOf('in_memory', '24h'),
  reasoning: object,
  safety_identifier: shortText,
  service_tier: oneOf('auto', 'default', 'flex', 'scale', 'priority'),
  store: flag,
  stream: flag,
  stream_options: object,
  temperature: within(0, 2),
  text: object,
  tool_choice: ['a string or an object', (value) => typeof value === 'string' || isObject(value)],
  tools: list,
  top_logprobs: whole(0, 20),
  top_p: within(0, 1),
  truncation: oneOf('auto', 'disabled'),
  user: text,
};
const INCLUDABLE = [
  ...['file_search_call.results', 'web_search_call.results', 'web_search_call.action.sources'],
  ...['message.input_image.image_url', 'computer_call_output.output.image_url', 'code_interpreter_call.outputs'],
  ...['reasoning.encrypted_content', 'message.output_text.logprobs'],
];
const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];
const SUMMARIES = ['auto', 'concise', 'detailed'];

/** What OpenAI would refuse a Responses request for, or null. */
export function validateRequest(body: Body): ProviderError | null {
  if (typeof body['model'] !== 'string' || body['model'] === '') return missing('model');
  for (const [name, value] of Object.entries(body)) {
    const check = FIELDS[name];
    if (!check) return refuse(`Unknown parameter: '${name}'.`, 'unknown_parameter', name);
    if (value !== null && !check[1](value))
      return refuse(`Invalid type for '${name}': expected ${check[0]}.`, 'invalid_type', name);
  }
  return (
    validateState(body) ?? validateReasoning(body) ?? validateText(body) ?? validateInput(body) ?? validateTools(body)
  );
}

/** Nothing is stored here, and nothing may be. */
function validateState(body: Body): ProviderError | null {
  const previous = body['previous_response_id'] as string | null | undefined;
  if (previous != null)
    return refuse(
      `Previous response with id '${previous}' not found.`,
      'previous_response_not_found',
      'previous_response_id',
    );
  if (body['stream_options'] != null && body['stream'] !== true)
    return refuse("The 'stream_options' parameter is only allowed when 'stream' is enabled.", null, 'stream_options');
  const stranger = ((body['include'] ?? []) as unknown[]).find((name) => !INCLUDABLE.includes(name as string));
  return stranger === undefined ? null : invalidValue(stranger, INCLUDABLE, 'include[0]');
}

function validateReasoning(body: Body): ProviderError | null {
  const { effort, summary } = (body['reasoning'] ?? {}) as Body;
  if (effort != null && !EFFORTS.includes(effort as string)) return invalidValue(effort, EFFORTS, 'reasoning.effort');
  if (summary != null && !SUMMARIES.includes(summary as string))
    return invalidValue(summary, SUMMARIES, 'reasoning.summary');
  const unsupported = (name: string): ProviderError =>
    refuse(`Unsupported parameter: '${name}' is not supported with this model.`, 'unsupported_parameter', name);
  if (isReasoningModel(body['model'])) {
    const sampling = ['temperature', 'top_p'].find((name) => body[name] != null && body[name] !== 1);
    return sampling === undefined ? null : unsupported(sampling);
  }
  if (effort != null) return unsupported('reasoning.effort');
  return ((body['include'] ?? []) as unknown[]).includes('reasoning.encrypted_content')
    ? refuse('Encrypted content is not supported with this model.', null, 'include')
    : null;
}

function validateText(body: Body): ProviderError | null {
  const { format, verbosity } = (body['text'] ?? {}) as Body;
  if (verbosity != null && !['low', 'medium', 'high'].includes(verbosity as string))
    return invalidValue(verbosity, ['low', 'medium', 'high'], 'text.verbosity');
  if (!isObject(format) || format['type'] === 'text') return null;
  if (format['type'] === 'json_object') {
    const isAsked = /json/i.test(JSON.stringify(body['input']) + String(body['instructions'] ?? ''));
    return isAsked ? null : refuse("Response input messages must contain the word 'json' in some form.", null, 'input');
  }
  if (format['type'] !== 'json_schema')
    return invalidValue(format['type'], ['text', 'json_object', 'json_schema'], 'text.format.type');
  if (typeof format['name'] !== 'string') return missing('text.format.name');
  if (!isObject(format['schema'])) return missing('text.format.schema');
  return format['strict'] === true && !isClosed(format['schema'])
    ? refuse(`Invalid schema for response_format '${format['name']}'.`, 'invalid_json_schema', 'text.format.schema')
    : null;
}
