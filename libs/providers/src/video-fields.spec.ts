import { DroppedFields, type VideoCall } from '@tokenbay/protocol';
import { encodeBase64 } from './encode-base64.js';
import { needPrompt, readParameters, refuseFields } from './video-fields.js';

const RULES = {
  known: { watermark: 'flag', seed: 'integer', camera: 'text', shot_type: ['single', 'multi'] },
  priced: { service_tier: 'default', sampleCount: '1' },
} as const;

function callOf(fields: Partial<VideoCall>): VideoCall {
  return { referenceImages: [], metadata: {}, spelling: {}, ...fields };
}

describe("a provider's own parameters", () => {
  const read = (metadata: Record<string, unknown>, dropped = new DroppedFields()) =>
    readParameters(callOf({ metadata }), RULES, dropped);

  it('come typed, whether a form or JSON brought them', () => {
    expect(read({ watermark: 'false', seed: '7', camera: 'left', shot_type: 'multi' })).toEqual({
      ...{ watermark: false, seed: 7, camera: 'left', shot_type: 'multi' },
    });
    expect(read({ watermark: true, seed: -1, camera: null })).toEqual({ watermark: true, seed: -1 });
  });

  it.each([
    ['watermark', 'yes', 'must be true or false'],
    ['watermark', 1, 'must be true or false'],
    ['seed', '7.5', 'must be a whole number'],
    ['seed', ' ', 'must be a whole number'],
    ['seed', {}, 'must be a whole number'],
    ['camera', 7, 'must be a text'],
    ['camera', 'x'.repeat(2_001), 'must be a text'],
    ['shot_type', 'three', 'must be one of single, multi'],
    ['service_tier', 'flex', 'is not offered but as default'],
    ['sampleCount', 4, 'is not offered but as 1'],
  ])('%s = %j is refused by name', (name, value, sentence) => {
    expect(() => read({ [name]: value })).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        options: expect.objectContaining({ param: `metadata.${name}`, message: expect.stringContaining(sentence) }),
      }),
    );
  });

  it('that it does not know are dropped by name, and what costs nothing more is not sent', () => {
    const dropped = new DroppedFields();
    expect(read({ callback_url: 'https://example.com/x', toString: 'x', service_tier: 'default' }, dropped)).toEqual(
      {},
    );
    expect(dropped.list).toEqual(['metadata.callback_url', 'metadata.toString']);
  });
});

describe('fields of a video call', () => {
  it("that a provider has no place for are refused in the client's spelling", () => {
    const call = callOf({ negativePrompt: 'rain', spelling: { negativePrompt: 'negativePrompt' } });
    expect(() => refuseFields(call, new DroppedFields(), ['lastFrame', 'referenceImages', 'negativePrompt'])).toThrow(
      expect.objectContaining({
        code: 'conversion_not_implemented',
        options: expect.objectContaining({ param: 'negativePrompt' }),
      }),
    );
    expect(refuseFields(callOf({}), new DroppedFields(), ['lastFrame', 'referenceImages'])).toBeUndefined();
  });

  it('need a prompt, unless a picture says what is to be seen', () => {
    const firstFrame = { kind: 'url', url: 'https://example.com/a.png' } as const;
    expect(() => needPrompt(callOf({ firstFrame }), ['referenceImages'])).toThrow('prompt');
    expect(needPrompt(callOf({ firstFrame }), ['firstFrame'])).toBeUndefined();
  });
});

describe('bytes in base64', () => {
  it.each([0, 1, 2, 3, 24_575, 24_576, 24_577, 100_001])('%d of them are as Node writes them', (length) => {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 31) % 256);
    expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
  });
});
