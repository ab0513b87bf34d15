import { isWireFormat, type WireFormat } from '../vocabulary.js';

/**
 * A provider's own sealed note about reasoning that only it can read and that must come back unchanged in the next turn: Anthropic's
 * `signature` and redacted `data`, OpenAI's `encrypted_content`, Gemini's `thoughtSignature`.
 */
export interface Seal {
  /** Who made it. Sent to anyone else it is refused or, worse, misread. */
  readonly format: WireFormat;
  readonly value: string;
}

/** Cannot begin a seal of a provider: those are base64. */
const FOREIGN = /^tokenbay\.([a-z-]+)\.([^]+)$/;

/**
 * The seal as a client of a dialect carries it in that dialect's own opaque field: unchanged where the dialect is its maker's, otherwise
 * marked with its maker, so that it finds its way home when the client sends it back.
 */
export function writeSeal({ format, value }: Seal, dialect: WireFormat): string {
  return format === dialect ? value : `tokenbay.${format}.${value}`;
}

/** Reads what `writeSeal` wrote, or what a client got from its dialect's own provider. Undefined where it is empty or no text. */
export function readSeal(carried: unknown, dialect: WireFormat): Seal | undefined {
  if (typeof carried !== 'string' || carried === '') return undefined;
  const [, format, value] = FOREIGN.exec(carried) ?? [];
  return format !== undefined && value !== undefined && isWireFormat(format)
    ? { format, value }
    : { format: dialect, value: carried };
}
