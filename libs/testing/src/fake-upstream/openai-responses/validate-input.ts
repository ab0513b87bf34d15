import type { ProviderError } from '../protocol.js';
import { type Body, invalidValue, isObject, isReasoningModel, missing, refuse } from './body.js';
import { SEAL_PREFIX } from './compose-response.js';

const CALL_ID_LENGTH_MAX = 64;
const PARTS: Record<string, string[]> = {
  user: ['input_text', 'input_image', 'input_file'],
  system: ['input_text'],
  developer: ['input_text'],
  assistant: ['output_text', 'refusal'],
  result: ['input_text', 'input_image', 'input_file'],
};
/** Each kind of item, and how its id begins. */
const ITEMS: Record<string, string> = {
  message: 'msg',
  reasoning: 'rs',
  function_call: 'fc',
  function_call_output: 'fc',
  custom_tool_call: 'ctc',
  custom_tool_call_output: 'ctc',
  web_search_call: 'ws',
};
const CALLS = ['function_call', 'custom_tool_call'];

/** What OpenAI would refuse an input for, or null. */
export function validateInput({ input, model, prompt }: Body): ProviderError | null {
  if (typeof input === 'string') return null;
  if (input == null) return prompt == null ? missing('input') : null;
  const open = new Map<unknown, string>();
  for (const [index, item] of (input as unknown[]).entries()) {
    const at = `input[${index}]`;
    if (!isObject(item)) return refuse(`Invalid type for '${at}': expected an object.`, 'invalid_type', at);
    const type = String(item['type'] ?? 'message');
    const problem = validateItem(item, type, at) ?? validateReasoning(item, type, model) ?? pair(item, type, open);
    if (problem) return problem;
  }
  const [unanswered] = open.keys();
  return unanswered === undefined
    ? null
    : refuse(`No tool output found for function call ${String(unanswered)}.`, null, 'input');
}

function validateItem(item: Body, type: string, at: string): ProviderError | null {
  const { id, role, content, output } = item;
  if (type === 'item_reference') return refuse(`Item with id '${String(id)}' not found.`, null, 'input');
  const prefix = ITEMS[type];
  if (prefix === undefined) return invalidValue(type, Object.keys(ITEMS), at);
  if (id !== undefined && !String(id).startsWith(prefix))
    return refuse(`Invalid '${at}.id': Expected an ID that begins with '${prefix}'.`, 'invalid_value', `${at}.id`);
  if (type === 'message') {
    const known = PARTS[String(role)];
    if (!known || role === 'result')
      return invalidValue(role, ['assistant', 'system', 'developer', 'user'], `${at}.role`);
    if (content === undefined) return missing(`${at}.content`);
    return validateParts(content, known, `${at}.content`);
  }
  return type.endsWith('_output')
    ? validateParts(output, PARTS['result']!, `${at}.output`)
    : validateCall(item, type, at);
}

function validateCall(item: Body, type: string, at: string): ProviderError | null {
  if (!CALLS.includes(type)) return null;
  for (const field of ['call_id', 'name', type === 'function_call' ? 'arguments' : 'input'])
    if (typeof item[field] !== 'string') return missing(`${at}.${field}`);
  return String(item['call_id']).length > CALL_ID_LENGTH_MAX
    ? refuse(`Invalid '${at}.call_id': string too long.`, 'string_above_max_length', `${at}.call_id`)
    : null;
}

function validateParts(content: unknown, known: readonly string[], at: string): ProviderError | null {
  if (typeof content === 'string') return null;
  if (!Array.isArray(content)) return refuse(`Invalid type for '${at}': expected a string.`, 'invalid_type', at);
  for (const [index, part] of (content as unknown[]).entries()) {
    const { type, text, refusal, image_url: image, file_data: data, file_url: url } = (part ?? {}) as Body;
    const where = `${at}[${index}]`;
    if (!known.includes(type as string)) return invalidValue(type, known, `${where}.type`);
    const isWhole =
      type === 'refusal'
        ? typeof refusal === 'string'
        : type === 'input_image'
          ? /^(https?:|data:image\/[a-z]+;base64,[A-Za-z0-9+/]+=*$)/.test(String(image))
          : type === 'input_file'
            ? /^data:/.test(String(data)) || /^https?:/.test(String(url))
            : typeof text === 'string';
    if (!isWhole) return missing(where);
  }
  return null;
}

/** Reasoning is taken back only as it was sealed here: nothing is stored that an id could lead to. */
function validateReasoning({ id, encrypted_content: seal }: Body, type: string, model: unknown): ProviderError | null {
  if (type !== 'reasoning') return null;
  if (!isReasoningModel(model))
    return refuse('Reasoning input items can only be provided to a reasoning model.', null, 'input');
  if (seal == null) {
    const message = `Item with id '${String(id)}' not found. Items are not persisted when \`store\` is set to false.`;
    return { ...refuse(message, null, 'input'), status: 404 };
  }
  return String(seal).startsWith(SEAL_PREFIX)
    ? null
    : refuse('The encrypted content could not be verified.', 'invalid_encrypted_content', 'input');
}

/** Every call is answered once, after it was made. */
function pair({ call_id: callId }: Body, type: string, open: Map<unknown, string>): ProviderError | null {
  if (CALLS.includes(type)) open.set(callId, type);
  if (!type.endsWith('_call_output')) return null;
  if (open.get(callId) !== type.replace('_output', ''))
    return refuse(`No tool call found for function call output with call_id ${String(callId)}.`, null, 'input');
  open.delete(callId);
  return null;
}
