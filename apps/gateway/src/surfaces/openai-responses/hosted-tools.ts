import type { JsonObject } from '@tokenbay/providers';
import type { SoldPool, ToolPool } from '../../relay/tool-pool.js';
import { invalid, needText, readObject, readObjects, readWhole } from '../body-reader.js';
import { assertNothingStored, stored } from './stored.js';

/** Namespaces hold tools; the provider knows no namespace within a namespace. */
const DEPTH_MAX = 4;
const TOOL_CALLS_MAX = 1_000_000;
/** Tools whose calls no limit of the provider's counts. */
const BY_REQUEST = new Set(['mcp', 'programmatic_tool_calling']);
/** By which name answers count the calls of a tool; a tool that is news is charged one. */
const COUNTED_AS = new Map([
  ...['web_search', 'file_search', 'code_interpreter', 'image_generation'].map((name) => [name, name] as const),
  ...['shell', 'mcp', 'programmatic_tool_calling'].map((name) => [name, name] as const),
  ['web_search_preview', 'web_search'] as const,
]);
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
 * The tools that run at the provider by the limits that their calls share: `max_tool_calls` is one for all together, but for what a server of
 * the client's own runs (MCP), which costs the provider nothing and is sold by the request. Throws `invalid_request` where the client's
 * limit is no count.
 */
export function poolTools(names: readonly string[], asked: unknown): ToolPool[] {
  const callsMax = readWhole(asked, { min: 0, max: TOOL_CALLS_MAX }, 'max_tool_calls');
  const tools = names.map((name) => ({ name, countedAs: COUNTED_AS.get(name) }));
  const limited = tools.filter(({ name }) => !BY_REQUEST.has(name));
  const others = tools.filter(({ name }) => BY_REQUEST.has(name));
  return [
    ...(limited.length > 0 ? [{ tools: limited, soldBy: 'calls' as const, callsMax }] : []),
    ...others.map((tool) => ({ tools: [tool], soldBy: 'request' as const })),
  ];
}

/** The body with the limit that is sold of all its tools together. */
export function limitToolCalls(body: JsonObject, pools: readonly SoldPool[]): JsonObject {
  const limited = pools.find(({ soldBy }) => soldBy === 'calls');
  return limited && Number.isFinite(limited.callsMax) ? { ...body, max_tool_calls: limited.callsMax } : body;
}

function isHosted(tool: JsonObject, type: string, at: string): boolean {
  if (type === 'shell') return readObject(tool['environment'], `${at}.environment`)?.['type'] !== 'local';
  return !RUN_BY_CLIENT.has(type);
}
