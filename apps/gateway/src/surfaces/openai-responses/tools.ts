import type { DroppedFields, ToolChoice, ToolDefinition } from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import {
  invalid,
  needObject,
  needText,
  readFlag,
  readObject,
  readObjects,
  readText,
  readWord,
} from '../body-reader.js';

const FORMAT = 'openai-responses';
/** Of a tool's definition: hints on how it is offered. */
const TOOL_HINTS = ['allowed_callers', 'defer_loading', 'output_schema'];

/** A tool inside a namespace. */
export interface NamespacedTool {
  readonly namespace: string;
  readonly name: string;
}

/** Reads the tools on offer, those of namespaces under one flat name each. Throws `invalid_request` naming the tool. */
export function readTools(tools: unknown, at: string, dropped: DroppedFields): ToolDefinition[] {
  return readObjects(tools, at).flatMap((tool, index) => readTool(tool, `${at}[${index}]`, dropped));
}

/** The one name of a tool in a namespace, where no namespaces are known. */
export function flatNameOf({ namespace, name }: NamespacedTool): string {
  return namespace.endsWith('__') ? namespace + name : `${namespace}__${name}`;
}

/** By their flat names, the tools that the request offers in namespaces. */
export function namespacesIn(tools: unknown): ReadonlyMap<string, NamespacedTool> {
  const found = new Map<string, NamespacedTool>();
  for (const tool of Array.isArray(tools) ? (tools as (JsonObject | null)[]) : []) {
    const { type, name: namespace, tools: inner } = tool ?? {};
    if (type !== 'namespace' || typeof namespace !== 'string' || !Array.isArray(inner)) continue;
    for (const one of inner as (JsonObject | null)[]) {
      const name = one?.['name'];
      if (typeof name === 'string') found.set(flatNameOf({ namespace, name }), { namespace, name });
    }
  }
  return found;
}

/** Reads which tools may or must be called; tools of the provider's own are refused, as their definitions are. */
export function readToolChoice(choice: unknown, dropped: DroppedFields): ToolChoice | undefined {
  if (choice === undefined || choice === null) return undefined;
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { mode: choice };
  const wanted = needObject(choice, 'tool_choice');
  const type = needText(wanted['type'], 'tool_choice.type');
  if (type === 'function' || type === 'custom')
    return { mode: 'named', name: needText(wanted['name'], 'tool_choice.name') };
  if (type !== 'allowed_tools') return dropped.refuse(`tool_choice.${type}`);
  const mode = readWord(wanted['mode'], ['auto', 'required'], 'tool_choice.mode');
  const names = readObjects(wanted['tools'], 'tool_choice.tools').map((tool, index) => {
    if (tool['type'] !== 'function' && tool['type'] !== 'custom')
      return dropped.refuse(`tool_choice.${String(tool['type'])}`);
    return needText(tool['name'], `tool_choice.tools[${index}].name`);
  });
  if (names.length === 0) throw invalid('tool_choice.tools', 'must name a tool');
  return { mode: 'allowed', names, isRequired: mode === 'required' };
}

function readTool(tool: JsonObject, at: string, dropped: DroppedFields): ToolDefinition[] {
  const type = needText(tool['type'], `${at}.type`);
  if (type === 'namespace') return readNamespace(tool, at, dropped);
  if (type !== 'function' && type !== 'custom') return [{ kind: 'hosted', type, format: FORMAT, definition: tool }];
  for (const hint of TOOL_HINTS) dropped.dropIfSet(`tools.${hint}`, tool[hint]);
  const description = readText(tool['description'], `${at}.description`);
  const shared = { name: needText(tool['name'], `${at}.name`), ...(description !== undefined && { description }) };
  if (type === 'custom') return [{ kind: 'custom', ...shared, ...readGrammar(tool, at) }];
  const parameters = readObject(tool['parameters'], `${at}.parameters`);
  const isStrict = readFlag(tool['strict'], `${at}.strict`);
  return [
    { kind: 'function', ...shared, ...(parameters && { parameters }), ...(isStrict !== undefined && { isStrict }) },
  ];
}

/** What is said of the namespace is said of each of its tools. */
function readNamespace(tool: JsonObject, at: string, dropped: DroppedFields): ToolDefinition[] {
  const namespace = needText(tool['name'], `${at}.name`);
  const about = readText(tool['description'], `${at}.description`);
  return readTools(tool['tools'], `${at}.tools`, dropped).map((inner) => {
    if (inner.kind === 'hosted') return inner;
    const description = [about, inner.description].filter((text) => text !== undefined && text !== '').join('\n');
    const name = flatNameOf({ namespace, name: inner.name });
    return { ...inner, name, ...(description !== '' && { description }) };
  });
}

function readGrammar(tool: JsonObject, at: string): { grammar?: { syntax: 'lark' | 'regex'; definition: string } } {
  const format = readObject(tool['format'], `${at}.format`);
  if (format?.['type'] !== 'grammar') return {};
  return {
    grammar: {
      syntax: readWord(format['syntax'], ['lark', 'regex'], `${at}.format.syntax`) ?? 'lark',
      definition: needText(format['definition'], `${at}.format.definition`),
    },
  };
}
