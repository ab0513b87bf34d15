import { assertAccountActive, toAccount } from './account.js';
import type { AccountEntity } from './account.entity.js';

const row = {
  id: '7',
  name: 'acme',
  group: 'pro',
  allowedGroups: null,
  status: 'active',
  rateLimitRequests: null,
  rateLimitWindowSeconds: null,
  tokenRateLimitTokens: null,
  tokenRateLimitWindowSeconds: null,
  parallelRequestsMax: null,
} as AccountEntity;

describe('an account', () => {
  it('is refused while banned', () => {
    expect(() => assertAccountActive(toAccount(row))).not.toThrow();
    expect(() => assertAccountActive(toAccount({ ...row, status: 'banned' }))).toThrow(
      expect.objectContaining({ code: 'account_banned' }),
    );
  });

  it('opens its own group where no list says otherwise, and exactly the list where there is one', () => {
    expect(toAccount(row).allowedGroups).toEqual(['pro']);
    expect(toAccount({ ...row, allowedGroups: ['vip'] }).allowedGroups).toEqual(['vip']);
    expect(toAccount({ ...row, allowedGroups: [] }).allowedGroups).toEqual([]);
  });

  it('has a rate limit only when both of its numbers are set', () => {
    expect(toAccount(row).rateLimit).toBeNull();
    expect(toAccount({ ...row, rateLimitRequests: 5, rateLimitWindowSeconds: 60 }).rateLimit).toEqual({
      requests: 5,
      windowSeconds: 60,
    });
  });
});
