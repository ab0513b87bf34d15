import { CompiledPrices, type Prices } from '@tokenbay/models';
import type { JsonObject } from '@tokenbay/providers';
import fc from 'fast-check';
import { PictureTiers } from './picture-tiers.js';

const TIERS = { hd: '2', '1792x1024': '1.5', 'hd/1792x1024': '3', low: '0.25', '2K': '4', '16:9': '1' };
const sheetOf = (serviceTiers: object, more: Prices = { perImage: '1' }) =>
  new CompiledPrices({ ...more, ...(Object.keys(serviceTiers).length > 0 && { serviceTiers }) } as Prices);
const possible = (fields: JsonObject, serviceTiers: object = TIERS, service: string | null = null) =>
  new PictureTiers(fields, service).possibleIn(sheetOf(serviceTiers));
const billed = (fields: JsonObject, traits: { quality?: string; size?: string } = {}, serviceTiers: object = TIERS) =>
  new PictureTiers(fields, null).billedIn(sheetOf(serviceTiers), {
    quality: traits.quality,
    size: traits.size,
  });
const SQUARE = { size: '1024x1024' };
const WIDE = { size: '1792x1024' };

describe('the price of a picture', () => {
  it.each<[fields: JsonObject]>([
    [{}],
    [{ quality: 'auto', size: 'auto', resolution: null }],
    [{ quality: 'standard', size: '1024x1024' }],
    [{ quality: 'low', size: '256x256' }],
    [{ quality: 'medium', size: '1365x768' }],
    [{ width: 1024, height: '1024' }],
    [{ size: '1024*1024' }],
    [{ quality: 'low', Quality: 'medium', size: '256x256', width: 1024, height: 1024 }],
  ])('is the base price for %j', (fields) => {
    expect(possible(fields, {})).toEqual([null]);
    expect(billed(fields, { quality: 'high', size: '4096x4096' }, {})).toBeNull();
  });

  it.each<[fields: JsonObject, param: string]>([
    [{ quality: 'hd' }, 'quality'],
    [{ quality: '' }, 'quality'],
    [{ size: '1025x1024' }, 'size'],
    [{ size: '1024x1536', quality: 'low' }, 'size'],
    [{ size: '2K' }, 'size'],
    [{ image_size: 'square_hd' }, 'image_size'],
    [{ resolution: '2k' }, 'resolution'],
    [{ megapixels: 4 }, 'megapixels'],
    [{ aspect_ratio: '16:9' }, 'aspect_ratio'],
    [{ width: 2048 }, 'width'],
    [{ width: 2048, height: 2048 }, 'width'],
    [{ ...SQUARE, sampleImageSize: '4K' }, 'sampleImageSize'],
    [{ Quality: 'hd', quality: 'low' }, 'Quality'],
    [{ imageSize: '4K' }, 'imageSize'],
    [{ '\u017Fize': '4K' }, '\u017Fize'],
    [{ 'size ': '4K' }, 'size '],
    [{ Width: 2048, Height: 2048 }, 'Width'],
    [{ width: 1024, height: 1024, Width: 2048 }, 'width'],
    [{ quality: ['hd'] }, 'quality'],
    [{ output_format: 'gif', frame_count: 16 }, 'output_format'],
    [{ input_fidelity: 'high' }, 'input_fidelity'],
    [{ num_inference_steps: 50 }, 'num_inference_steps'],
    [{ image_loras: [{ path: 'x', scale: 1 }] }, 'image_loras'],
    [{ image_size: { width: 2048, height: 2048 } }, 'image_size'],
  ])('is none for %j without a name of that', (fields, param) => {
    expect(() => possible(fields, {})).toThrow(
      expect.objectContaining({ code: 'invalid_request', options: expect.objectContaining({ param }) }),
    );
  });

  it('is multiplied by the factor of its name, whichever field says it, and says what is sold where there is none', () => {
    expect(possible({ quality: 'hd', ...SQUARE })).toEqual(['hd']);
    expect(possible({ quality: 'medium', ...WIDE })).toEqual(['1792x1024']);
    expect(possible({ quality: 'hd', ...WIDE })).toEqual(['hd/1792x1024']);
    expect(possible({ quality: 'hd', width: 1792, height: 1024 })).toEqual(['hd/1792x1024']);
    expect(possible({ quality: 'medium', resolution: '2K' })).toEqual(['2K']);
    const both = { '2K/16:9': '1', 'hd/2K/16:9': '2' };
    expect(possible({ aspect_ratio: '16:9', resolution: '2K', quality: 'hd' }, both)).toEqual(['hd/2K/16:9']);
    expect(possible({ quality: 'medium', resolution: '2K', aspectRatio: '16:9', size: '2K' }, both)).toEqual([
      '2K/16:9',
    ]);
    const refusal = (fields: JsonObject) => {
      try {
        return possible(fields);
      } catch (error) {
        return (error as { options?: { message?: string } }).options?.message;
      }
    };
    expect(refusal({ quality: 'xhigh' })).toBe(
      'This model has no price for xhigh; it sells pictures of standard, low or medium quality and at most 1024x1024 pixels, hd, 1792x1024, hd/1792x1024, low, 2K, 16:9.',
    );
    expect(refusal({ quality: 'hd', size: '2K' })).toContain('no price for hd/2K;');
    expect(refusal({ quality: 'low', ...WIDE })).toContain('no price for low/1792x1024;');
    expect(refusal({ quality: 'x'.repeat(1_000) })!.length).toBeLessThan(250);
  });

  it('is not that of the cheaper one where two unlike are asked for', () => {
    const sheet = { low: '0.25', '256x256': '0.4', '1024x1024/16:9': '1' };
    expect(() => possible({ quality: 'low', Quality: 'medium' }, sheet)).toThrow('invalid_request');
    expect(() => possible({ size: '256x256', width: 1024, height: 1024 }, sheet)).toThrow('invalid_request');
    expect(possible({ quality: 'medium', ...SQUARE, aspect_ratio: '16:9' }, sheet)).toEqual(['1024x1024/16:9']);
  });

  it('counts what else costs by the name of that, beside quality and size', () => {
    const sheet = { gif: '9', 'hd/gif': '18', steps: '4', 'hd/steps/1792x1024': '12' };
    const gif = { output_format: 'gif' };
    expect(possible({ quality: 'medium', ...SQUARE, ...gif }, sheet)).toEqual(['gif']);
    expect(billed(gif, { quality: 'high', size: '1024x1024' }, sheet)).toBe('gif');
    expect(possible({ quality: 'medium', ...SQUARE, steps: 50, num_inference_steps: 50 }, sheet)).toEqual(['steps']);
    expect(possible({ quality: 'hd', ...WIDE, steps: 50 }, { ...sheet, hd: '2' })).toEqual(['hd/steps/1792x1024']);
    expect(() => possible({ ...gif, steps: 50 }, sheet)).toThrow('invalid_request');
    expect(() => possible({ quality: 'gif' }, sheet)).toThrow('invalid_request');
    expect(possible({ ...SQUARE, output_format: 'png', input_fidelity: 'low', steps: null }, sheet)).toEqual([null]);
  });

  it('is that of a name for what is plain otherwise, alone and together', () => {
    expect(possible({ quality: 'low', ...SQUARE })).toEqual(['low']);
    expect(billed({ quality: 'low', ...SQUARE })).toBe('low');
    const sheet = { 'standard/1792x1024': '1.5' };
    expect(possible({ quality: 'standard', ...WIDE }, sheet)).toEqual(['standard/1792x1024']);
    expect(() => possible(WIDE, sheet)).toThrow('invalid_request');
  });

  it('never lets a name stand where it does not belong', () => {
    const sheet = { ...TIERS, flex: '0.1', '512x512': '0.1', 'low/512x512': '0.1' };
    for (const fields of [
      { size: 'low' },
      { size: 'hd' },
      { quality: '512x512' },
      { quality: 'low/512x512' },
      { size: 'low/512x512' },
      { quality: 'flex' },
      { size: 'flex' },
    ])
      expect(() => possible(fields, sheet)).toThrow('invalid_request');
    expect(billed({}, { quality: 'flex', size: '1024x1024' }, sheet)).toBeNull();
  });

  it('is what the answer says where the client leaves it open, and held for at its worst', () => {
    expect(possible({})).toEqual([null, '1792x1024', 'hd', 'hd/1792x1024', 'low']);
    expect(possible({ quality: 'medium' })).toEqual([null, '1792x1024']);
    expect(possible(WIDE)).toEqual(['1792x1024', 'hd/1792x1024']);
    expect(billed({}, { quality: 'hd', size: '1792x1024' })).toBe('hd/1792x1024');
    expect(billed({}, { quality: 'low', size: '1024x1024' })).toBe('low');
    expect(billed({ quality: 'auto' }, { quality: 'medium', size: '1792x1024' })).toBe('1792x1024');
    expect(billed({ quality: 'medium' }, { quality: 'hd', size: '1024x1024' })).toBeNull();
    expect(billed(WIDE, { quality: 'hd', size: '1024x1024' })).toBe('hd/1792x1024');
    expect(billed({})).toBeNull();
    expect(billed({}, { quality: 'auto', size: 'auto' })).toBeNull();
    expect(billed({}, { quality: 'max', size: '1024x1024' })).toBeNull();
    expect(billed({}, { quality: 'hd', size: '9999x9999' })).toBeNull();
    expect(billed(WIDE, { quality: 'low', size: '1792x1024' })).toBe('1792x1024');
  });

  it('is not that of a service and of a picture together', () => {
    const sheet = { flex: '0.5', hd: '2' };
    const param = (fields: JsonObject, service: string, tiers: object = sheet) => {
      try {
        return possible(fields, tiers, service);
      } catch (error) {
        return (error as { options: { param?: string } }).options.param;
      }
    };
    expect(param({ quality: 'hd' }, 'flex')).toBe('service_tier');
    expect(param({}, 'flex')).toBe('service_tier');
    expect(param({ quality: 'medium' }, 'flex')).toBeUndefined();
    expect(param({}, 'flex', { flex: '0.5' })).toBeUndefined();
    expect(param({ quality: 'medium' }, 'hd')).toBe('service_tier');
    expect(param({ quality: 'hd' }, 'standard')).toEqual(['hd']);
    const asked = new PictureTiers({ quality: 'medium' }, 'flex');
    expect(asked.billedIn(sheetOf(sheet), { quality: 'hd', size: undefined })).toBe('flex');
  });

  it('is left to the tokens where they have a price', () => {
    const prices = sheetOf(TIERS, { imageOutputPerMillion: '1', inputPerMillion: '1' });
    const tiers = new PictureTiers({ quality: 'max', size: '4096x4096' }, 'flex');
    expect(tiers.possibleIn(prices)).toBeUndefined();
    expect(tiers.billedIn(prices, { quality: 'hd', size: undefined })).toBe('flex');
  });

  it('is always one of those that were held for, and always one that is sold', () => {
    const anyQuality = fc.constantFrom('standard', 'low', 'medium', 'high', 'hd', 'flex', 'auto', 'a/b', '2K');
    const anySize = fc.constantFrom('512x512', '1024x1024', '1024X1024', '1792x1024', '2K', '16:9', 'auto', 'hd', '1');
    const anyName = fc.oneof(
      anyQuality,
      anySize,
      fc.tuple(anyQuality, anySize).map((parts) => parts.join('/')),
      fc.tuple(anyQuality, anySize, anySize).map((parts) => parts.join('/')),
    );
    const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
    const anyFields = fc.record({ quality: maybe(anyQuality), size: maybe(anySize), aspect_ratio: maybe(anySize) });
    const anyTraits = fc.record({ quality: maybe(anyQuality), size: maybe(anySize) });
    let sold = 0;
    fc.assert(
      fc.property(
        fc.uniqueArray(anyName, { maxLength: 8 }),
        anyFields,
        fc.array(anyTraits),
        (names, fields, answers) => {
          const prices = sheetOf(Object.fromEntries(names.map((name) => [name, '1'])));
          const tiers = new PictureTiers(fields, null);
          const held = attempt(() => tiers.possibleIn(prices));
          if (held === undefined) return;
          sold += 1;
          for (const name of held) if (name !== null) expect(names).toContain(name);
          for (const traits of answers) expect(held).toContain(tiers.billedIn(prices, traits));
        },
      ),
      { numRuns: 1_000 },
    );
    expect(sold).toBeGreaterThan(100);
  });
});

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
