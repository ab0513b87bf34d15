import { CompiledPrices, type Model, type Prices } from '@tokenbay/models';
import type { VideoCall } from '@tokenbay/protocol';
import { priceTask, quantitiesOf } from './price-task.js';

const modelWith = (prices: Prices) => ({ prices: new CompiledPrices(prices) }) as Model;
const callWith = (fields: Partial<VideoCall>): VideoCall => ({
  referenceImages: [],
  metadata: {},
  spelling: {},
  ...fields,
});
const URL_IMAGE = { kind: 'url', url: 'https://example.com/a' } as const;

function cost(prices: Prices, fields: Partial<VideoCall> = {}, multiplier = '1'): number {
  const model = modelWith(prices);
  return priceTask(quantitiesOf(callWith(fields), model, 8), model.prices, multiplier).micropoints;
}

describe('the price of a video', () => {
  it('counts its seconds, itself, and the pictures that were handed over', () => {
    expect(cost({ perSecond: '0.1' })).toBe(800_000);
    expect(cost({ perMinute: '6' })).toBe(800_000);
    expect(cost({ perRequest: '0.5' })).toBe(500_000);
    const images = { firstFrame: URL_IMAGE, referenceImages: [URL_IMAGE, URL_IMAGE] };
    expect(cost({ perSecond: '0.1', perRequest: '0.5', perImage: '0.01' }, images)).toBe(1_330_000);
    expect(cost({ perSecond: '0.1' }, {}, '1.5')).toBe(1_200_000);
  });

  it('is multiplied by the factor of its size, where the sheet has one', () => {
    const prices = { perSecond: '0.1', serviceTiers: { '1792x1024': '2', '1080p': '1.5', '720p': '1' } };
    expect(cost(prices, { size: { width: 1792, height: 1024 } })).toBe(1_600_000);
    expect(cost(prices, { resolution: '1080p' })).toBe(1_200_000);
    expect(cost(prices)).toBe(800_000);
    expect(cost({ perSecond: '0.1' }, { resolution: '4k' })).toBe(800_000);
  });

  it('is that of the dearer where a size and a resolution are asked for, and none where either has no factor', () => {
    const prices = { perSecond: '0.1', serviceTiers: { '1280x720': '1', '4k': '10', '480p': '0.5' } };
    const size = { width: 1280, height: 720 };
    expect(cost(prices, { size, resolution: '4k' })).toBe(8_000_000);
    expect(cost(prices, { size, resolution: '480p' })).toBe(800_000);
    const refusal = (fields: Partial<VideoCall>, param: string) =>
      expect(() => cost(prices, fields)).toThrow(
        expect.objectContaining({ code: 'invalid_request', options: expect.objectContaining({ param }) }),
      );
    refusal({ size, resolution: '8k' }, 'resolution');
    refusal({ size: { width: 1, height: 1 }, resolution: '4k', spelling: { size: 'metadata.size' } }, 'metadata.size');
  });

  it('is none for a size that the sheet does not name, or a model without prices of videos', () => {
    expect(() => cost({ perSecond: '0.1', serviceTiers: { '720p': '1' } }, { resolution: '4k' })).toThrow(
      'invalid_request',
    );
    expect(() => cost({ outputPerMillion: '1', perImage: '1' })).toThrow('model_capability_not_supported');
  });
});
