import { BYTES_PER_SECOND_MIN, BYTES_PER_SECOND_USUAL } from './duration/codecs/packet-clock.js';

/** Held at least: short recordings are reported in whole seconds or more, and silence around them counts. */
const HELD_SECONDS_MIN = 120;
/** Held at least where a file cannot be measured. */
const UNMEASURED_SECONDS_MIN = 600;
/** Upstreams read a little more than there is. */
const MARGIN = 1.05;
/** Speech at 6 kbit/s, the least that codecs for it are made for. */
const BYTES_PER_SECOND_LEAST = 750;
/** The longest that models with a limit are documented to take. */
const DOUBTED_SECONDS_MIN = 1_500;
/** The fastest speakers say half as many. */
const CHARACTERS_PER_SECOND_MAX = 30;

/** What is known of a recording before it is written down. */
export interface Recording {
  readonly bytes: number;
  /** How long what is in it plays, in seconds; undefined where that cannot be measured. */
  readonly measured: number | undefined;
}

/** How many seconds are held for: always, and where there is plenty. */
export interface SecondsBound {
  readonly held: number;
  readonly doubted: number;
}

/**
 * The bound of a recording in seconds: what is in it and a little, where that cannot be measured its bytes at 8 kbit/s. Since its upstream may
 * find more in it, its bytes at 6 kbit/s, and 25 minutes, are held for where there is plenty.
 */
export function boundSeconds({ bytes, measured }: Recording): SecondsBound {
  const held =
    measured === undefined
      ? Math.max(bytes / BYTES_PER_SECOND_MIN, UNMEASURED_SECONDS_MIN)
      : Math.max(measured * MARGIN, HELD_SECONDS_MIN);
  return { held, doubted: Math.max(held, bytes / BYTES_PER_SECOND_LEAST, DOUBTED_SECONDS_MIN) };
}

/**
 * The seconds of a recording where its upstream does not report them: what is in it, or its bytes at 64 kbit/s; never less than it takes to say
 * what was written down.
 */
export function countSeconds({ bytes, measured }: Recording, charactersWritten: number): number {
  return Math.max(measured ?? bytes / BYTES_PER_SECOND_USUAL, charactersWritten / CHARACTERS_PER_SECOND_MAX);
}
