import type { StreamScanner } from './text-wire.js';
import type { WholeWire } from './whole-wire.js';

/** What a media wire is told of a stream that it is to follow. */
export interface MediaScanTerms {
  /** How many pictures were asked for; 1 for everything else. */
  readonly choices: number;
}

/**
 * An interface for pictures or sound, in the format of the clients that ask for it: nothing is converted. A body that is a form has its
 * `model` replaced by whoever writes the form. Pure; only the scanners have state, of one stream each.
 */
export interface MediaWire extends WholeWire {
  /** Follows the event stream that some answers are. */
  openScanner(terms: MediaScanTerms): StreamScanner;
}
