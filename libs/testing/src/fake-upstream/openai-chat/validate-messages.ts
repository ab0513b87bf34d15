import type { ProviderError } from '../protocol.js';

const ROLES = ['system', 'assistant', 'user', 'function', 'tool', 'developer'];
const PARTS: Record<string, string[]> = {
  system: ['text'],
  developer: ['text'],
  user: ['text', 'image_url', 'input_audio', 'file'],
  assistant: ['text', 'refusal'],
  tool: ['text'],
};

/** What OpenAI would refuse a list of messages for, or null. */
export function validateMessages(messages: unknown): ProviderError | null {
  if (messages == null)
    return refuse("Missing required parameter: 'messages'.", 'missing_required_parameter', 'messages');
  if (!Array.isArray(messages)) {
    return refuse("Invalid type for 'messages': expected an array of objects.", 'invalid_type', 'messages');
  }
  if (messages.length === 0) {
    return refuse(
      "Invalid 'messages': empty array. Expected an array with minimum length 1.",
      'empty_array',
      'messages',
    );
  }
  let calls = new Set<unknown>();
  for (const [index, message] of messages.entries()) {
    const at = `messages[${index}]`;
    const problem = validateMessage(message, at) ?? validateToolMessage(message as Message, calls, at);
    if (problem) return problem;
    calls = expectedCalls(message as Message, calls);
  }
  return null;
}

type Message = Record<string, unknown>;

function validateMessage(message: unknown, at: string): ProviderError | null {
  if (typeof message !== 'object' || message === null) {
    return refuse(`Invalid type for '${at}': expected an object.`, 'invalid_type', at);
  }
  const { role, content, tool_calls: toolCalls, function_call: functionCall, audio } = message as Message;
  if (role === undefined)
    return refuse(`Missing required parameter: '${at}.role'.`, 'missing_required_parameter', `${at}.role`);
  if (!ROLES.includes(role as string)) {
    const supported = `Supported values are: '${ROLES.join("', '")}'.`;
    return refuse(`Invalid value: '${String(role)}'. ${supported}`, 'invalid_value', `${at}.role`);
  }
  if (typeof content === 'string') return null;
  if (Array.isArray(content)) return validateParts(content, String(role), at);
  if (content == null && role === 'assistant' && (toolCalls ?? functionCall ?? audio) != null) return null;
  return refuse(`Invalid value for 'content': expected a string, got null.`, null, `${at}.content`);
}

function validateParts(parts: unknown[], role: string, at: string): ProviderError | null {
  for (const [index, part] of parts.entries()) {
    const { type } = (part ?? {}) as { type?: string };
    if (!type || !PARTS[role]?.includes(type) || (part as Message)[type] === undefined) {
      const supported = `Supported values are: '${(PARTS[role] ?? []).join("', '")}'.`;
      return refuse(`Invalid value: '${type}'. ${supported}`, 'invalid_value', `${at}.content[${index}].type`);
    }
  }
  return null;
}

/** A tool's answer names a call of the assistant's turn right before it. */
function validateToolMessage(message: Message, calls: ReadonlySet<unknown>, at: string): ProviderError | null {
  if (message['role'] !== 'tool' || calls.has(message['tool_call_id'])) return null;
  const text =
    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.";
  return refuse(text, null, `${at}.role`);
}

function expectedCalls(message: Message, before: Set<unknown>): Set<unknown> {
  if (message['role'] === 'tool') return before;
  const calls = Array.isArray(message['tool_calls']) ? (message['tool_calls'] as Message[]) : [];
  return new Set(calls.map((call) => call['id']));
}

function refuse(message: string, code: string | null, param: string): ProviderError {
  return { status: 400, message, type: 'invalid_request_error', code, param };
}
