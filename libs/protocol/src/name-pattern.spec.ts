import { matchesName } from './name-pattern.js';

describe('name patterns', () => {
  it('match a name exactly, or by what stands before a final asterisk', () => {
    expect(matchesName(['gpt-4o'], 'gpt-4o')).toBe(true);
    expect(matchesName(['gpt-4o'], 'gpt-4o-mini')).toBe(false);
    expect(matchesName(['claude*', 'gpt-4*'], 'gpt-4o-mini')).toBe(true);
    expect(matchesName(['*'], 'anything/at:all')).toBe(true);
  });

  it('know an asterisk only at the end, and match nothing when empty', () => {
    expect(matchesName(['*4o'], 'gpt-4o')).toBe(false);
    expect(matchesName([], 'gpt-4o')).toBe(false);
  });
});
