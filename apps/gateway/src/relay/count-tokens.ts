/** Longer texts are counted by their beginning and the rest in proportion, so that counting takes milliseconds at most. */
const COUNTED_CHARACTERS_MAX = 32_768;
/** To the tokenizer a run without a break is one piece, whose time grows with the square of its length. */
const LONG_RUN = /[\p{L}\p{M}]{128,}|\p{N}{128,}|[\p{P}\p{S}]{128,}|\s{128,}/gu;
const RUN_PIECE = /[^]{1,128}/gu;
/** Words like `<|endoftext|>` are ordinary text in a conversation. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

/** A text that is only kept to be counted: its beginning, and how long it is altogether. */
export class CountedText {
  private beginning = '';
  private length = 0;
  private isFrozen = false;

  static of(text: string): CountedText {
    const counted = new CountedText();
    counted.add(text);
    return counted;
  }

  /** Characters of everything that was added. */
  get charactersTotal(): number {
    return this.length;
  }

  add(text: string): void {
    if (this.isFrozen || text === '') return;
    this.length += text.length;
    if (this.beginning.length < COUNTED_CHARACTERS_MAX) this.beginning += text;
  }

  /** What comes from now on was not delivered and does not count. */
  freeze(): void {
    this.isFrozen = true;
  }

  /** Tokens by OpenAI's o200k tokenizer, which is loaded at the first call: only answers without usage reports are counted. */
  async countTokens(): Promise<number> {
    if (this.length === 0) return 0;
    const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
    const counted = this.beginning.slice(0, COUNTED_CHARACTERS_MAX);
    const bounded = counted.replace(LONG_RUN, (run) => run.match(RUN_PIECE)?.join(' a ') ?? run);
    return Math.ceil((countTokens(bounded, AS_TEXT) * this.length) / counted.length);
  }
}
