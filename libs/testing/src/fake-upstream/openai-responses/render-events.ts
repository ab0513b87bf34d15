import type { Behaviour } from '../behaviours.js';
import { streamAnswer, type Answer, type Piece } from '../exchange.js';
import type { Body } from './body.js';
import type { ComposedItem, ComposedResponse } from './compose-response.js';
import { beginningOf, contentOf, itemOf, responseOf } from './render-response.js';

const PADDING = 'aZ3kQ9xLm2VbT7';

/** The events of a streamed response. */
export function renderEvents(response: ComposedResponse, behaviour: Behaviour): Answer {
  const events = new EventWriter();
  events.begin(beginningOf(response));
  if (behaviour.has('endless')) return endless(events);
  for (const [index, item] of response.items.entries()) events.addItem(item, index);
  const errorAfter = behaviour.number('error-event');
  if (errorAfter !== undefined) {
    const kept = events.pieces.slice(0, errorAfter);
    return streamAnswer([...kept, errorEvent(kept.length)]);
  }
  const hasUsage = !behaviour.has('no-usage');
  const whole = responseOf(response, hasUsage);
  const finish = events.event(`response.${String(whole['status'])}`, { response: whole });
  const piece = hasUsage ? { ...finish, usage: response.usage } : finish;
  events.pieces.push(...(behaviour.has('duplicate-done') ? [piece, piece] : [piece]));
  const endAfter = behaviour.number('end-after');
  return streamAnswer(endAfter === undefined ? events.pieces : events.pieces.slice(0, endAfter));
}

function endless(events: EventWriter): Answer {
  events.addItem({ type: 'message', id: 'msg_Endless', kind: 'output_text', pieces: ['bay'] }, 0);
  const delta = { item_id: 'msg_Endless', output_index: 0, content_index: 0, delta: ' bay', logprobs: [] };
  // Before its text was done.
  const opening = events.pieces.slice(0, 5);
  return { ...streamAnswer(opening), repeat: events.event('response.output_text.delta', delta) };
}

/** Writes the events of one response, each with its number. */
class EventWriter {
  readonly pieces: Piece[] = [];
  private next = 0;

  begin(response: Body): void {
    this.add('response.created', { response });
    this.add('response.in_progress', { response });
  }

  addItem(item: ComposedItem, index: number): void {
    const place = { item_id: item.id, output_index: index };
    this.add('response.output_item.added', { output_index: index, item: itemOf(item, 'in_progress', []) });
    if (item.type === 'message') this.addContent(item, place);
    else if (item.type === 'reasoning') this.addSummary(item, place);
    else if (item.type === 'hosted_call') this.addProgress(item.tool, place);
    else this.addInput(item, place);
    this.add('response.output_item.done', { output_index: index, item: itemOf(item, 'completed') });
  }

  event(type: string, fields: Body): Piece {
    const bytes = `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: this.next++, ...fields })}\n\n`;
    return { bytes };
  }

  private addContent({ kind, pieces }: Extract<ComposedItem, { type: 'message' }>, place: Body): void {
    const at = { ...place, content_index: 0 };
    const written = pieces.join('');
    const logprobs = kind === 'refusal' ? {} : { logprobs: [] };
    this.add('response.content_part.added', { ...at, part: contentOf(kind, '') });
    for (const delta of pieces) this.add(`response.${kind}.delta`, { ...at, delta, ...logprobs, obfuscation: PADDING });
    const whole = kind === 'refusal' ? { refusal: written } : { text: written };
    this.add(`response.${kind}.done`, { ...at, ...whole, ...logprobs });
    this.add('response.content_part.done', { ...at, part: contentOf(kind, written) });
  }

  private addSummary({ pieces }: Extract<ComposedItem, { type: 'reasoning' }>, place: Body): void {
    if (pieces.length === 0) return;
    const at = { ...place, summary_index: 0 };
    const part = (text: string): Body => ({ ...at, part: { type: 'summary_text', text } });
    this.add('response.reasoning_summary_part.added', part(''));
    for (const delta of pieces)
      this.add('response.reasoning_summary_text.delta', { ...at, delta, obfuscation: PADDING });
    this.add('response.reasoning_summary_text.done', { ...at, text: pieces.join('') });
    this.add('response.reasoning_summary_part.done', part(pieces.join('')));
  }

  /** Each tool has steps of its own between these two. */
  private addProgress(tool: string, place: Body): void {
    for (const step of ['in_progress', 'completed']) this.add(`response.${tool}_call.${step}`, place);
  }

  private addInput(item: Exclude<ComposedItem, { type: 'message' | 'reasoning' | 'hosted_call' }>, place: Body): void {
    const isFunction = item.type === 'function_call';
    const kind = isFunction ? 'function_call_arguments' : 'custom_tool_call_input';
    const written = item.pieces.join('');
    for (const delta of item.pieces) this.add(`response.${kind}.delta`, { ...place, delta, obfuscation: PADDING });
    this.add(`response.${kind}.done`, { ...place, ...(isFunction ? { arguments: written } : { input: written }) });
  }

  private add(type: string, fields: Body): void {
    this.pieces.push(this.event(type, fields));
  }
}

function errorEvent(number: number): Piece {
  const message = 'The server had an error while processing your request. Sorry about that!';
  const data = { type: 'error', sequence_number: number, code: 'server_error', message, param: null };
  return { bytes: `event: error\ndata: ${JSON.stringify(data)}\n\n` };
}
