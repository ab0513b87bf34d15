import { type Block, type Body, isObject } from './blocks.js';
import { SIGNATURE_PREFIX } from './compose-message.js';

const TOOL_ID = /^[a-zA-Z0-9_-]+$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];
const BLOCKS: Record<string, string[]> = {
  user: ['text', 'image', 'document', 'search_result', 'tool_result'],
  assistant: ['text', 'thinking', 'redacted_thinking', 'tool_use', 'server_tool_use', 'web_search_tool_result'],
};

/** What Anthropic would refuse a conversation for, or null. */
export function validateConversation({ messages, system, tools }: Body): string | null {
  const problem = Array.isArray(system) ? validateBlocks(system, 'system', ['text']) : null;
  if (problem) return problem;
  let open: string[] = [];
  for (const [index, message] of (messages as unknown[]).entries()) {
    const at = `messages.${index}`;
    if (!isObject(message)) return `${at}: Input should be a valid dictionary`;
    const found = validateMessage(message, at) ?? validateResults(message, open, at);
    if (found) return found;
    open = callsOf(message);
    if (open.length > 0 && !Array.isArray(tools))
      return 'Requests which include `tool_use` or `tool_result` blocks must define tools.';
  }
  return open.length > 0 ? `messages: tool_use ids were found without tool_result blocks: ${open.join(', ')}` : null;
}

function validateMessage({ role, content, ...more }: Record<string, unknown>, at: string): string | null {
  const [stranger] = Object.keys(more);
  if (stranger) return `${at}.${stranger}: Extra inputs are not permitted`;
  const known = BLOCKS[String(role)];
  if (!known) return `${at}.role: Input should be 'user' or 'assistant'`;
  if (typeof content === 'string') return content === '' ? `${at}: all messages must have non-empty content` : null;
  if (!Array.isArray(content) || content.length === 0) return `${at}: all messages must have non-empty content`;
  return validateBlocks(content, `${at}.content`, known);
}

function validateBlocks(blocks: unknown[], at: string, known: readonly string[]): string | null {
  for (const [index, block] of blocks.entries()) {
    const where = `${at}.${index}`;
    if (!isObject(block) || !known.includes(String(block['type']))) return `${where}: Input tag is not expected`;
    const problem = validateBlock(block, where);
    if (problem) return problem;
  }
  return null;
}

function validateBlock(block: Block, at: string): string | null {
  switch (block.type) {
    case 'text':
      if (typeof block['text'] !== 'string') return `${at}.text.text: Field required`;
      return block['text'].trim() === '' ? 'messages: text content blocks must be non-empty' : null;
    case 'thinking': {
      const isOurs = String(block['signature']).startsWith(SIGNATURE_PREFIX);
      return isOurs ? null : `${at}: Invalid \`signature\` in \`thinking\` block`;
    }
    case 'image':
      return validateImage(block['source'], at);
    case 'tool_use':
      if (!TOOL_ID.test(String(block['id'])))
        return `${at}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`;
      return isObject(block['input']) ? null : `${at}.tool_use.input: Input should be a valid dictionary`;
    case 'tool_result': {
      const { content } = block;
      return Array.isArray(content)
        ? validateBlocks(content, `${at}.content`, ['text', 'image', 'document', 'search_result'])
        : null;
    }
    default:
      return null;
  }
}

function validateImage(source: unknown, at: string): string | null {
  if (!isObject(source)) return `${at}.image.source: Field required`;
  if (source['type'] === 'url')
    return typeof source['url'] === 'string' ? null : `${at}.image.source.url: Field required`;
  if (source['type'] !== 'base64') return `${at}.image.source: Input tag is not expected`;
  if (!IMAGE_TYPES.includes(String(source['media_type'])))
    return `${at}.image.source.base64.media_type: Input should be 'image/jpeg', …`;
  return BASE64.test(String(source['data'])) ? null : `${at}.image.source.base64.data: Input should be base64`;
}

/** Every call is answered in the next message, before anything else is said; nothing else is answered. */
function validateResults(
  { role, content }: Record<string, unknown>,
  open: readonly string[],
  at: string,
): string | null {
  const blocks = (Array.isArray(content) ? content : []) as Block[];
  const results = blocks.filter(({ type }) => type === 'tool_result').map((block) => String(block['tool_use_id']));
  const stranger = results.find((id) => !open.includes(id));
  if (stranger !== undefined)
    return `${at}.content.0: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${stranger}.`;
  const missing = role === 'user' ? open.find((id) => !results.includes(id)) : undefined;
  const isFirst = blocks.slice(0, results.length).every(({ type }) => type === 'tool_result');
  return missing !== undefined || !isFirst
    ? `${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing ?? results[0]}.`
    : null;
}

function callsOf({ role, content }: Record<string, unknown>): string[] {
  if (role !== 'assistant' || !Array.isArray(content)) return [];
  return (content as Block[]).filter(({ type }) => type === 'tool_use').map((block) => String(block['id']));
}
