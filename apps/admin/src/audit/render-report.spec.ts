import type { AuditReport, Difference } from '@tokenbay/points';
import { renderReport } from './render-report.js';

const REPORT: AuditReport = {
  database: 'tokenbay',
  at: new Date('2026-11-22T03:00:00Z'),
  read: { accounts: 1_200, charges: 3_000_000, holds: 40, budgets: 7 },
  total: 0,
  differences: [],
};
const account = (accountId: string): Difference => ({
  kind: 'account',
  accountId,
  apiKeyId: null,
  subject: null,
  oneSide: { credits: '1000', charges: '-30', refunds: '0' },
  otherSide: { available: '975', held: '0' },
});

describe('the report of an audit', () => {
  it('says what was read, of which moment, and that the books agree', () => {
    expect(renderReport(REPORT, 1_240)).toBe(
      'Read 1,200 accounts, 3,000,000 charges, 40 holds, 7 budgets of tokenbay as of 2026-11-22T03:00:00.000Z, in 1.2 s.\nThe books agree.',
    );
  });

  it('lists differences by the promise that they break, each with both sides', () => {
    const spend: Difference = {
      ...account('17'),
      ...{ kind: 'usage', apiKeyId: '9', subject: 'life', oneSide: { counted: '37' }, otherSide: { charged: '30' } },
    };
    expect(
      renderReport({ ...REPORT, total: 3, differences: [spend, account('17'), account('4')] }, 1).split('\n\n'),
    ).toEqual([
      expect.stringMatching(/^Read/),
      [
        'Does not hold: credits − charges + refunds = available + held',
        '  account 17  |  credits 1000 − charges 30 + refunds 0 = 970  |  available 975 + held 0 = 975',
        '  account 4   |  credits 1000 − charges 30 + refunds 0 = 970  |  available 975 + held 0 = 975',
      ].join('\n'),
      'Does not hold: the sums of a key are those of its charges\n  account 17, key 9, sum of life  |  counted 37  |  charged 30',
      'The books do not agree: 3 differences. Amounts are micropoints.',
    ]);
  });

  it('tells of those that are not listed', () => {
    expect(renderReport({ ...REPORT, total: 1_001, differences: [account('17')] }, 1)).toContain(
      '1,000 more are not listed.',
    );
  });
});
