import { type ApiKey, assertKeyAllowsModel, assertKeyUsable } from './api-key.js';

const NOW_MS = Date.parse('2026-11-22T12:00:00Z');
const key: ApiKey = {
  id: '1',
  accountId: '1',
  name: 'k',
  group: null,
  status: 'active',
  expiresAtMs: null,
  timeZone: 'UTC',
  modelAllowlist: null,
  modelDenylist: null,
  hasBudget: false,
  tokenRateLimit: null,
  parallelRequestsMax: null,
};

function codeOf(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('a key', () => {
  const usable = (change: Partial<ApiKey>) => codeOf(() => assertKeyUsable({ ...key, ...change }, NOW_MS));

  it('is usable while active and until the very instant it expires', () => {
    expect(usable({})).toBeUndefined();
    expect(usable({ expiresAtMs: NOW_MS + 1 })).toBeUndefined();
    expect(usable({ expiresAtMs: NOW_MS })).toBe('api_key_expired');
  });

  it('is unavailable when suspended or archived', () => {
    expect(usable({ status: 'suspended' })).toBe('api_key_unavailable');
    expect(usable({ status: 'archived' })).toBe('api_key_unavailable');
  });

  it('answers its status before its expiry', () => {
    expect(usable({ status: 'disabled', expiresAtMs: 0 })).toBe('api_key_disabled');
    expect(usable({ status: 'archived', expiresAtMs: 0 })).toBe('api_key_unavailable');
  });
});

describe("a key's lists of models", () => {
  const allows = (modelAllowlist: string[] | null, modelDenylist: string[] | null) =>
    codeOf(() => assertKeyAllowsModel({ ...key, modelAllowlist, modelDenylist }, 'gpt-4o')) === undefined;

  it('restrict nothing where there are none', () => {
    expect(allows(null, null)).toBe(true);
  });

  it('let through what the allowlist names, and refuse the rest', () => {
    expect(allows(['gpt-4o'], null)).toBe(true);
    expect(allows(['gpt-*'], null)).toBe(true);
    expect(allows(['gpt-4'], null)).toBe(false);
  });

  it('refuse what the denylist names, whatever the allowlist says', () => {
    expect(allows(null, ['gpt-4o'])).toBe(false);
    expect(allows(['gpt-4o'], ['gpt-*'])).toBe(false);
    expect(allows(['*'], ['claude-*'])).toBe(true);
  });

  it('answer api_key_model_not_allowed', () => {
    expect(codeOf(() => assertKeyAllowsModel({ ...key, modelDenylist: ['*'] }, 'm'))).toBe('api_key_model_not_allowed');
  });
});
