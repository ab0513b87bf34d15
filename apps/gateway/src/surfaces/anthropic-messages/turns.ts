import {
  type DroppedFields,
  type InputPart,
  type OutputPart,
  readSeal,
  type ReasoningPart,
  type ToolCallPart,
  type ToolResultPart,
  type Turn,
} from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import { invalid, needObject, needText, readFlag, readObjects, readText } from '../body-reader.js';
import { readCache, readInput, readInputs, readTexts } from './blocks.js';

const FORMAT = 'anthropic-messages';

/** What was said so far, as far as what follows refers to it. */
interface Conversation {
  readonly calls: Map<string, ToolCallPart>;
  readonly dropped: DroppedFields;
}

/** Reads system prompt and messages as turns; what a user's message says beside results of tools becomes a turn of its own. */
export function readTurns(body: JsonObject, dropped: DroppedFields): Turn[] {
  const turns: Turn[] = [];
  const conversation = { calls: new Map<string, ToolCallPart>(), dropped };
  const system = readTexts(body['system'], 'system');
  if (system.length > 0) turns.push({ role: 'system', content: system });
  for (const [index, { role, content }] of readObjects(body['messages'], 'messages').entries()) {
    const at = `messages[${index}]`;
    if (role === 'user') turns.push(...readUser(content, `${at}.content`, conversation));
    else if (role === 'assistant') {
      turns.push({ role, content: readAssistant(content, `${at}.content`, conversation) });
    } else if (role === 'system') turns.push({ role, content: readTexts(content, `${at}.content`) });
    else throw invalid(`${at}.role`, 'must be user or assistant');
  }
  return turns;
}

function readUser(content: unknown, at: string, conversation: Conversation): Turn[] {
  if (typeof content === 'string') return [{ role: 'user', content: [{ type: 'text', text: content }] }];
  const results: ToolResultPart[] = [];
  const said: InputPart[] = [];
  for (const [index, block] of readObjects(content, at).entries()) {
    const where = `${at}[${index}]`;
    if (block['type'] === 'tool_result') results.push(readResult(block, where, conversation));
    else said.push(...readInput(block, where, conversation.dropped));
  }
  return [
    ...(results.length > 0 ? [{ role: 'tool' as const, content: results }] : []),
    ...(said.length > 0 ? [{ role: 'user' as const, content: said }] : []),
  ];
}

function readResult(block: JsonObject, at: string, { calls, dropped }: Conversation): ToolResultPart {
  const callId = needText(block['tool_use_id'], `${at}.tool_use_id`);
  const call = calls.get(callId);
  return {
    type: 'tool_result',
    callId,
    kind: call?.kind ?? 'function',
    ...(call && { name: call.name }),
    content: readInputs(block['content'], `${at}.content`, dropped),
    isError: readFlag(block['is_error'], `${at}.is_error`) ?? false,
    ...readCache(block),
  };
}

function readAssistant(content: unknown, at: string, conversation: Conversation): OutputPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return readObjects(content, at).flatMap((block, index) => readOutput(block, `${at}[${index}]`, conversation));
}

function readOutput(block: JsonObject, at: string, { calls, dropped }: Conversation): OutputPart[] {
  switch (block['type']) {
    case 'text':
      return [{ type: 'text', text: needText(block['text'], `${at}.text`), ...readCache(block) }];
    case 'thinking':
      return readThinking(readText(block['thinking'], `${at}.thinking`) ?? '', block['signature']);
    case 'redacted_thinking':
      return readThinking('', block['data']).map((part) =>
        part.seal?.format === FORMAT ? { ...part, isRedacted: true } : part,
      );
    case 'tool_use': {
      const call = readToolCall(block, at);
      calls.set(call.id, call);
      return [call];
    }
    default:
      return dropped.refuse(`messages.content.${String(block['type'])}`);
  }
}

/** What another provider sealed came to the client marked with its maker. */
function readThinking(text: string, carried: unknown): ReasoningPart[] {
  const seal = readSeal(carried, FORMAT);
  return text === '' && !seal ? [] : [{ type: 'reasoning', text, ...(seal && { seal }) }];
}

function readToolCall(block: JsonObject, at: string): ToolCallPart {
  const input = needObject(block['input'], `${at}.input`);
  return {
    type: 'tool_call',
    kind: 'function',
    id: needText(block['id'], `${at}.id`),
    name: needText(block['name'], `${at}.name`),
    input: Object.keys(input).length === 0 ? '' : JSON.stringify(input),
    ...readCache(block),
  };
}
