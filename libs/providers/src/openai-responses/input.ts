import type {
  AssistantTurn,
  CanonicalCall,
  DroppedFields,
  FilePart,
  InputPart,
  MediaSource,
  OutputPart,
  ToolResultPart,
  Turn,
} from '@tokenbay/protocol';
import { decodeText } from '../decode-text.js';
import type { JsonObject } from '../provider.js';

const FORMAT = 'openai-responses';

/** Writes the conversation as items. Throws `conversion_not_implemented` for what Responses cannot hold. */
export function writeInput({ turns }: CanonicalCall, dropped: DroppedFields): JsonObject[] {
  // A model answers anew where it would have to go on.
  if (turns.at(-1)?.role === 'assistant') dropped.refuse('messages.assistant');
  return turns.flatMap((turn) => writeTurn(turn, dropped));
}

function writeTurn(turn: Turn, dropped: DroppedFields): JsonObject[] {
  switch (turn.role) {
    case 'system':
    case 'developer':
      return [{ type: 'message', role: turn.role, content: turn.content.map((part) => writePart(part, dropped)) }];
    case 'user':
      dropped.dropIfSet('messages.name', turn.name);
      return [{ type: 'message', role: 'user', content: turn.content.map((part) => writePart(part, dropped)) }];
    case 'assistant':
      return writeAssistant(turn, dropped);
    case 'tool':
      return turn.content.map((result) => writeResult(result, dropped));
  }
}

/** Neighbouring texts are one message; reasoning and calls are items of their own, in their order. */
function writeAssistant({ content, name }: AssistantTurn, dropped: DroppedFields): JsonObject[] {
  dropped.dropIfSet('messages.name', name);
  const items: JsonObject[] = [];
  let written: JsonObject[] | undefined;
  for (const part of content) {
    const said = writeSaid(part);
    if (said && written) written.push(said);
    else if (said) items.push({ type: 'message', role: 'assistant', content: (written = [said]) });
    else {
      const item = writeItem(part, dropped);
      if (item) written = undefined;
      if (item) items.push(item);
    }
  }
  return items;
}

function writeSaid(part: OutputPart): JsonObject | undefined {
  if (part.type === 'text' && part.text !== '') return { type: 'output_text', text: part.text };
  return part.type === 'refusal' && part.text !== '' ? { type: 'refusal', refusal: part.text } : undefined;
}

function writeItem(part: OutputPart, dropped: DroppedFields): JsonObject | undefined {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return undefined;
    case 'tool_call': {
      const { id, name, input } = part;
      if (part.kind === 'custom') return { type: 'custom_tool_call', call_id: id, name, input };
      return { type: 'function_call', call_id: id, name, arguments: input === '' ? '{}' : input };
    }
    case 'reasoning': {
      if (part.seal?.format !== FORMAT) {
        dropped.drop('messages.reasoning');
        return undefined;
      }
      const summary = part.text === '' ? [] : [{ type: 'summary_text', text: part.text }];
      const id = part.id === undefined ? {} : { id: part.id };
      return { type: 'reasoning', ...id, summary, encrypted_content: part.seal.value };
    }
    case 'image':
    case 'audio':
      return dropped.refuse(`messages.assistant.${part.type}`);
  }
}

function writeResult({ callId, kind, content, isError }: ToolResultPart, dropped: DroppedFields): JsonObject {
  const type = kind === 'custom' ? 'custom_tool_call_output' : 'function_call_output';
  const texts = content.filter((part) => part.type === 'text').map(({ text }) => text);
  const prefix = isError ? 'Error: ' : '';
  if (texts.length === content.length) return { type, call_id: callId, output: prefix + texts.join('\n') };
  const parts = content.map((part) => writePart(part, dropped));
  const output = isError ? [{ type: 'input_text', text: prefix.trim() }, ...parts] : parts;
  return { type, call_id: callId, output };
}

function writePart(part: InputPart, dropped: DroppedFields): JsonObject {
  switch (part.type) {
    case 'text':
      return { type: 'input_text', text: part.text };
    case 'image':
      return { type: 'input_image', image_url: toUrl(part.source), detail: part.detail ?? 'auto' };
    case 'file':
      return writeFile(part);
    case 'audio':
      return dropped.refuse('input_audio');
  }
}

/** A document that is text is written as text, with what is known of it before; any other goes with its bytes or its address. */
function writeFile({ source, name, context }: FilePart): JsonObject {
  if (source.kind === 'url') return { type: 'input_file', file_url: source.url };
  const text = textIn(source);
  if (text === undefined) return { type: 'input_file', filename: name ?? 'document.pdf', file_data: toUrl(source) };
  return { type: 'input_text', text: [name, context, text].filter((words) => words !== undefined).join('\n') };
}

function textIn(source: Exclude<MediaSource, { kind: 'url' }>): string | undefined {
  if (source.kind === 'text') return source.text;
  return source.mediaType.startsWith('text/') ? decodeText(source.data) : undefined;
}

function toUrl(source: MediaSource): string {
  if (source.kind === 'url') return source.url;
  if (source.kind === 'base64') return `data:${source.mediaType};base64,${source.data}`;
  return `data:text/plain;charset=utf-8,${encodeURIComponent(source.text)}`;
}
