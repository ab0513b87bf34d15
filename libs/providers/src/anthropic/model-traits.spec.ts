import { traitsOf } from './model-traits.js';

describe('what a Claude model accepts', () => {
  it.each([
    ['claude-3-7-sonnet-20250219', 'budget', true],
    ['claude-opus-4-20250514', 'budget', true],
    ['claude-haiku-4-5-20251001', 'budget', true],
    ['claude-sonnet-4-6', 'adaptive', true],
    ['anthropic/claude-opus-4.7', 'adaptive', false],
    ['claude-sonnet-5', 'adaptive', false],
    ['claude-haiku-5-5-20260901', 'adaptive', false],
    ['some-alias', 'adaptive', false],
  ])('%s: thinking by %s, sampling %s', (name, thinking, takesSampling) => {
    expect(traitsOf(name)).toEqual({ thinking, takesSampling });
  });
});
