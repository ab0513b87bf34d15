import type { JsonObject } from '@tokenbay/providers';
import { invalid, needText, readNumber, readObject, readObjects } from '../body-reader.js';
import { assertNothingStored, stored } from './stored.js';

/** Namespaces hold tools; the provider knows no namespace within a namespace. */
const DEPTH_MAX = 4;
/** Tools that the client runs, or that only group or find such: they cost what their words cost. */
const RUN_BY_CLIENT = new Set([
  ...['function', 'custom', 'namespace', 'tool_search', 'local_shell', 'apply_patch'],
  ...['computer', 'computer_use', 'computer_use_preview'],
]);

/**
 * What runs at the provider and is charged apart from tokens, of the tools and of those that they group, without its version. Throws
 * `invalid_request` where a tool has no form, `not_implemented` where it uses what is kept upstream.
 */
export function listHostedTools(tools: unknown, at: string, depth = DEPTH_MAX): string[] {
  const listed = readObjects(tools, at);
  if (listed.length > 0 && depth === 0) throw invalid(at, 'is nested too deeply');
  return listed.flatMap((tool, index) => {
    const where = `${at}[${index}]`;
    const type = needText(tool['type'], `${where}.type`);
    assertNothingStored(tool, where);
    if (type === 'code_interpreter' && typeof tool['container'] === 'string') throw stored(`${where}.container`);
    const grouped = listHostedTools(tool['tools'], `${where}.tools`, depth - 1);
    return isHosted(tool, type, where) ? [type.replace(/_\d{4}_\d{2}_\d{2}$/, ''), ...grouped] : grouped;
  });
}

/**
 * The body with as many calls of hosted tools as are sold: one, of whichever tool, unless the client wants fewer. What a server of the
 * client's own runs (MCP) costs the provider nothing, and has no limit. Throws `invalid_request` where the client's limit is no number.
 */
export function limitToolCalls(body: JsonObject, hostedTools: readonly string[]): JsonObject {
  const asked = readNumber(body['max_tool_calls'], 'max_tool_calls') ?? Infinity;
  const isCharged = hostedTools.some((type) => type !== 'mcp');
  return isCharged && asked > 1 ? { ...body, max_tool_calls: 1 } : body;
}

function isHosted(tool: JsonObject, type: string, at: string): boolean {
  if (type === 'shell') return readObject(tool['environment'], `${at}.environment`)?.['type'] !== 'local';
  return !RUN_BY_CLIENT.has(type);
}
