import type { JsonObject } from '@tokenbay/providers';
import { invalid, readText } from '../body-reader.js';
import { assertPublicMedia, holdsMedia } from '../public-media.js';
import { listHostedTools } from './hosted-tools.js';
import { assertNothingStored, stored, storedItem } from './stored.js';

const ITEMS_MAX = 100_000;
/** Parts that are read as the text they hold. */
const TEXT_PARTS = new Set(['input_text', 'output_text', 'text', 'refusal', 'summary_text', 'reasoning_text']);
/** Parts that are sound, or may hold some. */
const AUDIBLE = /audio|video/i;
/** Items that are read as what is written in them; any other may stand for more than its bytes, as a screenshot does. */
const TEXT_ITEMS = new Set([
  ...['message', 'reasoning', 'function_call', 'function_call_output', 'custom_tool_call', 'custom_tool_call_output'],
  ...['local_shell_call', 'local_shell_call_output', 'shell_call', 'shell_call_output', 'apply_patch_call'],
  ...['apply_patch_call_output', 'mcp_list_tools', 'mcp_call', 'mcp_approval_request', 'mcp_approval_response'],
  ...['tool_search_call', 'tool_search_output', 'additional_tools', 'web_search_call'],
]);
/** What the input holds, as far as it decides the cost. */
export interface InputContent {
  /** False where something is in it whose tokens have nothing to do with its bytes: pictures, files, screenshots. */
  readonly isBoundedByBytes: boolean;
  /** What runs at the provider of the tools that the conversation itself brings along. */
  readonly hostedTools: readonly string[];
}

/**
 * Checks the form of the input. Throws `invalid_request` where it has none, `not_implemented` where it refers to what is kept upstream.
 */
export function scanInput(input: unknown): InputContent {
  if (typeof input === 'string') return { isBoundedByBytes: true, hostedTools: [] };
  if (!Array.isArray(input) || input.length === 0)
    throw invalid('input', 'is required and must be a string or a non-empty array');
  if (input.length > ITEMS_MAX) throw invalid('input', `must have at most ${ITEMS_MAX} items`);
  const hostedTools: string[] = [];
  let isBoundedByBytes = true;
  for (const [index, item] of (input as unknown[]).entries()) {
    const at = `input[${index}]`;
    const object = needItem(item, at);
    const type = typeOf(object, at);
    // What a server has listed has its own form, and is offered by the tool that names the server.
    if (type !== 'mcp_list_tools') hostedTools.push(...listHostedTools(object['tools'], `${at}.tools`));
    assertNothingStored(object, at);
    assertPictureIsSent(object, type, at);
    // Each is looked at, whatever the other holds.
    const areTexts = [isText(object['content'], `${at}.content`), isText(object['output'], `${at}.output`)];
    if (!TEXT_ITEMS.has(type) || areTexts.includes(false)) isBoundedByBytes = false;
  }
  return { isBoundedByBytes, hostedTools };
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

/** A picture that was drawn before is sent as its data: by its id alone it is looked up at the provider. */
function assertPictureIsSent({ result }: JsonObject, type: string, at: string): void {
  if (type === 'image_generation_call' && (typeof result !== 'string' || result === '')) throw stored(at);
}

/** An item without a type is a message, or by an older form a reference. */
function typeOf(item: JsonObject, at: string): string {
  const { type, role, id } = item;
  if (type === 'item_reference' || (type == null && role === undefined && typeof id === 'string')) throw storedItem(at);
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
    assertPublicMedia(content, at);
    return false;
  }
  let isText = true;
  for (const [index, item] of (content as unknown[]).entries()) {
    const part = needItem(item, `${at}[${index}]`);
    const type = readText(part['type'], `${at}[${index}].type`) ?? '';
    if (AUDIBLE.test(type)) throw invalid(`${at}[${index}]`, 'has no price in this interface: it holds sound');
    if ((TEXT_PARTS.has(type) || isShellOutput(part)) && !holdsMedia(part)) continue;
    assertPublicMedia(part, `${at}[${index}]`);
    isText = false;
  }
  return isText;
}

/** Beside a type, that is what the part is read as. */
function isShellOutput({ type, stdout, stderr }: JsonObject): boolean {
  return (type ?? '') === '' && typeof stdout === 'string' && typeof stderr === 'string';
}

function needItem(item: unknown, at: string): JsonObject {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) throw invalid(at, 'must be an object');
  return item as JsonObject;
}
