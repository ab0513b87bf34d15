import type { JsonObject } from '@tokenbay/providers';
import { invalid, needText, readNumber } from '../body-reader.js';
import { listOf } from './scan-messages.js';

/** Tools that the provider defines and the client runs: they cost what their words cost. */
const RUN_BY_CLIENT = /^(?:bash|text_editor|memory|computer|computer_toolset|browser_toolset)_\d/;
/** Tools whose every use the provider charges, and whose uses can be limited. */
const CHARGED_BY_USE = /^(?:web_search|advisor)_\d/;

/** What runs at the provider and is charged apart from tokens, named without the date of its version. Throws `invalid_request` where a tool has no form. */
export function readHostedTools(body: JsonObject): string[] {
  const hosted: string[] = [];
  if (listOf(body['mcp_servers'], 'mcp_servers').length > 0) hosted.push('mcp');
  for (const [index, { type, name }] of listOf(body['tools'], 'tools').entries()) {
    if (type === undefined || type === null || type === 'custom') needText(name, `tools[${index}].name`);
    else if (typeof type !== 'string') throw invalid(`tools[${index}].type`, 'must be a string');
    else if (!RUN_BY_CLIENT.test(type)) hosted.push(type.replace(/_\d{8}$/, ''));
  }
  return hosted;
}

/**
 * The body with as many uses of hosted tools as are sold: one of each whose uses are charged, unless the client wants fewer. Throws
 * `invalid_request` where the client's limit is no number.
 */
export function limitToolUses(body: JsonObject): JsonObject {
  const tools = listOf(body['tools'], 'tools');
  const limited = tools.map((tool, index) => {
    if (typeof tool['type'] !== 'string' || !CHARGED_BY_USE.test(tool['type'])) return tool;
    const asked = readNumber(tool['max_uses'], `tools[${index}].max_uses`) ?? Infinity;
    return asked > 1 ? { ...tool, max_uses: 1 } : tool;
  });
  return limited.some((tool, index) => tool !== tools[index]) ? { ...body, tools: limited } : body;
}
