import type {
  DroppedFields,
  InputPart,
  OutputPart,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  Turn,
} from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';
import { invalid, needText, readObjects, readText } from '../body-reader.js';
import { readMediaUrl } from '../media-source.js';
import { readCarriedSeal } from './carried-seal.js';
import { flatNameOf } from './tools.js';

const SUMMARY_BREAK = '\n\n';
/** What the provider's own tools left behind, whose findings stand in the words that follow. */
const TRACES = new Set(['web_search_call', 'file_search_call', 'mcp_list_tools']);
const DETAILS = ['auto', 'low', 'high', 'original'] as const;

/** Reads the input as turns: what the model wrote without interruption is one, and so are results that stand together. */
export function readTurns(input: unknown, dropped: DroppedFields): Turn[] {
  if (typeof input === 'string') return [{ role: 'user', content: [{ type: 'text', text: input }] }];
  const reader = new ItemReader(dropped);
  for (const [index, item] of readObjects(input, 'input').entries()) reader.read(item, `input[${index}]`);
  return reader.turns;
}

/** Reads one item after the other. */
class ItemReader {
  readonly turns: Turn[] = [];
  private readonly calls = new Map<string, ToolCallPart>();

  constructor(private readonly dropped: DroppedFields) {}

  read(item: JsonObject, at: string): void {
    const type = readText(item['type'], `${at}.type`) ?? 'message';
    switch (type) {
      case 'message':
        return this.readMessage(item, at);
      case 'reasoning':
        return this.readReasoning(item, at);
      case 'function_call':
      case 'custom_tool_call':
        return this.readCall(item, at);
      case 'function_call_output':
      case 'custom_tool_call_output':
        return this.say('tool', [this.readResult(item, at)]);
      default:
        if (!TRACES.has(type)) this.dropped.refuse(`input.${type}`);
        this.dropped.drop(`input.${type}`);
    }
  }

  private readMessage(item: JsonObject, at: string): void {
    const { role, content } = item;
    this.dropped.dropIfSet('input.phase', item['phase']);
    if (role === 'assistant') return this.say('assistant', readSaid(content, `${at}.content`));
    if (role === 'user')
      return void this.turns.push({ role, content: readInputs(content, `${at}.content`, this.dropped) });
    if (role !== 'system' && role !== 'developer')
      throw invalid(`${at}.role`, 'must be user, assistant, system or developer');
    this.turns.push({ role, content: readTexts(content, `${at}.content`) });
  }

  /** A seal of something other than reasoning goes back to what it was taken from, which stands right before it. */
  private readReasoning(item: JsonObject, at: string): void {
    const carried = readCarriedSeal(item['encrypted_content']);
    const last = this.turns.at(-1);
    if (carried && carried.kind !== 'reasoning' && carried.kind !== 'redacted') {
      const part = last?.role === 'assistant' ? last.content.at(-1) : undefined;
      if (last?.role !== 'assistant' || part?.type !== carried.kind) return;
      this.turns[this.turns.length - 1] = {
        ...last,
        content: [...last.content.slice(0, -1), { ...part, seal: carried.seal }],
      };
      return;
    }
    const id = readText(item['id'], `${at}.id`);
    const part: ReasoningPart = {
      type: 'reasoning',
      text: readReasoningText(item, at),
      ...(id !== undefined && { id }),
      ...(carried?.kind === 'redacted' && { isRedacted: true }),
      ...(carried && { seal: carried.seal }),
    };
    this.say('assistant', [part]);
  }

  private readCall(item: JsonObject, at: string): void {
    const isCustom = item['type'] === 'custom_tool_call';
    const own = needText(item['name'], `${at}.name`);
    const namespace = readText(item['namespace'], `${at}.namespace`);
    const itemId = readText(item['id'], `${at}.id`);
    const input = readText(item[isCustom ? 'input' : 'arguments'], `${at}.${isCustom ? 'input' : 'arguments'}`);
    const call: ToolCallPart = {
      type: 'tool_call',
      kind: isCustom ? 'custom' : 'function',
      id: needText(item['call_id'], `${at}.call_id`),
      name: namespace === undefined ? own : flatNameOf({ namespace, name: own }),
      input: input ?? '',
      ...(itemId !== undefined && { itemId }),
    };
    this.calls.set(call.id, call);
    this.say('assistant', [call]);
  }

  private readResult(item: JsonObject, at: string): ToolResultPart {
    const callId = needText(item['call_id'], `${at}.call_id`);
    const call = this.calls.get(callId);
    return {
      type: 'tool_result',
      callId,
      kind: item['type'] === 'custom_tool_call_output' ? 'custom' : 'function',
      ...(call && { name: call.name }),
      content: readInputs(item['output'], `${at}.output`, this.dropped),
      isError: false,
    };
  }

  private say(role: 'assistant', content: readonly OutputPart[]): void;
  private say(role: 'tool', content: readonly ToolResultPart[]): void;
  private say(role: 'assistant' | 'tool', content: readonly (OutputPart | ToolResultPart)[]): void {
    const last = this.turns.at(-1);
    const joined = last?.role === role ? [...last.content, ...content] : content;
    if (last?.role === role) this.turns.pop();
    this.turns.push({ role, content: joined } as Turn);
  }
}

function readReasoningText(item: JsonObject, at: string): string {
  const own = readObjects(item['content'], `${at}.content`);
  const parts = own.length > 0 ? own : readObjects(item['summary'], `${at}.summary`);
  return parts.map((part) => readText(part['text'], `${at}.text`) ?? '').join(SUMMARY_BREAK);
}

function readSaid(content: unknown, at: string): OutputPart[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return readObjects(content, at).map((part, index) =>
    part['type'] === 'refusal'
      ? { type: 'refusal', text: needText(part['refusal'], `${at}[${index}].refusal`) }
      : readTextPart(part, `${at}[${index}]`),
  );
}

function readTexts(content: unknown, at: string): TextPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return readObjects(content, at).map((part, index) => readTextPart(part, `${at}[${index}]`));
}

function readTextPart(part: JsonObject, at: string): TextPart {
  return { type: 'text', text: needText(part['text'], `${at}.text`) };
}

function readInputs(content: unknown, at: string, dropped: DroppedFields): InputPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return readObjects(content, at).map((part, index) => readInput(part, `${at}[${index}]`, dropped));
}

function readInput(part: JsonObject, at: string, dropped: DroppedFields): InputPart {
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return readTextPart(part, at);
    case 'input_image': {
      const detail = DETAILS.find((word) => word === part['detail']);
      const source = readMediaUrl(needText(part['image_url'], `${at}.image_url`), `${at}.image_url`);
      return { type: 'image', source, ...(detail && { detail }) };
    }
    case 'input_file': {
      const field = typeof part['file_url'] === 'string' ? 'file_url' : 'file_data';
      const name = readText(part['filename'], `${at}.filename`);
      const source = readMediaUrl(needText(part[field], `${at}.${field}`), `${at}.${field}`);
      return { type: 'file', source, ...(name !== undefined && { name }) };
    }
    default:
      return dropped.refuse(`input.content.${String(part['type'])}`);
  }
}
