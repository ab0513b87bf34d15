import type { Behaviour } from '../behaviours.js';
import { streamAnswer, type Answer, type Piece } from '../exchange.js';
import type { ComposedBlock, ComposedMessage } from './compose-message.js';
import { ANTHROPIC_ERROR_FORM } from './errors.js';
import { resultOf } from './hosted-blocks.js';

/** The events of a streamed message. */
export function renderEvents(message: ComposedMessage, behaviour: Behaviour): Answer {
  const opening = startOf(message, behaviour);
  if (behaviour.has('endless')) {
    const repeat = event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: ' bay' } });
    return { ...streamAnswer([...opening, ...openText()]), repeat };
  }
  const written = [...opening, ...message.blocks.flatMap(renderBlock)];
  const errorAfter = behaviour.number('error-event');
  if (errorAfter !== undefined) return streamAnswer([...written.slice(0, errorAfter), errorEvent()]);
  const pieces = [...written, ...endOf(message, behaviour)];
  const endAfter = behaviour.number('end-after');
  return streamAnswer(endAfter === undefined ? pieces : pieces.slice(0, endAfter));
}

/** The beginning tells the input, and one token of output. */
function startOf({ id, model, usage }: ComposedMessage, behaviour: Behaviour): Piece[] {
  const known = behaviour.has('no-usage') ? {} : { usage: { ...usage, output_tokens: 1, server_tool_use: null } };
  const message = {
    model,
    id,
    type: 'message',
    role: 'assistant',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    ...known,
  };
  return [event('message_start', { message }), event('ping', {})];
}

function endOf({ stopReason, stopSequence, usage }: ComposedMessage, behaviour: Behaviour): Piece[] {
  const delta = { stop_reason: stopReason, stop_sequence: stopSequence };
  const { service_tier: _tier, ...counts } = usage;
  const hasUsage = !behaviour.has('no-usage');
  const finish = event('message_delta', { delta, ...(hasUsage && { usage: counts }) });
  const stop = event('message_stop', {});
  const stops = behaviour.has('no-done') ? [] : behaviour.has('duplicate-done') ? [stop, stop] : [stop];
  return [hasUsage ? { ...finish, usage } : finish, ...stops];
}

function renderBlock(block: ComposedBlock, index: number): Piece[] {
  const deltas = block.pieces.map((piece) => event('content_block_delta', { index, delta: deltaOf(block, piece) }));
  if (block.type === 'thinking') {
    const delta = { type: 'signature_delta', signature: block.signature };
    deltas.push(event('content_block_delta', { index, delta }));
  }
  // A call begins with an empty piece, as Anthropic's do.
  if (block.type === 'tool_use' || block.type === 'server_tool_use')
    deltas.unshift(event('content_block_delta', { index, delta: deltaOf(block, '') }));
  return [
    event('content_block_start', { index, content_block: openingOf(block) }),
    ...deltas,
    event('content_block_stop', { index }),
  ];
}

function openText(): Piece[] {
  return [event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } })];
}

function openingOf(block: ComposedBlock): object {
  if (block.type === 'text') return { type: 'text', text: '' };
  if (block.type === 'thinking') return { type: 'thinking', thinking: '', signature: '' };
  if (block.type === 'hosted_result') return resultOf(block);
  return { type: block.type, id: block.id, name: block.name, input: {} };
}

function deltaOf({ type }: ComposedBlock, piece: string): object {
  if (type === 'text') return { type: 'text_delta', text: piece };
  return type === 'thinking'
    ? { type: 'thinking_delta', thinking: piece }
    : { type: 'input_json_delta', partial_json: piece };
}

function errorEvent(): Piece {
  return { bytes: `event: error\ndata: ${ANTHROPIC_ERROR_FORM.render(ANTHROPIC_ERROR_FORM.byStatus(529))}\n\n` };
}

function event(type: string, fields: object): Piece {
  return { bytes: `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n` };
}
