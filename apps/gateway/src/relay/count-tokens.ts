/** Longer texts are counted by their first part: what is left is estimated in proportion, so that counting never blocks for long. */
const COUNTED_CHARACTERS_MAX = 200_000;

/** Tokens of a text by OpenAI's o200k tokenizer. Loaded at the first call: only answers without usage reports are counted. */
export async function countTokens(text: string): Promise<number> {
  if (text === '') return 0;
  const { countTokens: count } = await import('gpt-tokenizer/encoding/o200k_base');
  const counted = text.slice(0, COUNTED_CHARACTERS_MAX);
  return Math.ceil((count(counted) * text.length) / counted.length);
}
