import type { ScannedEvent } from '../text-wire.js';

/** An event of a stream of pictures or sound, which passes as it came. */
export function scanned(facts: Partial<ScannedEvent>): ScannedEvent {
  return {
    ...{ text: '', usage: undefined, failure: undefined, isTail: false, isTerminator: false },
    ...{ replacement: undefined, cut: undefined },
    ...facts,
  };
}
