import type { FastifyRequest } from 'fastify';
import { FormFile, MultipartForm } from '../../relay/multipart/multipart-form.js';
import { readVideoCall, readVideoTask } from './request.js';

const PNG = Buffer.from('89504e470d0a1a0a00', 'hex');
const DATA_URL = `data:image/png;base64,${PNG.toString('base64')}`;
const file = (name: string, mediaType = 'image/png', bytes = PNG) =>
  new FormFile({ name, fileName: 'a.png', mediaType, bytes });

const readFields = (fields: Record<string, unknown>, files: readonly FormFile[] = []) =>
  readVideoCall({ fields, files });
const request = (body: unknown, headers: Record<string, string> = {}) =>
  ({ body, headers }) as unknown as FastifyRequest;
const task = (body: unknown, headers: Record<string, string> = {}) => readVideoTask(request(body, headers));

function refusalOf(fields: Record<string, unknown>, files?: readonly FormFile[]): unknown {
  try {
    return readFields(fields, files);
  } catch (error) {
    const { code, options } = error as { code: string; options: { param?: string } };
    return [code, options.param];
  }
}

describe('a video as clients ask for it', () => {
  it.each<[string, Record<string, unknown>, object]>([
    ['seconds as a text', { seconds: '8' }, { seconds: 8, spelling: { seconds: 'seconds' } }],
    ['duration as a number', { duration: 5 }, { seconds: 5, spelling: { seconds: 'duration' } }],
    ['a duration in metadata', { metadata: { duration: '5' } }, { seconds: 5, metadata: {} }],
    ['a size in pixels', { size: '1280x720' }, { size: { width: 1280, height: 720 } }],
    ['a size with a star', { size: '1280*720' }, { size: { width: 1280, height: 720 } }],
    ['a resolution', { resolution: '1080P' }, { resolution: '1080p', spelling: { resolution: 'resolution' } }],
    ['a resolution called size', { size: '720p' }, { resolution: '720p', spelling: { resolution: 'size' } }],
    ['a ratio called size', { size: '9:16' }, { aspectRatio: '9:16' }],
    ['a ratio', { aspect_ratio: 'adaptive' }, { aspectRatio: 'adaptive' }],
    ['a ratio in metadata', { metadata: { ratio: '16:9' } }, { aspectRatio: '16:9', metadata: {} }],
    ['metadata as JSON in a form', { metadata: '{"seed":7}' }, { metadata: { seed: 7 } }],
    [
      'parameters of a provider beside it',
      { watermark: false, user: 'u', model: 'm' },
      { metadata: { watermark: false } },
    ],
    ['empty fields of a form', { prompt: '', seconds: '', size: '' }, { metadata: {}, spelling: {} }],
    ['what is said twice alike', { seconds: '8', duration: 8 }, { seconds: 8 }],
    [
      'a URL of a picture',
      { image: 'https://example.com/a.png' },
      { firstFrame: { kind: 'url', url: 'https://example.com/a.png' } },
    ],
    [
      'a picture in the body',
      { input_reference: DATA_URL },
      { firstFrame: { kind: 'bytes', mediaType: 'image/png', bytes: PNG } },
    ],
    ['a picture as an object', { input_reference: { image_url: DATA_URL } }, { firstFrame: { kind: 'bytes' } }],
    ['one of images', { images: ['https://example.com/a'] }, { firstFrame: { kind: 'url' }, referenceImages: [] }],
    [
      'several images',
      { images: ['https://a.com', 'https://b.com'] },
      { referenceImages: [{ url: 'https://a.com' }, { url: 'https://b.com' }] },
    ],
    [
      'a picture and more of them',
      { image: 'https://a.com', images: ['https://b.com'] },
      { firstFrame: { url: 'https://a.com' }, referenceImages: [{ url: 'https://b.com' }] },
    ],
    ['the last picture', { last_frame_image: DATA_URL }, { lastFrame: { kind: 'bytes' } }],
  ])('is understood with %s', (_, fields, expected) => {
    expect(readFields(fields)).toMatchObject(expected);
  });

  it('is understood with files, whose type is told by their bytes where nobody says it', () => {
    const call = readFields({}, [file('input_reference', 'application/octet-stream'), file('reference_images[]')]);
    expect(call).toMatchObject({
      firstFrame: { kind: 'bytes', mediaType: 'image/png', bytes: PNG },
      referenceImages: [{ kind: 'bytes', mediaType: 'image/png' }],
      spelling: { firstFrame: 'input_reference', referenceImages: 'reference_images' },
    });
  });

  it('keeps nothing in metadata that has a field of its own, under whichever name', () => {
    const metadata = {
      duration: 5,
      ratio: '16:9',
      resolution: '720p',
      image: DATA_URL,
      negative_prompt: 'rain',
      seed: 1,
    };
    expect(readFields({ metadata }).metadata).toEqual({ seed: 1 });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['half a second', { seconds: 0.5 }, 'seconds'],
    ['no number', { duration: 'long' }, 'duration'],
    ['none', { seconds: 0 }, 'seconds'],
    ['an hour and more', { seconds: 3_601 }, 'seconds'],
    ['a size that is none', { size: 'large' }, 'size'],
    ['a size that is no text', { size: { w: 1 } }, 'size'],
    ['two lengths', { seconds: 4, duration: 8 }, 'duration'],
    ['two sizes', { size: '1280x720', resolution: '1920x1080' }, 'size'],
    ['two ratios', { aspect_ratio: '16:9', metadata: { ratio: '9:16' } }, 'metadata.ratio'],
    ['a prompt that is no text', { prompt: ['a'] }, 'prompt'],
    ['metadata that is a text', { metadata: 'seed' }, 'metadata'],
    ['a file that is no URL', { image: '/etc/passwd' }, 'image'],
    ['a page for a picture', { image: 'data:text/html;base64,PGI+' }, 'image'],
    ['an empty picture', { image: 'data:image/png;base64,' }, 'image'],
    ['two last pictures', { last_frame_image: [DATA_URL, DATA_URL] }, 'last_frame_image'],
  ])('is refused with %s, by name', (_, fields, param) => {
    expect(refusalOf(fields)).toEqual(['invalid_request', param]);
  });

  it('is refused with files that are no pictures, empty, or that nobody looks for', () => {
    expect(refusalOf({}, [file('input_reference', 'text/plain', Buffer.from('hello'))])).toEqual([
      'invalid_request',
      'input_reference',
    ]);
    expect(refusalOf({}, [file('image', 'image/png', Buffer.alloc(0))])).toEqual(['invalid_request', 'image']);
    expect(refusalOf({}, [file('mask')])).toEqual(['invalid_request', 'mask']);
  });

  it('cannot name a file that is stored at an upstream', () => {
    expect(refusalOf({ input_reference: { file_id: 'file-fake' } })).toEqual(['not_implemented', 'input_reference']);
  });
});

describe('what makes a submission the same as another', () => {
  const digest = (body: unknown) => task(body).requestDigest.toString('hex');
  const form = (fields: Record<string, string>, ...files: FormFile[]) =>
    new MultipartForm([...Object.entries(fields).map(([name, value]) => ({ name, value })), ...files]);

  it('is what it says, not how: JSON or form, and in whichever order', () => {
    const json = digest({ model: 'm', prompt: 'A cat', seconds: 8, metadata: { ratio: '16:9' }, size: null });
    expect(digest({ size: null, metadata: { ratio: '16:9' }, seconds: '8', prompt: 'A cat', model: 'm' })).toBe(json);
    expect(digest(form({ model: 'm', prompt: 'A cat', seconds: '8', 'metadata[ratio]': '16:9' }))).toBe(json);
  });

  it('is every field and every byte of its files', () => {
    const first = digest(form({ model: 'm', prompt: 'A cat' }, file('input_reference')));
    const others = [
      form({ model: 'm', prompt: 'A cat' }),
      form({ model: 'm', prompt: 'A dog' }, file('input_reference')),
      form({ model: 'm', prompt: 'A cat' }, file('image')),
      form({ model: 'm', prompt: 'A cat' }, file('input_reference', 'image/png', Buffer.concat([PNG, PNG]))),
      form({ model: 'm', prompt: 'A cat', seed: '1' }, file('input_reference')),
    ].map(digest);
    expect(new Set([first, ...others]).size).toBe(6);
    expect(digest(form({ model: 'm', prompt: 'A cat' }, file('input_reference')))).toBe(first);
  });

  it('is known by its key, or by a library that says it repeats', () => {
    const body = { model: 'm', prompt: 'A cat' };
    expect(task(body)).toMatchObject({ idempotencyKey: null, isRepeated: false });
    expect(task(body, { 'x-stainless-retry-count': '0' }).isRepeated).toBe(false);
    expect(task(body, { 'x-stainless-retry-count': '1' }).isRepeated).toBe(true);
    expect(task(body, { 'x-stainless-retry-count': '1', 'idempotency-key': 'order-1' })).toMatchObject({
      idempotencyKey: 'order-1',
      isRepeated: false,
    });
    expect(() => task(body, { 'idempotency-key': 'x'.repeat(256) })).toThrow('invalid_request');
  });

  it('needs a model, and is one video', () => {
    expect(() => task({ prompt: 'A cat' })).toThrow('invalid_request');
    expect(() => task({ model: 'm', n: 2 })).toThrow('invalid_request');
    expect(task({ model: 'm', n: 1 }).model).toBe('m');
  });
});
