import type {
  CanonicalAnswer,
  CanonicalCall,
  CanonicalEvent,
  OutputPart,
  ToolDefinition,
  ToolResultPart,
  Turn,
} from '@tokenbay/protocol';
import { FreeTextInput } from './free-text-input.js';
import type { JsonObject } from './provider.js';
import { type ConversionWire, isFailure, type StreamReader } from './text-wire.js';

/**
 * The wire as it serves a call with free-form tools where the provider knows functions only: such a tool is offered as a function of one
 * string, `input`, and a call of it is read as the free text it is. Without such tools it is the wire itself.
 */
export function carryCustomTools(wire: ConversionWire, call: CanonicalCall): ConversionWire {
  const names = customNamesIn(call);
  if (names.size === 0 && !call.turns.some(holdsCustomCall)) return wire;
  return {
    writeRequest: (asked, terms) => {
      if (asked.tools.some((tool) => tool.kind === 'custom' && tool.grammar)) terms.dropped.drop('tools.format');
      return wire.writeRequest(withFunctionsOnly(asked), terms);
    },
    readAnswer: (body) => {
      const answer = wire.readAnswer(body);
      return isFailure(answer) ? answer : unwrapAnswer(answer, names);
    },
    openReader: () => new UnwrappingReader(wire.openReader(), names),
  };
}

function customNamesIn({ tools }: CanonicalCall): ReadonlySet<string> {
  const names = new Set<string>();
  for (const tool of tools) if (tool.kind === 'custom') names.add(tool.name);
  return names;
}

function holdsCustomCall({ content }: Turn): boolean {
  return content.some((part) => 'kind' in part && part.kind === 'custom');
}

function withFunctionsOnly(call: CanonicalCall): CanonicalCall {
  return { ...call, tools: call.tools.map(wrapTool), turns: call.turns.map(wrapTurn) };
}

/** A grammar is told in words, which is all that can be told of it to a provider that knows none. */
function wrapTool(tool: ToolDefinition): ToolDefinition {
  if (tool.kind !== 'custom') return tool;
  const { name, description, grammar } = tool;
  const rule = grammar && `\`input\` must obey this ${grammar.syntax} grammar:\n${grammar.definition}`;
  const words = [description, rule].filter((text) => text !== undefined).join('\n\n');
  return { kind: 'function', name, ...(words !== '' && { description: words }), parameters: PARAMETERS };
}

const PARAMETERS: JsonObject = Object.freeze({
  type: 'object',
  properties: { input: { type: 'string', description: 'The whole input of the tool, as plain text.' } },
  required: ['input'],
  additionalProperties: false,
});

function wrapTurn(turn: Turn): Turn {
  if (turn.role === 'assistant') return { ...turn, content: turn.content.map(wrapPart) };
  if (turn.role === 'tool') return { ...turn, content: turn.content.map(wrapResult) };
  return turn;
}

function wrapPart(part: OutputPart): OutputPart {
  if (part.type !== 'tool_call' || part.kind !== 'custom') return part;
  return { ...part, kind: 'function', input: JSON.stringify({ input: part.input }) };
}

function wrapResult(result: ToolResultPart): ToolResultPart {
  return result.kind === 'custom' ? { ...result, kind: 'function' } : result;
}

function unwrapAnswer(answer: CanonicalAnswer, names: ReadonlySet<string>): CanonicalAnswer {
  const choices = answer.choices.map((choice) => ({
    ...choice,
    content: choice.content.map((part) => unwrapPart(part, names)),
  }));
  return { ...answer, choices };
}

function unwrapPart(part: OutputPart, names: ReadonlySet<string>): OutputPart {
  if (part.type !== 'tool_call' || !names.has(part.name)) return part;
  const input = new FreeTextInput();
  return { ...part, kind: 'custom', input: input.push(part.input) + input.end() };
}

/** Reads a stream whose calls of free-form tools come wrapped. */
class UnwrappingReader implements StreamReader {
  /** By choice, the input that is being written. */
  private readonly inputs = new Map<number, FreeTextInput>();

  constructor(
    private readonly reader: StreamReader,
    private readonly names: ReadonlySet<string>,
  ) {}

  get isComplete(): boolean {
    return this.reader.isComplete;
  }

  get failure(): StreamReader['failure'] {
    return this.reader.failure;
  }

  read(data: string): readonly CanonicalEvent[] {
    return this.reader.read(data).flatMap((event) => this.unwrap(event));
  }

  end(): readonly CanonicalEvent[] {
    return this.reader.end().flatMap((event) => this.unwrap(event));
  }

  private unwrap(event: CanonicalEvent): CanonicalEvent[] {
    switch (event.type) {
      case 'part_start': {
        const { opening } = event;
        if (opening.type !== 'tool_call' || !this.names.has(opening.name)) return [event];
        this.inputs.set(event.choice, new FreeTextInput());
        return [{ ...event, opening: { ...opening, kind: 'custom' } }];
      }
      case 'part_delta': {
        const input = event.delta.kind === 'input' ? this.inputs.get(event.choice) : undefined;
        if (event.delta.kind !== 'input' || !input) return [event];
        return textDelta(event, input.push(event.delta.text));
      }
      case 'part_end': {
        const rest = this.inputs.get(event.choice)?.end() ?? '';
        this.inputs.delete(event.choice);
        return [...textDelta(event, rest), event];
      }
      default:
        return [event];
    }
  }
}

function textDelta(
  { choice, part }: { readonly choice: number; readonly part: number },
  text: string,
): CanonicalEvent[] {
  return text === '' ? [] : [{ type: 'part_delta', choice, part, delta: { kind: 'input', text } }];
}
