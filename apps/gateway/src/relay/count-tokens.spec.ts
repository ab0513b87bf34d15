import { CountedText } from './count-tokens.js';

const count = (text: string) => CountedText.of(text).countTokens();

describe('counting tokens', () => {
  it('counts as the tokenizer does', async () => {
    expect(await count('')).toBe(0);
    expect(await count('How many tokens are in here?')).toBe(7);
  });

  it('takes words that are special to models as text', async () => {
    expect(await count('before <|endoftext|> after')).toBeGreaterThan(3);
  });

  it('stays quick whatever a customer sends', async () => {
    await count('warm');
    for (const text of [
      'a'.repeat(1_000_000),
      '好'.repeat(300_000),
      '!'.repeat(300_000),
      ' '.repeat(300_000),
      '7'.repeat(300_000),
      'ab1 '.repeat(200_000),
    ]) {
      const startedAtMs = performance.now();
      expect(await count(text)).toBeGreaterThan(text.length / 200);
      expect(performance.now() - startedAtMs).toBeLessThan(1_000);
    }
  });

  it('counts nothing after it was frozen', async () => {
    const text = CountedText.of('one two');
    text.freeze();
    text.add(' three four five');
    expect(await text.countTokens()).toBe(2);
  });
});
