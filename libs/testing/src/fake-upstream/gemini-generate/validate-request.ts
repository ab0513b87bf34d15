import type { ProviderError } from '../protocol.js';
import { invalidArgument } from './errors.js';
import { type Body, isObject } from './shapes.js';
import { unknownName, validateContents } from './validate-contents.js';
import { validateTools } from './validate-tools.js';

/** Answers what is wrong with a value, or null. */
type Check = (value: unknown) => string | null;

const typed =
  (problem: string, isValid: (value: unknown) => boolean): Check =>
  (value) =>
    isValid(value) ? null : problem;
const within = (min: number, max: number) =>
  typed(
    `value must be between ${min} and ${max}`,
    (value) => typeof value === 'number' && value >= min && value <= max,
  );
const whole = (min: number, max: number) =>
  typed(
    `value must be a whole number from ${min} to ${max}`,
    (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
  );
const text = typed('TYPE_STRING', (value) => typeof value === 'string');
const flag = typed('TYPE_BOOL', (value) => typeof value === 'boolean');
const object = typed('TYPE_MESSAGE', isObject);
const list = typed('must be a list', Array.isArray);
const words = (...known: string[]) => typed('invalid enum value', (value) => known.includes(String(value)));

/** Every documented field of a request and of its configuration (reference read in November 2026). */
const FIELDS: Record<string, Check> = {
  ...{ contents: list, systemInstruction: object, tools: list, toolConfig: object, safetySettings: list },
  ...{ generationConfig: object, labels: object, store: flag, serviceTier: words('standard', 'flex', 'priority') },
  ...{ cachedContent: text, continuationToken: text },
};
const CONFIG: Record<string, Check> = {
  ...{ temperature: within(0, 2), topP: within(0, 1), topK: whole(0, 1_000), seed: whole(-(2 ** 31), 2 ** 31 - 1) },
  ...{
    candidateCount: whole(1, 8),
    maxOutputTokens: whole(1, 2 ** 31 - 1),
    responseLogprobs: flag,
    logprobs: whole(0, 20),
  },
  ...{ presencePenalty: within(-2, 2), frequencyPenalty: within(-2, 2), enableEnhancedCivicAnswers: flag },
  stopSequences: typed('at most 5 stop sequences', (value) => Array.isArray(value) && value.length <= 5),
  ...{ responseMimeType: words('text/plain', 'application/json', 'text/x.enum'), responseSchema: object },
  ...{ responseJsonSchema: object, _responseJsonSchema: object, responseModalities: list, speechConfig: object },
  ...{ thinkingConfig: object, imageConfig: object, mediaResolution: text },
};
const THINKING: Record<string, Check> = {
  includeThoughts: flag,
  thinkingBudget: whole(-1, 32_768),
  thinkingLevel: words('MINIMAL', 'LOW', 'MEDIUM', 'HIGH'),
};

/** What Google would refuse a request for, or null. */
export function validateRequest(body: Body, model: string): ProviderError | null {
  const config = (body['generationConfig'] ?? {}) as Body;
  const thinking = (config['thinkingConfig'] ?? {}) as Body;
  const problem =
    checkFields(body, FIELDS, '') ??
    checkFields(config, CONFIG, 'generation_config') ??
    checkFields(thinking, THINKING, 'generation_config.thinking_config') ??
    validateConfig(config, model) ??
    validateThinking(thinking, model) ??
    validateTools(body, model) ??
    validateContents(body, model);
  return problem === null ? null : invalidArgument(problem);
}

function checkFields(object: Body, known: Record<string, Check>, at: string): string | null {
  for (const [name, value] of Object.entries(object)) {
    const check = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!check) return unknownName(name, at);
    const problem = check(value);
    if (problem) return `Invalid value at '${at === '' ? name : `${at}.${name}`}': ${problem}`;
  }
  return null;
}

function validateConfig(config: Body, model: string): string | null {
  const isPenal = config['presencePenalty'] || config['frequencyPenalty'];
  if (isPenal && !/^gemini-[12]\.0/.test(model)) return `Penalty is not enabled for models/${model}`;
  const schemas = ['responseSchema', 'responseJsonSchema', '_responseJsonSchema'].filter((name) => config[name]);
  if (schemas.length > 1) return 'Only one of response_schema and response_json_schema may be set.';
  if (schemas.length > 0 && config['responseMimeType'] === undefined)
    return 'response_mime_type is required with a schema.';
  return config['logprobs'] !== undefined && config['responseLogprobs'] !== true
    ? 'logprobs is only valid when response_logprobs is set to true.'
    : null;
}

/** Levels came with the third generation; before, there was only the budget. */
function validateThinking(thinking: Body, model: string): string | null {
  const { thinkingLevel: level, thinkingBudget: budget } = thinking;
  if (level !== undefined && budget !== undefined)
    return 'You can only set only one of thinking budget and thinking level.';
  const isThird = /^gemini-[3-9]/.test(model);
  if (level !== undefined && !isThird) return 'Thinking level is not supported for this model.';
  if (level === 'MINIMAL' && /pro/.test(model)) return 'Thinking level MINIMAL is not supported for this model.';
  if (budget === 0 && /pro/.test(model)) return 'Budget 0 is invalid. This model only works in thinking mode.';
  if (Object.keys(thinking).length > 0 && /^gemini-[12]\.0|gemma/.test(model))
    return 'Thinking is not enabled for this model.';
  return null;
}
