import {
  type CacheMark,
  type DroppedFields,
  type InputPart,
  type OutputPart,
  type ReasoningPart,
  readSeal,
  type Seal,
  type TextPart,
  type ToolCallPart,
  type ToolResultPart,
  type Turn,
} from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import { invalid, needObject, needText, readObject, readObjects, readText } from '../body-reader.js';
import { readMediaUrl } from '../media-source.js';

const AUDIO_TYPES: Readonly<Record<string, string>> = { wav: 'audio/wav', mp3: 'audio/mpeg' };

/** Reads the messages of a chat as turns; results of tools that stand together become one. */
export function readTurns(messages: readonly JsonObject[], dropped: DroppedFields): Turn[] {
  const turns: Turn[] = [];
  const calls = new Map<string, ToolCallPart>();
  for (const [index, message] of messages.entries()) {
    const at = `messages[${index}]`;
    const turn = readTurn(message, at, { calls, dropped });
    const last = turns.at(-1);
    if (turn.role === 'tool' && last?.role === 'tool')
      turns[turns.length - 1] = { ...last, content: [...last.content, ...turn.content] };
    else turns.push(turn);
    if (turn.role === 'assistant')
      for (const part of turn.content) if (part.type === 'tool_call') calls.set(part.id, part);
  }
  return turns;
}

interface Conversation {
  readonly calls: ReadonlyMap<string, ToolCallPart>;
  readonly dropped: DroppedFields;
}

function readTurn(message: JsonObject, at: string, { calls, dropped }: Conversation): Turn {
  const { role, content } = message;
  const name = readText(message['name'], `${at}.name`);
  if (role === 'system' || role === 'developer') return { role, content: readTexts(content, `${at}.content`) };
  if (role === 'tool') return { role, content: [readResult(message, at, { calls, dropped })] };
  if (role === 'assistant')
    return { role, content: readAssistant(message, at, dropped), ...(name !== undefined && { name }) };
  if (role === 'user')
    return { role, content: readInputs(content, `${at}.content`, dropped), ...(name !== undefined && { name }) };
  if (role === 'function') return dropped.refuse('function_call');
  throw invalid(`${at}.role`, 'must be system, developer, user, assistant or tool');
}

function readAssistant(message: JsonObject, at: string, dropped: DroppedFields): OutputPart[] {
  if (message['function_call'] != null) dropped.refuse('function_call');
  const refusal = readText(message['refusal'], `${at}.refusal`);
  return [
    ...readReasoning(message, at),
    ...readWritten(message['content'], `${at}.content`),
    ...(refusal ? [{ type: 'refusal' as const, text: refusal }] : []),
    ...readObjects(message['tool_calls'], `${at}.tool_calls`).map((call, i) =>
      readToolCall(call, `${at}.tool_calls[${i}]`),
    ),
  ];
}

/** Reasoning comes back in details, where its seals are, or as bare text. */
function readReasoning(message: JsonObject, at: string): ReasoningPart[] {
  const details = readObjects(message['reasoning_details'], `${at}.reasoning_details`).flatMap(readReasoningDetail);
  if (details.length > 0) return details;
  const text = message['reasoning_content'] ?? message['reasoning'];
  return typeof text === 'string' && text !== '' ? [{ type: 'reasoning', text }] : [];
}

function readReasoningDetail(detail: JsonObject): ReasoningPart[] {
  const id = typeof detail['id'] === 'string' ? { id: detail['id'] } : {};
  const seal = readSeal(detail['signature'] ?? detail['data'], 'openai-chat');
  const text = detail['text'] ?? detail['summary'];
  if (typeof text !== 'string' && !seal) return [];
  const isRedacted = detail['type'] === 'reasoning.encrypted' && seal?.format === 'anthropic-messages';
  return [
    {
      type: 'reasoning',
      text: typeof text === 'string' ? text : '',
      ...id,
      ...(isRedacted && { isRedacted }),
      ...(seal && { seal }),
    },
  ];
}

function readToolCall(call: JsonObject, at: string): ToolCallPart {
  const id = needText(call['id'], `${at}.id`);
  const google = readObject(
    readObject(call['extra_content'], `${at}.extra_content`)?.['google'],
    `${at}.extra_content.google`,
  );
  const seal: Seal | undefined = readSeal(google?.['thought_signature'], 'gemini-generate');
  const shared = { type: 'tool_call' as const, id, ...(seal && { seal }) };
  if (call['type'] === 'custom') {
    const custom = needObject(call['custom'], `${at}.custom`);
    return {
      ...shared,
      kind: 'custom',
      name: needText(custom['name'], `${at}.custom.name`),
      input: readText(custom['input'], `${at}.custom.input`) ?? '',
    };
  }
  const called = needObject(call['function'], `${at}.function`);
  const input = readText(called['arguments'], `${at}.function.arguments`) ?? '';
  return { ...shared, kind: 'function', name: needText(called['name'], `${at}.function.name`), input };
}

function readResult(message: JsonObject, at: string, { calls, dropped }: Conversation): ToolResultPart {
  const callId = needText(message['tool_call_id'], `${at}.tool_call_id`);
  const call = calls.get(callId);
  return {
    type: 'tool_result',
    callId,
    kind: call?.kind ?? 'function',
    ...(call && { name: call.name }),
    content: readInputs(message['content'], `${at}.content`, dropped),
    isError: false,
  };
}

function readTexts(content: unknown, at: string): TextPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return readObjects(content, at).map((part, i) => readTextPart(part, `${at}[${i}]`));
}

function readTextPart(part: JsonObject, at: string): TextPart {
  return { type: 'text', text: needText(part['text'], `${at}.text`), ...readCache(part) };
}

function readWritten(content: unknown, at: string): OutputPart[] {
  if (content === undefined || content === null || content === '') return [];
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return readObjects(content, at).map((part, i) =>
    part['type'] === 'refusal'
      ? { type: 'refusal', text: needText(part['refusal'], `${at}[${i}].refusal`) }
      : readTextPart(part, `${at}[${i}]`),
  );
}

function readInputs(content: unknown, at: string, dropped: DroppedFields): InputPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return readObjects(content, at).map((part, i) => readInput(part, `${at}[${i}]`, dropped));
}

function readInput(part: JsonObject, at: string, dropped: DroppedFields): InputPart {
  switch (part['type']) {
    case 'text':
      return readTextPart(part, at);
    case 'image_url': {
      const image = needObject(part['image_url'], `${at}.image_url`);
      const { detail } = image;
      const source = readMediaUrl(needText(image['url'], `${at}.image_url.url`), `${at}.image_url.url`);
      const isKnown = detail === 'auto' || detail === 'low' || detail === 'high' || detail === 'original';
      return { type: 'image', source, ...(isKnown && { detail }), ...readCache(part) };
    }
    case 'input_audio': {
      const audio = needObject(part['input_audio'], `${at}.input_audio`);
      const mediaType = AUDIO_TYPES[needText(audio['format'], `${at}.input_audio.format`)];
      if (mediaType === undefined) throw invalid(`${at}.input_audio.format`, 'must be wav or mp3');
      return {
        type: 'audio',
        source: { kind: 'base64', mediaType, data: needText(audio['data'], `${at}.input_audio.data`) },
      };
    }
    case 'file': {
      const file = needObject(part['file'], `${at}.file`);
      const source = readMediaUrl(needText(file['file_data'], `${at}.file.file_data`), `${at}.file.file_data`);
      const name = readText(file['filename'], `${at}.file.filename`);
      return { type: 'file', source, ...(name !== undefined && { name }), ...readCache(part) };
    }
    default:
      return dropped.refuse(`messages.content.${String(part['type'])}`);
  }
}

/** Not OpenAI's, but understood by what speaks its format in front of Anthropic. */
function readCache(part: JsonObject): { cache?: CacheMark } {
  const mark = part['cache_control'];
  if (typeof mark !== 'object' || mark === null) return {};
  return { cache: { ttlSeconds: (mark as JsonObject)['ttl'] === '1h' ? 3600 : 300 } };
}
