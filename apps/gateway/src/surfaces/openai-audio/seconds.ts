/** Held at least: short recordings are reported in whole seconds or more, and silence around them counts. */
const HELD_SECONDS_MIN = 120;
/** Held at least where a file does not say how long it is. */
const UNTOLD_SECONDS_MIN = 600;
/** Upstreams read a little more than headers say. */
const MARGIN = 1.05;
/** Speech at 8 kbit/s, and at 6 kbit/s, the least that codecs for it are made for. */
const BYTES_PER_SECOND_MIN = 1_000;
const BYTES_PER_SECOND_LEAST = 750;
/** The longest that models with a limit are documented to take. */
const DOUBTED_SECONDS_MIN = 1_500;
/** Speech at 64 kbit/s, as recorders write it where they do not say how long it is. */
const BYTES_PER_SECOND_USUAL = 8_000;
/** The fastest speakers say half as many. */
const CHARACTERS_PER_SECOND_MAX = 30;

/** What is known of a recording before it is written down. */
export interface Recording {
  readonly bytes: number;
  /** What it says of itself, in seconds; it may lie. */
  readonly told: number | undefined;
}

/** How many seconds are held for: always, and where there is plenty. */
export interface SecondsBound {
  readonly held: number;
  readonly doubted: number;
}

/**
 * The bound of a recording in seconds: what it says of itself and a little, where it says nothing its bytes at 8 kbit/s. Since it may lie, its bytes
 * at 6 kbit/s, and 25 minutes, are held for where there is plenty.
 */
export function boundSeconds({ bytes, told }: Recording): SecondsBound {
  const held =
    told === undefined
      ? Math.max(bytes / BYTES_PER_SECOND_MIN, UNTOLD_SECONDS_MIN)
      : Math.max(told * MARGIN, HELD_SECONDS_MIN);
  return { held, doubted: Math.max(held, bytes / BYTES_PER_SECOND_LEAST, DOUBTED_SECONDS_MIN) };
}

/**
 * The seconds of a recording where its upstream does not report them: what it says of itself, or its bytes at 64 kbit/s; never less than it
 * takes to say what was written down, so that a file that lies gains little.
 */
export function countSeconds({ bytes, told }: Recording, charactersWritten: number): number {
  return Math.max(told ?? bytes / BYTES_PER_SECOND_USUAL, charactersWritten / CHARACTERS_PER_SECOND_MAX);
}
