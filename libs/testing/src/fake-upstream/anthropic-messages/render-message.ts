import type { Behaviour } from '../behaviours.js';
import { jsonAnswer, type Answer } from '../exchange.js';
import type { ComposedBlock, ComposedMessage } from './compose-message.js';
import { resultOf } from './hosted-blocks.js';

/** The body of a whole message. */
export function renderMessage(message: ComposedMessage, behaviour: Behaviour): Answer {
  const { id, model, blocks, stopReason, stopSequence, usage } = message;
  const hasUsage = !behaviour.has('no-usage');
  const body = {
    ...{ model, id, type: 'message', role: 'assistant', content: blocks.map(renderBlock) },
    ...{ stop_reason: stopReason, stop_sequence: stopSequence, ...(hasUsage && { usage }) },
  };
  return jsonAnswer(200, JSON.stringify(body), hasUsage ? usage : undefined);
}

function renderBlock(block: ComposedBlock): object {
  const written = block.pieces.join('');
  if (block.type === 'text') return { type: 'text', text: written };
  if (block.type === 'thinking') return { type: 'thinking', thinking: written, signature: block.signature };
  if (block.type === 'hosted_result') return resultOf(block);
  return { type: block.type, id: block.id, name: block.name, input: JSON.parse(written) as object };
}
