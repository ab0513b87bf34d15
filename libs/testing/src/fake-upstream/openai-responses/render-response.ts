import type { Behaviour } from '../behaviours.js';
import { jsonAnswer, type Answer } from '../exchange.js';
import type { Body } from './body.js';
import type { ComposedItem, ComposedResponse } from './compose-response.js';
import { hostedItemOf } from './hosted-items.js';

const BLANKS = Buffer.alloc(1_048_576, ' ');

/** The body of a whole response. */
export function renderResponse(response: ComposedResponse, behaviour: Behaviour): Answer {
  if (behaviour.has('endless')) return { ...jsonAnswer(200, '{"id":"'), repeat: { bytes: BLANKS } };
  const hasUsage = !behaviour.has('no-usage');
  const body = JSON.stringify(responseOf(response, hasUsage));
  return jsonAnswer(200, body, hasUsage ? response.usage : undefined);
}

/** The response as it ended. */
export function responseOf(response: ComposedResponse, hasUsage: boolean): Body {
  const { items, incompleteReason: reason, usage } = response;
  return {
    ...beginningOf(response),
    status: reason === null ? 'completed' : 'incomplete',
    incomplete_details: reason === null ? null : { reason },
    output: items.map((item) => itemOf(item, reason === null ? 'completed' : 'incomplete')),
    usage: hasUsage ? usage : null,
  };
}

/** The response before it has said anything. */
export function beginningOf({ id, echo }: ComposedResponse): Body {
  return {
    ...{ id, object: 'response', created_at: Math.floor(Date.now() / 1000), status: 'in_progress', background: false },
    ...{ error: null, incomplete_details: null, instructions: echo['instructions'] ?? null },
    ...{ max_output_tokens: echo['max_output_tokens'] ?? null, model: echo['model'], output: [] },
    ...{ parallel_tool_calls: echo['parallel_tool_calls'] ?? true, previous_response_id: null },
    ...{ reasoning: echo['reasoning'] ?? { effort: null, summary: null }, service_tier: 'default' },
    ...{ store: echo['store'] ?? true, temperature: echo['temperature'] ?? 1 },
    ...{ text: echo['text'] ?? { format: { type: 'text' } }, tool_choice: echo['tool_choice'] ?? 'auto' },
    ...{ tools: echo['tools'] ?? [], top_p: 1, truncation: 'disabled', usage: null, user: null, metadata: {} },
  };
}

/** One item, as far as it is written. */
export function itemOf(item: ComposedItem, status: string, pieces = item.pieces): Body {
  if (item.type === 'hosted_call') return hostedItemOf(item, status);
  const written = pieces.join('');
  if (item.type === 'reasoning') {
    const summary = written === '' ? [] : [{ type: 'summary_text', text: written }];
    const sealed = item.seal !== null && status !== 'in_progress' ? { encrypted_content: item.seal } : {};
    return { id: item.id, type: 'reasoning', summary, ...sealed };
  }
  if (item.type === 'message') {
    const content = status === 'in_progress' ? [] : [contentOf(item.kind, written)];
    return { id: item.id, type: 'message', status, content, role: 'assistant' };
  }
  const { type, id, callId, name } = item;
  const input = type === 'function_call' ? { arguments: written } : { input: written };
  return { id, type, status, call_id: callId, name, ...input };
}

/** What a message says. */
export function contentOf(kind: 'output_text' | 'refusal', text: string): Body {
  if (kind === 'refusal') return { type: 'refusal', refusal: text };
  return { type: 'output_text', annotations: [], logprobs: [], text };
}
