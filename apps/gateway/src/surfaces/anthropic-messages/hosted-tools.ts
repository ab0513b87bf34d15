import type { JsonObject } from '@tokenbay/providers';
import type { HostedTool, SoldPool, ToolPool } from '../../relay/tool-pool.js';
import { invalid, needText, readWhole } from '../body-reader.js';
import { listOf } from './scan-messages.js';

/** Tools that the provider defines and the client runs: they cost what their words cost. */
const RUN_BY_CLIENT = /^(?:bash|text_editor|memory|computer|computer_toolset|browser_toolset)_\d/;
/** Tools whose uses can be limited. */
const LIMITED = /^(?:web_search|web_fetch|advisor)_\d/;
const USES_MAX = 1_000_000;
/** By which name answers count what runs at the provider; a tool that is news is charged one. */
const COUNTED_AS: readonly (readonly [RegExp, string])[] = [
  [/^web_search$/, 'web_search'],
  [/^web_fetch$/, 'web_fetch'],
  [/^advisor$/, 'advisor'],
  [/^code_execution$/, 'code_execution'],
  [/^tool_search_tool/, 'tool_search'],
  [/^mcp(?:_toolset)?$/, 'mcp'],
];

/**
 * What runs at the provider and is charged apart from tokens, named without the date of its version, each with the client's limit of its
 * uses; tools that know no limit are sold by the request. Throws `invalid_request` where a tool has no form.
 */
export function readHostedTools(body: JsonObject): ToolPool[] {
  const pools: ToolPool[] = [];
  const byRequest = new Set<string>();
  if (listOf(body['mcp_servers'], 'mcp_servers').length > 0) byRequest.add('mcp');
  for (const [index, tool] of listOf(body['tools'], 'tools').entries()) {
    const type = hostedTypeOf(tool, `tools[${index}]`);
    if (type === undefined) continue;
    const name = type.replace(/_\d{8}$/, '');
    if (!LIMITED.test(type)) byRequest.add(name);
    else pools.push({ tools: [toTool(name)], soldBy: 'calls', callsMax: readUses(tool, `tools[${index}]`) });
  }
  return [...pools, ...[...byRequest].map((name) => ({ tools: [toTool(name)], soldBy: 'request' as const }))];
}

/** The body with as many uses of each tool as are sold. */
export function limitToolUses(body: JsonObject, pools: readonly SoldPool[]): JsonObject {
  const limits = pools.flatMap(({ soldBy, callsMax }) => (soldBy === 'calls' ? [callsMax] : [])).values();
  let isChanged = false;
  const tools = listOf(body['tools'], 'tools').map((tool) => {
    if (typeof tool['type'] !== 'string' || !LIMITED.test(tool['type'])) return tool;
    const { value: limit = 0 } = limits.next();
    if (!Number.isFinite(limit) || limit === tool['max_uses']) return tool;
    isChanged = true;
    return { ...tool, max_uses: limit };
  });
  return isChanged ? { ...body, tools } : body;
}

/** The type of a tool that runs at the provider; undefined where the client runs it. */
function hostedTypeOf({ type, name }: JsonObject, at: string): string | undefined {
  if (type === undefined || type === null || type === 'custom') needText(name, `${at}.name`);
  else if (typeof type !== 'string') throw invalid(`${at}.type`, 'must be a string');
  else if (!RUN_BY_CLIENT.test(type)) return type;
  return undefined;
}

function readUses({ max_uses: uses }: JsonObject, at: string): number | undefined {
  return readWhole(uses, { min: 0, max: USES_MAX }, `${at}.max_uses`);
}

function toTool(name: string): HostedTool {
  return { name, countedAs: COUNTED_AS.find(([pattern]) => pattern.test(name))?.[1] };
}
