import { DomainError } from '@tokenbay/errors';
import type { JsonObject } from '@tokenbay/providers';
import { invalid } from '../body-reader.js';

const ITEMS_MAX = 100_000;
const DEPTH_MAX = 6;
/** Parts that are read as the text they hold. */
const TEXT_PARTS = new Set(['input_text', 'output_text', 'text', 'refusal', 'summary_text', 'reasoning_text']);
/** Items that are read as what is written in them; any other may stand for more than its bytes, as a screenshot does. */
const TEXT_ITEMS = new Set([
  ...['message', 'reasoning', 'function_call', 'function_call_output', 'custom_tool_call', 'custom_tool_call_output'],
  ...['local_shell_call', 'local_shell_call_output', 'shell_call', 'shell_call_output', 'apply_patch_call'],
  ...['apply_patch_call_output', 'mcp_list_tools', 'mcp_call', 'mcp_approval_request', 'mcp_approval_response'],
  ...['tool_search_call', 'tool_search_output', 'additional_tools', 'web_search_call'],
]);
/** What names something kept under the provider account, wherever it stands. */
const STORED = ['file_id', 'file_ids', 'vector_store_ids', 'container_id', 'skill_id', 'tunnel_id'];

/** What the input holds, as far as it decides the cost. */
export interface InputContent {
  /** False where something is in it whose tokens have nothing to do with its bytes: pictures, files, screenshots. */
  readonly isBoundedByBytes: boolean;
  /** Tools that the conversation itself brings along. */
  readonly tools: readonly JsonObject[];
}

/**
 * Checks the form of the input. Throws `invalid_request` where it has none, `not_implemented` where it refers to what is kept upstream.
 */
export function scanInput(input: unknown): InputContent {
  if (typeof input === 'string') return { isBoundedByBytes: true, tools: [] };
  if (!Array.isArray(input) || input.length === 0)
    throw invalid('input', 'is required and must be a string or a non-empty array');
  if (input.length > ITEMS_MAX) throw invalid('input', `must have at most ${ITEMS_MAX} items`);
  const tools: JsonObject[] = [];
  let isBoundedByBytes = true;
  for (const [index, item] of (input as unknown[]).entries()) {
    const at = `input[${index}]`;
    const object = needItem(item, at);
    const type = typeOf(object, at);
    const isTextItem = TEXT_ITEMS.has(type);
    if (!isTextItem) assertNothingStored(object, at);
    // Each is looked at, whatever the other holds.
    const areTexts = [isText(object['content'], `${at}.content`), isText(object['output'], `${at}.output`)];
    if (!isTextItem || areTexts.includes(false)) isBoundedByBytes = false;
    if (Array.isArray(object['tools'])) tools.push(...(object['tools'] as unknown[]).map((tool) => needItem(tool, at)));
  }
  return { isBoundedByBytes, tools };
}

/** Throws `not_implemented` where a tool or a part names what may be another customer's at the provider. */
export function assertNothingStored(value: unknown, at: string, depth = DEPTH_MAX): void {
  if (typeof value !== 'object' || value === null || depth === 0) return;
  for (const [name, inner] of Object.entries(value)) {
    if (STORED.includes(name) && isSet(inner)) throw stored(`${at}.${name}`);
    assertNothingStored(inner, `${at}.${name}`, depth - 1);
  }
}

/** The refusal of what an earlier request left at the provider. */
export function stored(param: string): DomainError {
  const message = `${param}: what is kept at a provider is not offered; send the data itself.`;
  return new DomainError('not_implemented', param, { param, message });
}

/** The input as text, roughly as a model reads it: instructions, items with all their parts, and the tools that are offered. */
export function readInputText(body: JsonObject): string {
  const texts: string[] = [];
  const { instructions, input, tools } = body;
  if (typeof instructions === 'string') texts.push(instructions);
  if (typeof input === 'string') texts.push(input);
  else for (const item of input as JsonObject[]) collectText(item, texts);
  if (tools) texts.push(JSON.stringify(tools));
  return texts.join('\n');
}

function collectText(item: JsonObject, texts: string[]): void {
  for (const written of [item['name'], item['arguments'], item['input'], item['output'], item['text']])
    if (typeof written === 'string') texts.push(written);
  for (const parts of [item['content'], item['output'], item['summary']]) {
    if (typeof parts === 'string' && parts === item['content']) texts.push(parts);
    if (Array.isArray(parts)) for (const part of parts as JsonObject[]) collectText(part, texts);
  }
}

/** An item without a type is a message, or by an older form a reference. */
function typeOf(item: JsonObject, at: string): string {
  const { type, role, id } = item;
  if (type === 'item_reference' || (type == null && role === undefined && typeof id === 'string')) throw stored(at);
  if (type === undefined || type === null) {
    if (typeof role !== 'string') throw invalid(`${at}.role`, 'is required and must be a string');
    return 'message';
  }
  if (typeof type !== 'string') throw invalid(`${at}.type`, 'must be a string');
  return type;
}

/** True where content, or what a tool answered, is nothing but text. */
function isText(content: unknown, at: string): boolean {
  if (content === undefined || content === null || typeof content === 'string') return true;
  if (!Array.isArray(content)) {
    assertNothingStored(content, at);
    return false;
  }
  let isText = true;
  for (const [index, item] of (content as unknown[]).entries()) {
    const part = needItem(item, `${at}[${index}]`);
    if (typeof part['type'] === 'string' && TEXT_PARTS.has(part['type'])) continue;
    assertNothingStored(part, `${at}[${index}]`);
    isText = isText && isShellOutput(part);
  }
  return isText;
}

function isShellOutput({ stdout, stderr }: JsonObject): boolean {
  return typeof stdout === 'string' && typeof stderr === 'string';
}

function needItem(item: unknown, at: string): JsonObject {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) throw invalid(at, 'must be an object');
  return item as JsonObject;
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}
