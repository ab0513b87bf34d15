import {
  type AssistantTurn,
  type CacheMark,
  type CanonicalCall,
  type DroppedFields,
  type FilePart,
  type InputPart,
  type InstructionTurn,
  type MediaSource,
  type OutputPart,
  type TextPart,
  type ToolCallPart,
  type ToolResultPart,
  toPlainId,
  type Turn,
} from '@tokenbay/protocol';
import { decodeText } from '../decode-text.js';
import { parseObject } from '../parse-object.js';
import type { JsonObject } from '../provider.js';

const FORMAT = 'anthropic-messages';
const EMPTY_RESULT = Object.freeze([]);

interface MessageDraft {
  readonly role: 'user' | 'assistant';
  content: JsonObject[];
}

/**
 * Writes the conversation: instructions as `system`, all others as turns that alternate between user and assistant, results of tools first in
 * theirs, as Messages demands. Empty texts, which it refuses, are left out.
 */
export function writeConversation(
  { turns }: CanonicalCall,
  dropped: DroppedFields,
): { system: JsonObject[]; messages: readonly MessageDraft[] } {
  const system: JsonObject[] = [];
  const messages: MessageDraft[] = [];
  for (const turn of turns) {
    if (isInstruction(turn)) {
      if (messages.length > 0) dropped.drop('system_position');
      system.push(...turn.content.flatMap(writeText));
      continue;
    }
    if ('name' in turn) dropped.dropIfSet('messages.name', turn.name);
    const role = turn.role === 'assistant' ? 'assistant' : 'user';
    const blocks = writeTurn(turn, dropped);
    if (blocks.length === 0) continue;
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else messages.push({ role, content: blocks });
  }
  for (const message of messages) message.content = resultsFirst(message.content);
  // Instructions alone are no conversation; said by the user they are answered all the same.
  return messages.length > 0 ? { system, messages } : { system: [], messages: [{ role: 'user', content: system }] };
}

/** A mark on the prefix that ends here. */
export function cacheControl(cache: CacheMark | undefined): JsonObject {
  if (!cache) return {};
  return { cache_control: { type: 'ephemeral', ...(cache.ttlSeconds === 3600 && { ttl: '1h' }) } };
}

function isInstruction(turn: Turn): turn is InstructionTurn {
  return turn.role === 'system' || turn.role === 'developer';
}

function writeTurn(turn: Exclude<Turn, InstructionTurn>, dropped: DroppedFields): JsonObject[] {
  if (turn.role === 'assistant') return writeAssistant(turn, dropped);
  if (turn.role === 'tool') return turn.content.map((part) => writeResult(part, dropped));
  return turn.content.flatMap((part) => writeInput(part, dropped));
}

function writeAssistant({ content }: AssistantTurn, dropped: DroppedFields): JsonObject[] {
  return content.flatMap((part) => writeOutput(part, dropped));
}

function writeOutput(part: OutputPart, dropped: DroppedFields): JsonObject[] {
  switch (part.type) {
    case 'text':
      return writeText(part);
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }];
    case 'tool_call':
      return [writeToolCall(part)];
    case 'image':
    case 'audio':
      return dropped.refuse(`messages.assistant.${part.type}`);
    case 'reasoning':
      if (part.seal?.format !== FORMAT) {
        dropped.drop('messages.reasoning');
        return [];
      }
      return part.isRedacted
        ? [{ type: 'redacted_thinking', data: part.seal.value }]
        : [{ type: 'thinking', thinking: part.text, signature: part.seal.value }];
  }
}

function writeToolCall({ id, name, input, cache }: ToolCallPart): JsonObject {
  // A call that was cut at the output limit is no JSON; its text is kept so that the model sees what it wrote.
  const parsed = input === '' ? {} : (parseObject(input) ?? { input });
  return { type: 'tool_use', id: toPlainId(id), name, input: parsed, ...cacheControl(cache) };
}

function writeResult({ callId, content, isError, cache }: ToolResultPart, dropped: DroppedFields): JsonObject {
  const blocks = content.flatMap((part) => writeInput(part, dropped));
  return {
    type: 'tool_result',
    tool_use_id: toPlainId(callId),
    content: blocks.length > 0 ? blocks : EMPTY_RESULT,
    ...(isError && { is_error: true }),
    ...cacheControl(cache),
  };
}

function writeInput(part: InputPart, dropped: DroppedFields): JsonObject[] {
  switch (part.type) {
    case 'text':
      return writeText(part);
    case 'image':
      dropped.dropIfSet('image_url.detail', part.detail === 'auto' ? undefined : part.detail);
      return [{ type: 'image', source: writeSource(part.source), ...cacheControl(part.cache) }];
    case 'file':
      return [writeFile(part, dropped)];
    case 'audio':
      return dropped.refuse('input_audio');
  }
}

function writeText({ text, cache }: TextPart): JsonObject[] {
  return text === '' ? [] : [{ type: 'text', text, ...cacheControl(cache) }];
}

function writeFile({ source, name, context, wantsCitations, cache }: FilePart, dropped: DroppedFields): JsonObject {
  return {
    type: 'document',
    source: writeDocument(source, dropped),
    ...(name !== undefined && { title: name }),
    ...(context !== undefined && { context }),
    ...(wantsCitations && { citations: { enabled: true } }),
    ...cacheControl(cache),
  };
}

function writeDocument(source: MediaSource, dropped: DroppedFields): JsonObject {
  if (source.kind !== 'base64' || source.mediaType === 'application/pdf') return writeSource(source);
  if (source.mediaType.startsWith('text/')) return writeSource({ kind: 'text', text: decodeText(source.data) });
  return dropped.refuse('file');
}

function writeSource(source: MediaSource): JsonObject {
  if (source.kind === 'base64') return { type: 'base64', media_type: source.mediaType, data: source.data };
  if (source.kind === 'url') return { type: 'url', url: source.url };
  return { type: 'text', media_type: 'text/plain', data: source.text };
}

function resultsFirst(blocks: JsonObject[]): JsonObject[] {
  const isResult = (block: JsonObject): boolean => block['type'] === 'tool_result';
  return [...blocks.filter(isResult), ...blocks.filter((block) => !isResult(block))];
}
