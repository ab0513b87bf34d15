/** How the one string of a wrapped call begins, in whatever white space the model writes. */
const OPENING = /^\s*\{\s*"input"\s*:\s*"/;
const OPENING_CHARACTERS_MAX = 256;
const HIGH_SURROGATE_AT_END = /[\ud800-\udbff]$/;
const ESCAPES: Readonly<Record<string, string>> = {
  ...{ '"': '"', '\\': '\\', '/': '/' },
  ...{ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' },
};

/**
 * Takes the text out of `{"input":"…"}` while it is being written, in any cut. What is written in another form is given as it is, so that
 * nothing the model said is lost.
 */
export class FreeTextInput {
  private state: 'opening' | 'text' | 'closed' | 'raw' = 'opening';
  /** What is not yet understood: an opening, an escape, or half a character. */
  private pending = '';

  /** The text that these further pieces of JSON hold. */
  push(json: string): string {
    if (this.state === 'closed') return '';
    if (this.state === 'raw') return json;
    this.pending += json;
    if (this.state === 'text') return this.decode();
    const opening = OPENING.exec(this.pending);
    if (opening) {
      this.state = 'text';
      this.pending = this.pending.slice(opening[0].length);
      return this.decode();
    }
    if (this.pending.length <= OPENING_CHARACTERS_MAX) return '';
    this.state = 'raw';
    return this.takePending();
  }

  /** What was held back, once nothing more can come. */
  end(): string {
    if (this.state !== 'opening') return '';
    const written = this.takePending();
    return written.trim() === '{}' ? '' : written;
  }

  private takePending(): string {
    const written = this.pending;
    this.pending = '';
    return written;
  }

  private decode(): string {
    let text = '';
    let at = 0;
    while (at < this.pending.length) {
      const special = this.pending.slice(at).search(/["\\]/);
      const plainEnd = special === -1 ? this.pending.length : at + special;
      text += this.pending.slice(at, plainEnd);
      at = plainEnd;
      if (this.pending.charAt(at) === '"') {
        this.state = 'closed';
        this.pending = '';
        return text;
      }
      if (special === -1) break;
      const escape = this.readEscape(at);
      if (escape === undefined) break;
      text += escape.text;
      at += escape.length;
    }
    return this.holdHalf(text, this.pending.slice(at));
  }

  /** One escape; undefined where it is not whole yet. */
  private readEscape(at: number): { text: string; length: number } | undefined {
    const kind = this.pending.charAt(at + 1);
    if (kind === '') return undefined;
    if (kind !== 'u') return { text: ESCAPES[kind] ?? kind, length: 2 };
    const digits = this.pending.slice(at + 2, at + 6);
    if (digits.length < 4) return undefined;
    return { text: String.fromCharCode(Number.parseInt(digits, 16)), length: 6 };
  }

  /** Half a character waits for its other half: told apart they would be none. */
  private holdHalf(text: string, rest: string): string {
    const half = HIGH_SURROGATE_AT_END.exec(text)?.[0] ?? '';
    this.pending = half + rest;
    return half === '' ? text : text.slice(0, -1);
  }
}
