import { readChatCall } from './request.js';

const messages = [{ role: 'user', content: 'Hello' }];
const read = (fields: object) => readChatCall({ model: 'm', messages, ...fields }, 100, {});
const said = (part: object) => ({ messages: [{ role: 'user', content: [part] }] });
const HOUR = { cache_control: { type: 'ephemeral', ttl: '1h' } };

describe('what a chat may cost', () => {
  it.each(['input_audio', 'audio_url', 'audio', 'input_AUDIO'])('has a price for sound as %s', (type) => {
    const { priceKinds, inputTokensMax } = read(said({ type }));
    expect(priceKinds).toContain('audioInputPerMillion');
    expect(inputTokensMax).toBeNull();
  });

  it('has none where there is none', () => {
    const { priceKinds, excludedKinds } = read(said({ type: 'image_url', image_url: { url: 'https://a.example/a' } }));
    expect(priceKinds).toEqual(['inputPerMillion', 'outputPerMillion']);
    expect(excludedKinds).toEqual(['imageInputPerMillion', 'audioInputPerMillion', 'audioOutputPerMillion']);
  });

  it.each([
    ['a part', said({ type: 'text', text: 'x', ...HOUR })],
    ['a message', { messages: [{ role: 'user', content: 'x', ...HOUR }] }],
    ['a tool', { tools: [{ type: 'function', function: { name: 'f' }, ...HOUR }] }],
    ['the request', HOUR],
  ])('has a price for an hour in the cache where %s asks for it', (_, fields) => {
    expect(read(fields).priceKinds).toContain('cacheWriteLongPerMillion');
  });

  it.each([
    ...['models', 'route', 'provider', 'providerOptions', 'preset', 'plugins', 'compound_custom', 'extra_body'],
    ...['search_parameters', 'enable_search', 'web_search', 'force_search_enhancement', 'enable_deep_search'],
    ...['data_sources', 'dataSources', 'connectors', 'best_of', 'enable_code_interpreter', 'enable_enhancement'],
  ])('cannot be told where %s asks for what has no price, or another model', (param) => {
    const refusal = expect.objectContaining({ code: 'invalid_request', detail: param });
    for (const value of [true, 'auto', {}, [{}]]) expect(() => read({ [param]: value })).toThrow(refusal);
    for (const value of [false, null]) expect(() => read({ [param]: value })).not.toThrow();
  });

  it.each<[unknown, number | undefined]>([
    [undefined, undefined],
    [null, undefined],
    [{ type: 'content', content: 'Größe 🌍' }, 12],
    [{ type: 'content', content: '' }, 0],
    [{ type: 'content', content: [{ type: 'text', text: 'x' }] }, 57],
    ['x', 3],
  ])('may be output beyond its limit for each byte that is predicted: %j', (prediction, bytes) => {
    expect(read({ prediction }).predictedTokensMax).toBe(bytes);
  });

  it('is not what is fetched later, from under the account of the provider', () => {
    expect(() => read({ deferred: true })).toThrow(expect.objectContaining({ code: 'not_implemented' }));
    expect(() => read({ deferred: false })).not.toThrow();
  });
});
