import { DroppedFields } from '@tokenbay/protocol';
import { findAdapter } from '../adapters.js';
import { amendRequest } from './amend-request.js';

function amend(
  body: object,
  upstreamModel = 'gpt-4o',
  outputTokensMax?: number,
): { request: object; dropped: readonly string[] } {
  const dropped = new DroppedFields();
  const terms = { upstreamModel, isStream: false, outputTokensMax, outputTokensHeld: 9_000, dropped };
  return { request: amendRequest({ model: 'public', input: 'Hi', ...body }, terms), dropped: dropped.list };
}

describe('a Responses request on its way to OpenAI', () => {
  it('keeps every field that we do not know, and all of its input', () => {
    const input = [
      { role: 'user', content: 'x', extra: 1 },
      { type: 'reasoning', summary: [], encrypted_content: 'gAAA' },
    ];
    const body = { input, invented: { a: 1 }, store: false, service_tier: 'flex' };
    expect(amend(body)).toEqual({ request: { ...body, model: 'gpt-4o' }, dropped: [] });
    expect((amend(body).request as typeof body).input).toBe(input);
  });

  it('tells the provider nothing of the machine that the client works on, and says so', () => {
    const told = { client_metadata: { 'x-codex-installation-id': 'c1ed', session_id: '019a' } };
    expect(amend({ ...told, store: false })).toEqual({
      ...{ request: { model: 'gpt-4o', input: 'Hi', store: false }, dropped: ['client_metadata'] },
    });
    expect(told.client_metadata).toHaveProperty('session_id');
    expect(amend({ client_metadata: null }).dropped).toEqual([]);
  });

  it('is stored nowhere, has its limit lowered, and no tier that the provider chooses', () => {
    expect(amend({ store: true, max_output_tokens: 900, service_tier: 'auto' }, 'gpt-4o', 300).request).toMatchObject({
      ...{ store: false, max_output_tokens: 300, service_tier: 'default' },
    });
    expect(amend({}).request).toEqual({ model: 'gpt-4o', input: 'Hi', store: false });
  });

  it.each([
    ['openai', {}, 'default'],
    ['openai', { service_tier: null }, 'default'],
    ['openai', { service_tier: 'flex' }, 'flex'],
    ['azure-openai', {}, undefined],
  ])('asks %s, of %j, for tier %s: one that its project has chosen would raise the price', (provider, body, tier) => {
    const wire = findAdapter(provider)!.wires.find(({ format }) => format === 'openai-responses')!;
    const changes = { upstreamModel: 'gpt-4o', isStream: false, outputTokensMax: undefined, outputTokensHeld: 9_000 };
    const terms = { ...changes, dropped: new DroppedFields() };
    expect(wire.passThrough.amendRequest({ input: 'Hi', ...body }, terms)['service_tier']).toBe(tier);
  });

  it.each([
    ['trusts the store, of a model that reasons', {}, 'gpt-5-mini', ['reasoning.encrypted_content']],
    [
      'asks for more besides',
      { store: true, include: ['message.output_text.logprobs'] },
      'o3',
      ['message.output_text.logprobs', 'reasoning.encrypted_content'],
    ],
    ['asks itself', { include: ['reasoning.encrypted_content'] }, 'gpt-5.1', ['reasoning.encrypted_content']],
    ['denies the store', { store: false }, 'gpt-5.1', undefined],
    ['asks a model that does not reason', {}, 'gpt-4o', undefined],
  ])('is given its reasoning to keep where its client %s', (_, body, upstreamModel, include) => {
    expect((amend(body, upstreamModel).request as { include?: unknown }).include).toEqual(include);
  });

  it('comes without reasoning that the provider did not seal, by name', () => {
    const own = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA' };
    const input = [
      { role: 'user', content: 'x' },
      { ...own, encrypted_content: 'tokenbay.anthropic-messages.EqQB' },
      { ...own, encrypted_content: null },
      { type: 'reasoning', id: 'rs_2', summary: [] },
      own,
    ];
    expect(amend({ input })).toMatchObject({
      ...{ request: { input: [input[0], own] }, dropped: ['input.reasoning'] },
    });
  });
});
