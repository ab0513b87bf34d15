import type { JsonObject } from '@tokenbay/providers';
import { refuseUnread } from './refuse-unread.js';

describe('a field of pictures that nobody reads', () => {
  it.each<[fields: JsonObject, param: string]>([
    [{ num_images: 4 }, 'num_images'],
    [{ 'batch.size': 4 }, 'batch.size'],
    [{ N: 4 }, 'N'],
    [{ 'n ': '4' }, 'n '],
    [{ '\uFF4E': 4 }, '\uFF4E'],
    [{ model: 'cheap', Model: 'dear' }, 'Model'],
    [{ Service_Tier: 'priority' }, 'Service_Tier'],
    [{ outputFormat: 'gif' }, 'outputFormat'],
    [{ extra_body: { a: 1 } }, 'extra_body'],
    [{ image_config: { image_size: '4K' } }, 'image_config.image_size'],
    [{ parameters: { n: 4 } }, 'parameters.n'],
    [{ config: { x: [{ numberOfImages: 4 }] } }, 'config.x.numberOfImages'],
    [{ input: { model: 'dear' } }, 'input.model'],
    [{ output_format: 'svg' }, 'output_format'],
    [{ config: Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`a${index}`, 1])) }, 'config'],
    [{ [`${' '.repeat(70)}size`]: '4K' }, `${' '.repeat(70)}size`],
  ])('is refused: %#', (fields, param) => {
    expect(() => refuseUnread(fields)).toThrow(
      expect.objectContaining({ code: 'invalid_request', options: expect.objectContaining({ param }) }),
    );
  });

  it('passes where it says nothing of the price', () => {
    const images = [{ image_url: 'https://pictures.example/a.png' }];
    const controls = { colors: [{ rgb: [1, 2, 3] }] };
    const fields = {
      model: 'm',
      n: 2,
      prompt: 'x',
      size: '1024x1024',
      stream: false,
      images,
      controls,
      seed: 7,
      N: null,
    };
    expect(() => refuseUnread(fields)).not.toThrow();
  });
});
