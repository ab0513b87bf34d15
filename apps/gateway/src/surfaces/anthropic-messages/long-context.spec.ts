import { withinContext } from './long-context.js';

const VERSION = { 'anthropic-version': '2023-06-01' };

describe('the context that a request may open', () => {
  it.each([
    ['context-1m-2025-08-07', undefined],
    [
      'oauth-2025-04-20,context-1m-2025-08-07, interleaved-thinking-2025-05-14',
      'oauth-2025-04-20, interleaved-thinking-2025-05-14',
    ],
    ['Context-1M-2025-08-07 ,a', 'a'],
    ['context-2m-2027-01-01', undefined],
    ['context-management-2025-06-27', 'context-management-2025-06-27'],
  ])('is no longer than what the model is sold with: %s', (betas, kept) => {
    const { headers } = withinContext({ headers: { ...VERSION, 'anthropic-beta': betas } }, 200_000);
    expect(headers).toEqual({ ...VERSION, ...(kept !== undefined && { 'anthropic-beta': kept }) });
  });

  it('is as long as the client asks where the model is sold with more', () => {
    const call = { headers: { ...VERSION, 'anthropic-beta': 'context-1m-2025-08-07' } };
    expect(withinContext(call, 1_000_000)).toBe(call);
    for (const headers of [undefined, VERSION]) expect(withinContext({ headers }, 200_000).headers).toBe(headers);
  });
});
