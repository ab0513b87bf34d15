import type {
  AssistantTurn,
  CanonicalCall,
  DroppedFields,
  InputPart,
  InstructionTurn,
  OutputPart,
  Seal,
  ToolCallPart,
  ToolResultPart,
  ToolTurn,
  Turn,
} from '@tokenbay/protocol';
import { parseObject } from '../parse-object.js';
import type { JsonObject } from '../provider.js';
import { writeMedia, writeResultMedia } from './media.js';
import type { ModelTraits } from './model-traits.js';
import { withDemandedSeal, writeSealed } from './seals.js';

interface ContentDraft {
  readonly role: 'user' | 'model';
  parts: readonly JsonObject[];
}

/** What a conversation is written with. */
export interface ConversationTerms {
  readonly traits: ModelTraits;
  readonly dropped: DroppedFields;
}

/**
 * Writes the conversation: instructions apart, turns of the model joined, since a step of it is one content, and results of functions in a
 * content of their own. Empty texts are left out.
 */
export function writeConversation({ turns }: CanonicalCall, terms: ConversationTerms): JsonObject {
  const instructions: JsonObject[] = [];
  const contents: ContentDraft[] = [];
  for (const turn of turns) {
    if (isInstruction(turn)) {
      if (contents.length > 0) terms.dropped.drop('system_position');
      instructions.push(...turn.content.flatMap(writeText));
      continue;
    }
    if ('name' in turn) terms.dropped.dropIfSet('messages.name', turn.name);
    for (const written of writeTurn(turn, terms)) {
      const last = contents.at(-1);
      if (written.parts.length === 0) continue;
      if (last?.role === 'model' && written.role === 'model') last.parts = [...last.parts, ...written.parts];
      else contents.push(written);
    }
  }
  if (terms.traits.demandsSeals)
    for (const content of contents) if (content.role === 'model') content.parts = withDemandedSeal(content.parts);
  // Instructions alone are no conversation; said by the user they are answered all the same.
  if (contents.length === 0) return { contents: [{ role: 'user', parts: instructions }] };
  return { ...(instructions.length > 0 && { systemInstruction: { parts: instructions } }), contents };
}

function isInstruction(turn: Turn): turn is InstructionTurn {
  return turn.role === 'system' || turn.role === 'developer';
}

function writeTurn(turn: Exclude<Turn, InstructionTurn>, terms: ConversationTerms): ContentDraft[] {
  if (turn.role === 'assistant') return [{ role: 'model', parts: writeAssistant(turn, terms.dropped) }];
  if (turn.role === 'tool') return writeResults(turn, terms);
  return [{ role: 'user', parts: turn.content.flatMap((part) => writeInput(part, terms.dropped)) }];
}

function writeText({ text }: { readonly text: string }): JsonObject[] {
  return text === '' ? [] : [{ text }];
}

function writeInput(part: InputPart, dropped: DroppedFields): JsonObject[] {
  return part.type === 'text' ? writeText(part) : writeMedia(part, dropped);
}

/** A seal by itself, as clients keep it whose dialect has no place for it on a call, belongs to the call behind it. */
function writeAssistant({ content }: AssistantTurn, dropped: DroppedFields): JsonObject[] {
  let waiting: Seal | undefined;
  const parts: JsonObject[] = [];
  for (const part of content) {
    if (part.type === 'reasoning' && part.text === '' && part.seal?.format === 'gemini-generate') waiting = part.seal;
    else if (part.type === 'tool_call') {
      parts.push(writeCall(part, waiting));
      waiting = undefined;
    } else parts.push(...writeOutput(part, dropped));
  }
  if (waiting) parts.push({ text: '', ...writeSealed(waiting) });
  return parts;
}

function writeOutput(part: Exclude<OutputPart, ToolCallPart>, dropped: DroppedFields): JsonObject[] {
  switch (part.type) {
    case 'text': {
      const sealed = writeSealed(part.seal);
      return part.text === '' && sealed.thoughtSignature === undefined ? [] : [{ text: part.text, ...sealed }];
    }
    case 'refusal':
      return writeText(part);
    case 'reasoning': {
      const sealed = writeSealed(part.seal);
      if (sealed.thoughtSignature !== undefined) return [{ text: part.text, thought: true, ...sealed }];
      dropped.drop('messages.reasoning');
      return [];
    }
    case 'image':
      return writeMedia(part, dropped).map((written) => ({ ...written, ...writeSealed(part.seal) }));
    case 'audio':
      return dropped.refuse('messages.assistant.audio');
  }
}

function writeCall({ id, name, input, seal }: ToolCallPart, waiting: Seal | undefined): JsonObject {
  // A call that was cut at the output limit is no JSON; its text is kept so that the model sees what it wrote.
  const args = input === '' ? {} : (parseObject(input) ?? { input });
  const own = writeSealed(seal);
  return {
    functionCall: { id, name, args },
    ...(own.thoughtSignature === undefined ? writeSealed(waiting) : own),
  };
}

/** All results of a step stand together; what they cannot hold follows as the user's. */
function writeResults({ content }: ToolTurn, { traits, dropped }: ConversationTerms): ContentDraft[] {
  const shown: JsonObject[] = [];
  const results = content.map((result) => {
    const media = result.content.filter((part) => part.type !== 'text');
    const held = traits.isThirdGeneration ? media.map(writeResultMedia) : media.map(() => undefined);
    const left = media.filter((_, index) => held[index] === undefined);
    if (left.length > 0) shown.push({ text: `Result of ${result.name ?? 'the tool'} (${result.callId}):` });
    shown.push(...left.flatMap((part) => writeMedia(part, dropped)));
    return writeResult(
      result,
      held.filter((part) => part !== undefined),
      left.length > 0,
    );
  });
  return [
    { role: 'user', parts: results },
    { role: 'user', parts: shown },
  ];
}

function writeResult(
  { callId, name, content, isError }: ToolResultPart,
  parts: readonly JsonObject[],
  hasMore: boolean,
): JsonObject {
  const texts = content.filter((part) => part.type === 'text').map(({ text }) => text);
  const text = texts.join('\n') || (hasMore ? 'See below.' : '');
  return {
    functionResponse: {
      ...{ id: callId, name: name ?? callId, response: isError ? { error: text } : { output: text } },
      ...(parts.length > 0 && { parts }),
    },
  };
}
