import { factsOf, PROVIDER_NAMES } from '@tokenbay/channels';
import { findAdapter, OPENAI_DIALECTS } from '@tokenbay/providers';

describe('the providers that a channel can have', () => {
  it('are those that can be spoken to, every one', () => {
    for (const name of PROVIDER_NAMES) expect(findAdapter(name)?.name).toBe(name);
    for (const { name } of OPENAI_DIALECTS) expect(PROVIDER_NAMES).toContain(name);
  });

  it('are reached by TLS, unless they are one’s own', () => {
    const addresses = PROVIDER_NAMES.map((name) => factsOf(name).baseUrl).filter((url) => url !== undefined);
    for (const url of addresses) expect(url).toMatch(/^(https:\/\/|http:\/\/localhost:)/);
    expect(new Set(addresses).size).toBe(addresses.length);
  });
});
