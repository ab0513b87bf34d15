import type { AnswerChoice, CanonicalAnswer, Stop, UsageReading } from './answer.js';
import type { OutputPart } from './content.js';
import type { CanonicalEvent, PartDelta, PartOpening } from './events.js';

type Draft<T> = { -readonly [K in keyof T]: T[K] };
interface ChoiceDraft {
  readonly content: OutputPart[];
  open: number | undefined;
  stop: Stop | undefined;
}

/**
 * Puts the events of a stream together into the answer they tell, and holds them to the order that CanonicalEvent promises: an event out of
 * order throws an Error, since only a mistake of ours can cause it.
 */
export class AnswerBuilder {
  private id: string | undefined;
  private usage: UsageReading | undefined;
  private hasEnded = false;
  private readonly choices: ChoiceDraft[] = [];

  push(event: CanonicalEvent): void {
    if (this.hasEnded) throw outOfOrder(event, 'after the end');
    if ((event.type === 'start') === (this.id !== undefined)) throw outOfOrder(event, 'start comes once and first');
    if (event.type === 'start') this.id = event.id;
    else if (event.type === 'usage') this.usage = event.reading;
    else if (event.type === 'end') this.end(event);
    else this.pushToChoice(event);
  }

  /** The answer so far; undefined before a stream has begun, and while a choice has not finished. */
  get answer(): CanonicalAnswer | undefined {
    const choices: AnswerChoice[] = [];
    for (const { content, stop } of this.choices) if (stop) choices.push({ content, stop });
    if (this.id === undefined || choices.length < this.choices.length || choices.length === 0) return undefined;
    return { id: this.id, choices, ...(this.usage && { usage: this.usage }) };
  }

  private end(event: CanonicalEvent): void {
    if (this.answer === undefined) throw outOfOrder(event, 'a choice has not finished');
    this.hasEnded = true;
  }

  private pushToChoice(event: Extract<CanonicalEvent, { readonly choice: number }>): void {
    while (this.choices.length <= event.choice) this.choices.push({ content: [], open: undefined, stop: undefined });
    const choice = this.choices[event.choice]!;
    if (choice.stop) throw outOfOrder(event, 'the choice has finished');
    if (event.type === 'part_start') {
      if (choice.open !== undefined || event.part !== choice.content.length)
        throw outOfOrder(event, 'not the next part');
      choice.open = event.part;
      choice.content.push(open(event.opening));
    } else if (event.type === 'finish') {
      if (choice.open !== undefined) throw outOfOrder(event, 'a part is open');
      choice.stop = event.stop;
    } else if (choice.open !== event.part) throw outOfOrder(event, 'the part is not open');
    else if (event.type === 'part_end') choice.open = undefined;
    else choice.content[event.part] = extend(choice.content[event.part]!, event.delta);
  }
}

/** The events that tell a whole answer: what its stream would have been, each part in one piece. */
export function eventsOf({ id, choices, usage }: CanonicalAnswer): CanonicalEvent[] {
  const events: CanonicalEvent[] = [{ type: 'start', id }];
  for (const [choice, { content, stop }] of choices.entries()) {
    for (const [part, written] of content.entries()) {
      events.push({ type: 'part_start', choice, part, opening: openingOf(written) });
      for (const delta of deltasOf(written)) events.push({ type: 'part_delta', choice, part, delta });
      events.push({ type: 'part_end', choice, part });
    }
    events.push({ type: 'finish', choice, stop });
  }
  if (usage) events.push({ type: 'usage', reading: usage });
  events.push({ type: 'end' });
  return events;
}

function open(opening: PartOpening): OutputPart {
  switch (opening.type) {
    case 'text':
    case 'refusal':
      return { type: opening.type, text: '' };
    case 'reasoning':
      return { ...opening, text: '' };
    case 'tool_call':
      return { ...opening, input: '' };
    case 'image':
      return opening;
    case 'audio':
      return { type: 'audio', source: { kind: 'base64', mediaType: opening.mediaType, data: '' } };
  }
}

function extend(part: OutputPart, delta: PartDelta): OutputPart {
  const draft: Draft<OutputPart> = { ...part };
  if (delta.kind === 'text' && 'text' in draft) {
    draft.text += delta.text;
    if (draft.type === 'text' && delta.logprobs) draft.logprobs = [...(draft.logprobs ?? []), ...delta.logprobs];
  } else if (delta.kind === 'text' && draft.type === 'audio') draft.transcript = (draft.transcript ?? '') + delta.text;
  else if (delta.kind === 'input' && draft.type === 'tool_call') draft.input += delta.text;
  else if (delta.kind === 'audio' && draft.type === 'audio' && draft.source.kind === 'base64')
    draft.source = { ...draft.source, data: draft.source.data + delta.data };
  else if (delta.kind === 'citation' && draft.type === 'text')
    draft.citations = [...(draft.citations ?? []), delta.citation];
  else if (delta.kind === 'seal' && draft.type !== 'refusal' && draft.type !== 'audio') draft.seal = delta.seal;
  else throw new Error(`a delta of ${delta.kind} in a part of ${part.type}`);
  return draft;
}

function openingOf(part: OutputPart): PartOpening {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { type: part.type };
    case 'reasoning': {
      const { text: _text, seal: _seal, ...opening } = part;
      return opening;
    }
    case 'tool_call': {
      const { input: _input, seal: _seal, cache: _cache, ...opening } = part;
      return opening;
    }
    case 'image':
      return part;
    case 'audio':
      return { type: 'audio', mediaType: part.source.kind === 'base64' ? part.source.mediaType : 'audio/wav' };
  }
}

function deltasOf(part: OutputPart): PartDelta[] {
  const deltas: PartDelta[] = [];
  if (part.type === 'audio') {
    if (part.source.kind === 'base64') deltas.push({ kind: 'audio', data: part.source.data });
    if (part.transcript !== undefined) deltas.push({ kind: 'text', text: part.transcript });
    return deltas;
  }
  if (part.type === 'text' && (part.text !== '' || part.logprobs))
    deltas.push({ kind: 'text', text: part.text, ...(part.logprobs && { logprobs: part.logprobs }) });
  else if (part.type === 'tool_call') {
    if (part.input !== '') deltas.push({ kind: 'input', text: part.input });
  } else if ('text' in part && part.type !== 'text' && part.text !== '') deltas.push({ kind: 'text', text: part.text });
  if (part.type === 'text') for (const citation of part.citations ?? []) deltas.push({ kind: 'citation', citation });
  if ('seal' in part && part.seal && part.type !== 'image') deltas.push({ kind: 'seal', seal: part.seal });
  return deltas;
}

function outOfOrder({ type }: CanonicalEvent, problem: string): Error {
  return new Error(`${type} out of order: ${problem}`);
}
