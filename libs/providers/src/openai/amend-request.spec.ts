import { DroppedFields } from '@tokenbay/protocol';
import { findAdapter } from '../adapters.js';
import type { JsonObject } from '../provider.js';
import type { WriteTerms } from '../text-wire.js';

const changes = {
  ...{ upstreamModel: 'up', isStream: false, outputTokensMax: undefined },
  ...{ outputTokensHeld: 9_000, dropped: new DroppedFields() },
};

function amend(provider: string, body: JsonObject, terms: WriteTerms): JsonObject {
  return findAdapter(provider)!.wires[0]!.passThrough.amendRequest(body, terms);
}

describe('a chat request on its way to an upstream', () => {
  it('keeps every field that we do not know', () => {
    const body = {
      model: 'public',
      messages: [{ role: 'user', content: 'x', extra: 1 }],
      logit_bias: { '1': 2 },
      novelty: true,
    };
    expect(amend('openai-compatible', body, changes)).toEqual({ ...body, model: 'up' });
  });

  it('is not stored: switched off wherever the provider knows the field or the client used it', () => {
    expect(amend('openai', { store: true }, changes)['store']).toBe(false);
    expect(amend('openai', {}, changes)['store']).toBe(false);
    expect(amend('openai-compatible', { store: true }, changes)['store']).toBe(false);
    expect('store' in amend('openai-compatible', {}, changes)).toBe(false);
  });

  it('asks for usage on streams, keeping the other options', () => {
    const body = { stream: true, stream_options: { include_usage: false, include_obfuscation: false } };
    expect(amend('openai', body, { ...changes, isStream: true })['stream_options']).toEqual({
      include_usage: true,
      include_obfuscation: false,
    });
  });

  it("lowers the limit in the client's own field, or in the provider's where it sent none", () => {
    const lowered = { ...changes, outputTokensMax: 300 };
    expect(amend('openai', { max_tokens: 900 }, lowered)).toMatchObject({ max_tokens: 300 });
    expect(amend('openai', {}, lowered)).toMatchObject({ max_completion_tokens: 300 });
    expect(amend('openai-compatible', {}, lowered)).toMatchObject({ max_tokens: 300 });
    expect('max_tokens' in amend('openai', {}, changes)).toBe(false);
  });

  it('sends one limit in one field: the client’s own, or the one that the provider obeys', () => {
    const limits = (body: object) => amend('openai-compatible', { ...body }, changes);
    expect(limits({ max_completion_tokens: 5 })).toEqual({ model: 'up', max_completion_tokens: 5 });
    expect(limits({ max_tokens: 5 })).toEqual({ model: 'up', max_tokens: 5 });
    expect(limits({ max_completion_tokens: 1, max_tokens: 1000 })).toEqual({ model: 'up', max_tokens: 1 });
    const both = amend('openai', { max_completion_tokens: 9, max_tokens: 5 }, changes);
    expect([both['max_completion_tokens'], 'max_tokens' in both]).toEqual([5, false]);
    expect(amend('openai', { max_tokens: 5 }, changes)).toEqual({
      ...{ model: 'up', store: false, max_tokens: 5, service_tier: 'default' },
    });
  });

  it("never lets a tier chosen in the provider's settings raise the price", () => {
    const tierOf = (provider: string, body: JsonObject) => amend(provider, body, changes)['service_tier'];
    for (const body of [{ service_tier: 'auto' }, { service_tier: null }, {}])
      expect(tierOf('openai', body)).toBe('default');
    expect(tierOf('openai', { service_tier: 'flex' })).toBe('flex');
    expect(tierOf('openai-compatible', { service_tier: 'auto' })).toBe('default');
    // Where no project has a tier, the field is left out: some refuse it.
    for (const provider of ['azure-openai', 'openai-compatible']) expect(tierOf(provider, {})).toBeUndefined();
  });

  it('does not change the body it was given', () => {
    const body = Object.freeze({ model: 'public', store: true });
    amend('openai', body, { ...changes, isStream: true });
    expect(body).toEqual({ model: 'public', store: true });
  });
});
