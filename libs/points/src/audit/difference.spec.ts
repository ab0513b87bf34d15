import { describeDifference, type Difference } from './difference.js';

const ACCOUNT: Difference = {
  kind: 'account',
  accountId: '17',
  apiKeyId: null,
  subject: null,
  oneSide: { credits: '1000', charges: '-300', refunds: '0' },
  otherSide: { available: '601', held: '100' },
};

describe('a difference in words', () => {
  it('names the account and both sides with their sums', () => {
    expect(describeDifference(ACCOUNT)).toBe(
      'account 17: credits 1000 − charges 300 + refunds 0 = 700 ≠ available 601 + held 100 = 701',
    );
  });

  it('names the key and the period of a budget', () => {
    const budget = { kind: 'budget', apiKeyId: '3', subject: 'hour', oneSide: { taken: '5' } } as const;
    expect(describeDifference({ ...ACCOUNT, ...budget, otherSide: { charged: '4', held: '0' } })).toBe(
      'account 17, key 3, period hour: taken 5 ≠ charged 4 + held 0 = 4',
    );
  });

  it('adds up what no number of JavaScript can hold', () => {
    const oneSide = { credits: '9223372036854775807', charges: '9223372036854775807' };
    expect(describeDifference({ ...ACCOUNT, oneSide })).toContain('= 18446744073709551614 ≠');
  });

  it('begins a sum with a minus where its first term is negative', () => {
    expect(describeDifference({ ...ACCOUNT, oneSide: { charges: '-1', refunds: '2' } })).toContain(
      ': − charges 1 + refunds 2 = 1 ≠',
    );
  });
});
