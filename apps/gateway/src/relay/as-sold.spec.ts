import { CompiledPrices, type Model, type Prices } from '@tokenbay/models';
import { asSold } from './as-sold.js';
import type { Call } from './call.js';

const pictures = {
  media: { consumes: ['inputPerMillion', 'imageOutputPerMillion'], soldBy: ['perImage', 'perRequest'] },
} as unknown as Pick<Call, 'media'>;
const text = { inputPerMillion: '1', outputPerMillion: '2' };
const soldAs = (prices: Prices, call: Pick<Call, 'media'> = pictures) =>
  asSold(call, { name: 'm', prices: new CompiledPrices(prices) } as Model).prices.source;

describe('the prices that apply to a call', () => {
  it('are those of the piece alone where only texts are sold by tokens', () => {
    const tiers = [{ aboveInputTokens: 9, inputPerMillion: '3', perImage: '5' }];
    expect(soldAs({ ...text, perImage: '4', perToolCall: { search: '1' }, tiers })).toEqual({
      ...{ perImage: '4', perToolCall: { search: '1' } },
      tiers: [{ aboveInputTokens: 9, perImage: '5' }],
    });
  });

  it('are all prices where tokens of pictures have one, where pictures have none, and for texts', () => {
    for (const prices of [{ ...text, perImage: '4', imageOutputPerMillion: '8' }, { ...text, perRequest: '1' }, text])
      expect(soldAs(prices)).toBe(prices);
    const prices = { ...text, perImage: '4' };
    expect(soldAs(prices, {})).toBe(prices);
  });

  it('are compiled once', () => {
    const model = { prices: new CompiledPrices({ ...text, perImage: '4' }) } as Model;
    expect(asSold(pictures, model).prices).toBe(asSold(pictures, model).prices);
  });
});
