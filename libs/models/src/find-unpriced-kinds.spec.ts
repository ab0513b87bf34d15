import { CompiledPrices } from './compiled-prices.js';
import { findUnpricedKinds } from './find-unpriced-kinds.js';
import type { PriceKind, Prices } from './prices.js';

const find = (prices: Prices, kinds: PriceKind[], more: { tools?: string[]; serviceTier?: string } = {}) =>
  findUnpricedKinds({ prices: new CompiledPrices(prices), kinds, ...more });
const CHAT: PriceKind[] = ['inputPerMillion', 'outputPerMillion'];

describe('what a model does not sell', () => {
  it('is each kind of token without a price, once any token has one', () => {
    expect(find({ inputPerMillion: '1', outputPerMillion: '1' }, CHAT)).toEqual([]);
    expect(find({ inputPerMillion: '1' }, CHAT)).toEqual(['outputPerMillion']);
    expect(find({ inputPerMillion: '1' }, ['cachedInputPerMillion', 'cacheWritePerMillion'])).toEqual([
      'cacheWritePerMillion',
    ]);
  });

  it('is everything where it has no price at all', () => {
    expect(find({}, [...CHAT, 'perImage'])).toEqual([...CHAT, 'perImage']);
  });

  it('is no token where it is sold by the piece', () => {
    expect(find({ perRequest: '0.1' }, CHAT)).toEqual([]);
    expect(find({ perImage: '0.1' }, ['perImage', 'imageOutputPerMillion'])).toEqual([]);
  });

  it('is a hosted tool or a service tier without a price', () => {
    const prices = { inputPerMillion: '1', perToolCall: { web_search: '1' }, serviceTiers: { flex: '1' } };
    expect(find(prices, [], { tools: ['web_search', 'toString'], serviceTier: 'flex' })).toEqual([
      'perToolCall.toString',
    ]);
    expect(find(prices, [], { serviceTier: 'priority' })).toEqual(['serviceTiers.priority']);
    expect(find(prices, [], { serviceTier: 'auto' })).toEqual([]);
  });
});
