import type { ProviderError } from '../protocol.js';
import { type Body, isObject } from './blocks.js';
import { invalidRequest } from './errors.js';
import { validateConversation } from './validate-conversation.js';
import { validateTools } from './validate-tools.js';

/** Answers what is wrong with a value, or null. */
type Check = (value: unknown) => string | null;

const typed =
  (problem: string, isValid: (value: unknown) => boolean): Check =>
  (value) =>
    isValid(value) ? null : problem;
const flag = typed('Input should be a valid boolean', (value) => typeof value === 'boolean');
const object = typed('Input should be a valid dictionary', isObject);
const list = typed('Input should be a valid list', Array.isArray);
const within = (min: number, max: number) =>
  typed(
    `Input should be between ${min} and ${max}`,
    (value) => typeof value === 'number' && value >= min && value <= max,
  );
const count = typed(
  'Input should be a valid integer greater than 0',
  (value) => Number.isInteger(value) && Number(value) > 0,
);
const BUDGET_MIN = 1_024;
const SAMPLING = ['temperature', 'top_p', 'top_k'];

/** Every documented top-level field (reference read in November 2026). */
const FIELDS: Record<string, Check> = {
  model: typed('Input should be a valid string', (value) => typeof value === 'string' && value !== ''),
  messages: typed('at least one message is required', (value) => Array.isArray(value) && value.length > 0),
  max_tokens: within(0, 200_000),
  system: typed('Input should be a valid string or list', (value) => typeof value === 'string' || Array.isArray(value)),
  stream: flag,
  temperature: within(0, 1),
  top_p: within(0, 1),
  top_k: count,
  stop_sequences: typed(
    'each stop sequence must contain non-whitespace',
    (value) => Array.isArray(value) && value.every((stop) => typeof stop === 'string' && stop.trim() !== ''),
  ),
  tools: list,
  tool_choice: object,
  thinking: object,
  metadata: typed(
    'Extra inputs are not permitted',
    (value) => isObject(value) && Object.keys(value).every((key) => key === 'user_id'),
  ),
  output_config: typed(
    'Extra inputs are not permitted',
    (value) => isObject(value) && Object.keys(value).every((key) => ['effort', 'format', 'task_budget'].includes(key)),
  ),
  service_tier: typed(
    "Input should be 'auto' or 'standard_only'",
    (value) => value === 'auto' || value === 'standard_only',
  ),
  cache_control: object,
  container: typed('Input should be a valid string', (value) => typeof value === 'string'),
  context_management: object,
  mcp_servers: list,
  inference_geo: typed('Input should be a valid string', (value) => typeof value === 'string'),
  speed: typed("Input should be 'standard' or 'fast'", (value) => value === 'standard' || value === 'fast'),
};

/** What Anthropic would refuse a request for, or null; its newer version knows no sampling parameters. */
export function validateRequest(body: Body, isNewVersion: boolean): ProviderError | null {
  for (const name of ['model', 'max_tokens', 'messages'])
    if (body[name] === undefined) return invalidRequest(`${name}: Field required`);
  for (const [name, value] of Object.entries(body)) {
    const check = FIELDS[name];
    if (!check || (isNewVersion && SAMPLING.includes(name)))
      return invalidRequest(`${name}: Extra inputs are not permitted`);
    const problem = check(value);
    if (problem) return invalidRequest(`${name}: ${problem}`);
  }
  const problem = validateThinking(body) ?? validateTools(body) ?? validateConversation(body) ?? validateMarks(body);
  return problem === null ? null : invalidRequest(problem);
}

function validateThinking(body: Body): string | null {
  const thinking = body['thinking'] as { type?: unknown; budget_tokens?: unknown } | undefined;
  if (thinking === undefined || thinking.type === 'disabled') return null;
  if (thinking.type !== 'enabled' && thinking.type !== 'adaptive' && thinking.type !== 'between_tools')
    return 'thinking.type: Input tag is not expected';
  if (thinking.type === 'enabled') {
    const budget = Number(thinking.budget_tokens);
    if (!(budget >= BUDGET_MIN)) return 'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024';
    if (budget >= Number(body['max_tokens'])) return '`max_tokens` must be greater than `thinking.budget_tokens`.';
  }
  const choice = (body['tool_choice'] as { type?: unknown } | undefined)?.type;
  if (choice === 'any' || choice === 'tool') return 'Thinking may not be enabled when tool_choice forces tool use.';
  if (body['temperature'] !== undefined && body['temperature'] !== 1)
    return '`temperature` may only be set to 1 when thinking is enabled.';
  return body['top_k'] === undefined ? null : '`top_k` must be unset when thinking is enabled.';
}

function validateMarks(body: Body): string | null {
  const found = JSON.stringify(body).split('"cache_control":{').length - 1;
  return found > 4 ? `A maximum of 4 blocks with cache_control may be provided. Found ${found}.` : null;
}
