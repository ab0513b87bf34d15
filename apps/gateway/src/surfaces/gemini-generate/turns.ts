import type {
  DroppedFields,
  InputPart,
  OutputPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  Turn,
} from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import { invalid, needObject, needText, readObject, readText } from '../body-reader.js';
import { readCarriedSeal } from './carried-seal.js';
import { readMedia } from './media.js';
import { listContents, listParts } from './scan-contents.js';

/** What was said so far, as far as what follows refers to it. */
interface Conversation {
  /** The calls that wait for their results, in their order: they are paired by id, else by name. */
  readonly waiting: ToolCallPart[];
  calls: number;
  readonly dropped: DroppedFields;
}

/**
 * Reads instructions and contents as turns; what a content says beside results of functions becomes a turn of its own. Contents of the model
 * that follow each other are one turn: Google's libraries keep the pieces of a stream, the empty last one too, between calls and results.
 */
export function readTurns(body: JsonObject, dropped: DroppedFields): Turn[] {
  const conversation: Conversation = { waiting: [], calls: 0, dropped };
  const turns: Turn[] = [];
  const instruction = readObject(body['systemInstruction'], 'systemInstruction');
  const texts = instruction ? readInstructions(instruction) : [];
  if (texts.length > 0) turns.push({ role: 'system', content: texts });
  let speech: OutputPart[] | undefined;
  for (const [index, content] of listContents(body).entries()) {
    const at = `contents[${index}]`;
    const role = readText(content['role'], `${at}.role`) ?? 'user';
    if (role !== 'model') speech = undefined;
    else if (!speech) {
      speech = [];
      turns.push({ role: 'assistant', content: speech });
      // What was called before the model spoke again is answered, or never will be.
      conversation.waiting.length = 0;
    }
    if (speech) for (const part of readOutputs(content, at, conversation)) speech.push(part);
    else if (role === 'user' || role === 'function') turns.push(...readInputs(content, at, conversation));
    else throw invalid(`${at}.role`, 'must be user or model');
  }
  return turns;
}

function readInstructions(content: JsonObject): TextPart[] {
  return listParts(content, 'systemInstruction').map((part, index) => ({
    type: 'text',
    text: needText(part['text'], `systemInstruction.parts[${index}].text`),
  }));
}

function readInputs(content: JsonObject, at: string, conversation: Conversation): Turn[] {
  const results: ToolResultPart[] = [];
  const said: InputPart[] = [];
  for (const [index, part] of listParts(content, at).entries()) {
    const where = `${at}.parts[${index}]`;
    if (part['functionResponse'] !== undefined && part['functionResponse'] !== null)
      results.push(readResult(needObject(part['functionResponse'], where), where, conversation));
    else said.push(readInput(part, where, conversation.dropped));
  }
  return [
    ...(results.length > 0 ? [{ role: 'tool' as const, content: results }] : []),
    ...(said.length > 0 ? [{ role: 'user' as const, content: said }] : []),
  ];
}

function readInput(part: JsonObject, at: string, dropped: DroppedFields): InputPart {
  const media = readMedia(part, at, dropped);
  if (media) return media;
  const text = readText(part['text'], `${at}.text`);
  return text === undefined ? refusePart(part, dropped) : { type: 'text', text };
}

/** A result that names no call answers the first of its name that waits. */
function readResult(result: JsonObject, at: string, { waiting, dropped }: Conversation): ToolResultPart {
  const name = needText(result['name'], `${at}.functionResponse.name`);
  const id = readText(result['id'], `${at}.functionResponse.id`);
  const found = waiting.findIndex((call) => (id === undefined ? call.name === name : call.id === id));
  const [call] = found === -1 ? [] : waiting.splice(found, 1);
  const { text, isError } = readResponse(readObject(result['response'], `${at}.functionResponse.response`) ?? {});
  const shown = listParts(result, `${at}.functionResponse`).flatMap((part, index) => {
    const media = readMedia(part, `${at}.functionResponse.parts[${index}]`, dropped);
    return media ?? [];
  });
  return {
    ...{ type: 'tool_result', kind: 'function', callId: id ?? call?.id ?? `call_${name}`, name, isError },
    content: [{ type: 'text', text }, ...shown],
  };
}

/** What stands alone under `output` or `error` is the result itself, by the format's own rule; anything else is the result as it is. */
function readResponse(response: JsonObject): { text: string; isError: boolean } {
  const [[key, value] = [], ...others] = Object.entries(response);
  const isAlone = others.length === 0 && (key === 'output' || key === 'error');
  const told = isAlone ? value : response;
  return { text: typeof told === 'string' ? told : JSON.stringify(told), isError: isAlone && key === 'error' };
}

function readOutputs(content: JsonObject, at: string, conversation: Conversation): OutputPart[] {
  return listParts(content, at).flatMap((part, index) => readOutput(part, `${at}.parts[${index}]`, conversation));
}

function readOutput(part: JsonObject, at: string, conversation: Conversation): OutputPart[] {
  const seal = readCarriedSeal(part['thoughtSignature']);
  const sealed = seal && { seal };
  if (part['functionCall'] !== undefined && part['functionCall'] !== null) {
    const call = readCall(needObject(part['functionCall'], `${at}.functionCall`), at, conversation);
    conversation.waiting.push(call);
    return [{ ...call, ...sealed }];
  }
  const media = readMedia(part, at, conversation.dropped);
  if (media?.type === 'image') return [{ ...media, ...sealed }];
  if (media?.type === 'audio') return [media];
  const text = readText(part['text'], `${at}.text`);
  if (media || text === undefined) return refusePart(part, conversation.dropped);
  if (text === '' && !seal) return [];
  return [{ type: part['thought'] === true ? 'reasoning' : 'text', text, ...sealed }];
}

function readCall(called: JsonObject, at: string, conversation: Conversation): ToolCallPart {
  const args = readObject(called['args'], `${at}.functionCall.args`) ?? {};
  const id = readText(called['id'], `${at}.functionCall.id`) ?? `call_${conversation.calls}`;
  conversation.calls += 1;
  return {
    ...{ type: 'tool_call', kind: 'function', id, name: needText(called['name'], `${at}.functionCall.name`) },
    input: Object.keys(args).length === 0 ? '' : JSON.stringify(args),
  };
}

/** Parts of tools that the provider runs, and whatever comes after them. */
function refusePart(part: JsonObject, dropped: DroppedFields): never {
  const field = Object.keys(part).find((name) => name !== 'thoughtSignature' && name !== 'thought');
  return dropped.refuse(`contents.${field ?? 'parts'}`);
}
