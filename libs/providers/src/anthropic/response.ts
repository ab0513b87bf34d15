import { DomainError } from '@tokenbay/errors';
import {
  type CanonicalAnswer,
  type Citation,
  type OutputPart,
  type Seal,
  type Stop,
  type StopReason,
  textOfParts,
} from '@tokenbay/protocol';
import type { AnswerReading, JsonObject, UpstreamFailure } from '../provider.js';
import { readErrorBody } from './errors.js';
import { ToolCallCount } from './tool-calls.js';
import { readUsage } from './usage.js';
import type { BlockWire, CitationWire, MessageWire } from './wire.js';

const STOPS: Readonly<Record<string, StopReason>> = {
  end_turn: 'end',
  max_tokens: 'max_tokens',
  stop_sequence: 'stop_sequence',
  tool_use: 'tool_call',
  pause_turn: 'pause',
  refusal: 'refusal',
  model_context_window_exceeded: 'context_window',
};

/** Reads a whole message, or the failure that it is. Throws `response_parse_failed` where it is neither. */
export function readAnswer(body: JsonObject): CanonicalAnswer | UpstreamFailure {
  const wire: MessageWire = body;
  if (wire.type === 'error' || wire.error) return readErrorBody(wire.error ?? {});
  if (!Array.isArray(wire.content)) throw new DomainError('response_parse_failed', 'not a message');
  const content = (wire.content as (BlockWire | null)[]).flatMap(readBlock);
  const usage = readUsage(wire.usage);
  return {
    id: textOf(wire.id),
    choices: [{ content, stop: readStop(wire.stop_reason, wire.stop_sequence) }],
    ...(usage && { usage }),
  };
}

/** Reads a message that passes through as far as it is metered; undefined where it is none. */
export function readPassing(body: JsonObject): AnswerReading | undefined {
  const wire: MessageWire = body;
  if (wire.type === 'error' || wire.error) {
    return { text: '', usage: undefined, failure: readErrorBody(wire.error ?? {}) };
  }
  if (!Array.isArray(wire.content)) return undefined;
  const blocks = wire.content as (BlockWire | null)[];
  const count = new ToolCallCount();
  for (const block of blocks) if (block) count.add(block);
  count.tell(wire.usage);
  const text = textOfParts(blocks.flatMap(readBlock));
  return { text, usage: readUsage(wire.usage), failure: undefined, toolCalls: count.calls };
}

/** Why a message ended; a reason that is news ends it all the same. */
export function readStop(reason: unknown, sequence: unknown): Stop {
  const known = typeof reason === 'string' && Object.hasOwn(STOPS, reason) ? STOPS[reason] : undefined;
  return { reason: known ?? 'other', ...(typeof sequence === 'string' && { stopSequence: sequence }) };
}

/** The seal of a thinking block; undefined where it has none. */
export function sealOf(value: unknown): Seal | undefined {
  return typeof value === 'string' && value !== '' ? { format: 'anthropic-messages', value } : undefined;
}

/** Reads one citation; undefined where it is of a kind that nobody else knows. */
export function readCitation(citation: unknown): Citation | undefined {
  const wire = (citation ?? {}) as CitationWire;
  const citedText = textOf(wire.cited_text);
  if (wire.type === 'web_search_result_location')
    return {
      kind: 'url',
      url: textOf(wire.url),
      citedText,
      ...titleOf(wire.title),
    };
  if (wire.type === 'search_result_location')
    return { kind: 'url', url: textOf(wire.source), citedText, ...titleOf(wire.title) };
  const place = placeOf(wire);
  if (!place || typeof wire.document_index !== 'number') return undefined;
  return { kind: 'document', ...place, documentIndex: wire.document_index, citedText, ...titleOf(wire.document_title) };
}

function titleOf(title: unknown): { title?: string } {
  return typeof title === 'string' ? { title } : {};
}

function placeOf(
  wire: CitationWire,
): Pick<Extract<Citation, { kind: 'document' }>, 'unit' | 'from' | 'to'> | undefined {
  if (wire.type === 'char_location')
    return { unit: 'character', from: countOf(wire.start_char_index), to: countOf(wire.end_char_index) };
  if (wire.type === 'page_location')
    return { unit: 'page', from: countOf(wire.start_page_number), to: countOf(wire.end_page_number) };
  if (wire.type === 'content_block_location')
    return { unit: 'block', from: countOf(wire.start_block_index), to: countOf(wire.end_block_index) };
  return undefined;
}

/** Blocks of kinds we do not know belong to tools that the provider runs, which a converted call never offers. */
function readBlock(block: BlockWire | null): OutputPart[] {
  switch (block?.type) {
    case 'text': {
      const cited = Array.isArray(block.citations) ? block.citations.map(readCitation) : [];
      const citations = cited.filter((citation) => citation !== undefined);
      return [{ type: 'text', text: textOf(block.text), ...(citations.length > 0 && { citations }) }];
    }
    case 'thinking': {
      const seal = sealOf(block.signature);
      return [{ type: 'reasoning', text: textOf(block.thinking), ...(seal && { seal }) }];
    }
    case 'redacted_thinking': {
      const seal = sealOf(block.data);
      return seal ? [{ type: 'reasoning', text: '', isRedacted: true, seal }] : [];
    }
    case 'tool_use':
      return [
        {
          type: 'tool_call',
          kind: 'function',
          id: textOf(block.id),
          name: textOf(block.name),
          input: inputOf(block.input),
        },
      ];
    default:
      return [];
  }
}

/** A tool's arguments as text; empty for none. */
export function inputOf(input: unknown): string {
  if (typeof input !== 'object' || input === null || Object.keys(input).length === 0) return '';
  return JSON.stringify(input);
}

/** The value where it is text, else nothing. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function countOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
