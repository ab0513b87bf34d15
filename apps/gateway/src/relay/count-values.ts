const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const BRACKET = 0x5b;
const BRACE = 0x7b;

/**
 * An upper bound of how many values a JSON text holds, without parsing it: a parsed value takes far more memory than its text. Strings are
 * skipped natively, so that a large one costs next to nothing.
 */
export function countJsonValues(bytes: Buffer): number {
  let values = 1;
  let at = 0;
  while (at < bytes.length) {
    const quote = bytes.indexOf(QUOTE, at);
    const end = quote === -1 ? bytes.length : quote;
    for (; at < end; at += 1) {
      const byte = bytes[at];
      if (byte === COMMA || byte === BRACKET || byte === BRACE) values += 1;
    }
    at = quote === -1 ? end : endOfString(bytes, quote + 1);
  }
  return values;
}

function endOfString(bytes: Buffer, from: number): number {
  for (let quote = bytes.indexOf(QUOTE, from); quote !== -1; quote = bytes.indexOf(QUOTE, quote + 1)) {
    let backslashes = 0;
    while (bytes[quote - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return bytes.length;
}
