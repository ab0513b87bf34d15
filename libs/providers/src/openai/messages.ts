import type {
  AssistantTurn,
  CanonicalCall,
  DroppedFields,
  FilePart,
  InputPart,
  MediaSource,
  OutputPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  ToolTurn,
  Turn,
} from '@tokenbay/protocol';
import { decodeText } from '../decode-text.js';
import type { JsonObject } from '../provider.js';
import type { OpenAiDialect } from './endpoint.js';

const AUDIO_FORMATS: Readonly<Record<string, string>> = {
  ...{ 'audio/wav': 'wav', 'audio/x-wav': 'wav', 'audio/wave': 'wav' },
  ...{ 'audio/mpeg': 'mp3', 'audio/mp3': 'mp3' },
};

/** Writes the conversation as messages. Throws `conversion_not_implemented` for what a chat cannot hold. */
export function writeMessages({ turns }: CanonicalCall, dropped: DroppedFields, dialect: OpenAiDialect): JsonObject[] {
  // A chat model answers anew where it would have to go on.
  if (turns.at(-1)?.role === 'assistant') dropped.refuse('messages.assistant');
  return turns.flatMap((turn) => writeTurn(turn, dropped, dialect));
}

function writeTurn(turn: Turn, dropped: DroppedFields, dialect: OpenAiDialect): JsonObject[] {
  switch (turn.role) {
    case 'system':
    case 'developer':
      // Nobody but OpenAI tells developers from operators; many refuse the word.
      return [{ role: dialect.knowsOpenAiFields ? turn.role : 'system', content: joinTexts(turn.content) }];
    case 'user':
      return [{ role: 'user', content: writeContent(turn.content, dropped), ...nameOf(turn, dropped, dialect) }];
    case 'assistant':
      return writeAssistant(turn, dropped, dialect);
    case 'tool':
      return writeResults(turn, dropped);
  }
}

function nameOf({ name }: { readonly name?: string }, dropped: DroppedFields, dialect: OpenAiDialect): JsonObject {
  if (dialect.refusesUnknownFields) dropped.dropIfSet('messages.name', name);
  return name === undefined || dialect.refusesUnknownFields ? {} : { name };
}

function joinTexts(parts: readonly TextPart[]): string {
  return parts.map(({ text }) => text).join('\n');
}

/** Text alone is written as text: not everybody takes parts. */
function writeContent(parts: readonly InputPart[], dropped: DroppedFields): string | JsonObject[] {
  const texts = parts.filter((part) => part.type === 'text');
  if (texts.length === parts.length) return joinTexts(texts);
  return parts.map((part) => writeInput(part, dropped));
}

function writeInput(part: InputPart, dropped: DroppedFields): JsonObject {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'image': {
      const { source, detail } = part;
      return { type: 'image_url', image_url: { url: toUrl(source), ...(detail && { detail }) } };
    }
    case 'file':
      return writeFile(part, dropped);
    case 'audio': {
      const { source } = part;
      const format = source.kind === 'base64' ? AUDIO_FORMATS[source.mediaType] : undefined;
      if (source.kind !== 'base64' || format === undefined) return dropped.refuse('input_audio');
      return { type: 'input_audio', input_audio: { data: source.data, format } };
    }
  }
}

/** A document that is text is written as text, with what is known of it before; any other goes with its bytes. */
function writeFile(file: FilePart, dropped: DroppedFields): JsonObject {
  const { source, name, context } = file;
  if (source.kind === 'url') return dropped.refuse('file.url');
  const text = textIn(source);
  if (text !== undefined) {
    return { type: 'text', text: [name, context, text].filter((words) => words !== undefined).join('\n') };
  }
  return { type: 'file', file: { filename: name ?? 'document.pdf', file_data: toUrl(source) } };
}

function textIn(source: MediaSource): string | undefined {
  if (source.kind === 'text') return source.text;
  if (source.kind === 'base64' && source.mediaType.startsWith('text/')) return decodeText(source.data);
  return undefined;
}

function toUrl(source: MediaSource): string {
  if (source.kind === 'url') return source.url;
  if (source.kind === 'base64') return `data:${source.mediaType};base64,${source.data}`;
  return `data:text/plain;charset=utf-8,${encodeURIComponent(source.text)}`;
}

function writeAssistant(turn: AssistantTurn, dropped: DroppedFields, dialect: OpenAiDialect): JsonObject[] {
  const { reasoningField } = dialect;
  let thought = '';
  let text = '';
  let refusal = '';
  const calls: JsonObject[] = [];
  for (const part of turn.content) {
    if (part.type === 'text') text += part.text;
    else if (part.type === 'refusal') refusal += part.text;
    else if (part.type === 'tool_call') calls.push(writeCall(part));
    else if (part.type === 'reasoning' && reasoningField && !part.isRedacted) thought += part.text;
    else leaveOut(part, dropped);
  }
  if (text === '' && refusal === '' && calls.length === 0) return [];
  return [
    {
      role: 'assistant',
      content: text === '' && (calls.length > 0 || refusal !== '') ? null : text,
      ...(reasoningField && thought !== '' && { [reasoningField]: thought }),
      ...(refusal !== '' && { refusal }),
      ...(calls.length > 0 && { tool_calls: calls }),
      ...nameOf(turn, dropped, dialect),
    },
  ];
}

/** Reasoning is its provider's own and helps only there; pictures and sounds are what the conversation is about. */
function leaveOut({ type }: OutputPart, dropped: DroppedFields): void {
  if (type !== 'reasoning') dropped.refuse(`messages.assistant.${type}`);
  dropped.drop('messages.reasoning');
}

function writeCall({ id, kind, name, input }: ToolCallPart): JsonObject {
  if (kind === 'custom') return { id, type: 'custom', custom: { name, input } };
  return { id, type: 'function', function: { name, arguments: input === '' ? '{}' : input } };
}

/** A result is text; its pictures and files follow, once all results stand, as the user's. */
function writeResults({ content }: ToolTurn, dropped: DroppedFields): JsonObject[] {
  const shown: JsonObject[] = [];
  const results = content.map((result) => {
    const { texts, media } = split(result);
    if (media.length > 0)
      shown.push({ type: 'text', text: `Result of ${result.name ?? 'the tool'} (${result.callId}):` });
    shown.push(...media.map((part) => writeInput(part, dropped)));
    const text = joinTexts(texts) || (media.length > 0 ? 'See below.' : '');
    return { role: 'tool', tool_call_id: result.callId, content: result.isError ? `Error: ${text}` : text };
  });
  return shown.length > 0 ? [...results, { role: 'user', content: shown }] : results;
}

function split({ content }: ToolResultPart): { texts: TextPart[]; media: InputPart[] } {
  return {
    texts: content.filter((part) => part.type === 'text'),
    media: content.filter((part) => part.type !== 'text'),
  };
}
