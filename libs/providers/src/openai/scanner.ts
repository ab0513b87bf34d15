import { parseObject } from '../parse-object.js';
import type { ScannedEvent, ScanTerms, StreamScanner } from '../text-wire.js';
import { failureIn } from './failure-in.js';
import { textOf } from './passing.js';
import { readUsage } from './usage.js';
import { arrayOf, type ChatCompletionWire } from './wire.js';

const TERMINATOR = 'data: [DONE]\n\n';
/** Written by OpenAI into every chunk but the last once usage is asked for. Quotes inside strings are escaped, so this can only be the field. */
const EMPTY_USAGE = ',"usage":null';
const EMPTY_USAGE_WRITTEN_OTHERWISE = /,\s*"usage"\s*:\s*null|"usage"\s*:\s*null\s*,/;

const DONE_LENGTH_MAX = 64;

/** What the client gets of one event. */
type Shown = Pick<ScannedEvent, 'replacement' | 'cut'>;
const AS_IT_CAME: Shown = { replacement: undefined, cut: undefined };
const WITHOUT_EMPTY_USAGE: Shown = { replacement: undefined, cut: EMPTY_USAGE };
const NOTHING: ScannedEvent = {
  ...{ text: '', usage: undefined, failure: undefined },
  ...{ isTail: false, isTerminator: false, replacement: '', cut: undefined },
};
const DONE: ScannedEvent = { ...NOTHING, isTerminator: true };

/** Follows a stream of chat completion chunks, and takes out usage reporting that the client did not ask for. */
export class ChatScanner implements StreamScanner {
  hasBegun = false;
  readonly terminator = TERMINATOR;
  private readonly finished = new Set<number>();

  constructor(private readonly terms: ScanTerms) {}

  read(data: string): ScannedEvent | undefined {
    if (data.length < DONE_LENGTH_MAX && data.trim() === '[DONE]') return DONE;
    const wire: ChatCompletionWire | undefined = parseObject(data);
    if (!wire) return undefined;
    const failure = failureIn(wire);
    if (failure) return { ...NOTHING, failure };
    const choices = arrayOf(wire.choices);
    if (!choices && !wire.usage) return undefined;
    // Azure judges the prompt before anything is written, in an event of its own.
    this.hasBegun ||= wire.usage != null || (choices?.length ?? 0) > 0;
    let text = '';
    for (const choice of choices ?? []) {
      if (choice?.finish_reason) this.finished.add(choice.index ?? 0);
      text += textOf(choice?.delta);
    }
    const usage = readUsage(wire.usage ?? wire.x_groq?.usage);
    const isShown = this.terms.wantsUsage || wire.usage === undefined;
    const { replacement, cut } = isShown ? AS_IT_CAME : withoutUsage(data, wire);
    const isTail = this.finished.size >= this.terms.choices;
    return { text, usage, failure: undefined, isTail, isTerminator: false, replacement, cut };
  }
}

/** The event for a client that did not ask for usage: nothing where it holds nothing else, else its bytes without the field. */
function withoutUsage(data: string, wire: ChatCompletionWire): Shown {
  if (wire.usage === null) {
    if (data.includes(EMPTY_USAGE)) return WITHOUT_EMPTY_USAGE;
    return replaced(`data: ${data.replace(EMPTY_USAGE_WRITTEN_OTHERWISE, '')}\n\n`);
  }
  if (!wire.choices || wire.choices.length === 0) return replaced('');
  const { usage: _hidden, ...rest } = wire;
  return replaced(`data: ${JSON.stringify(rest)}\n\n`);
}

function replaced(replacement: string): Shown {
  return { replacement, cut: undefined };
}
