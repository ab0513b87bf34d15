import { createHash } from 'node:crypto';
import { costInPasses } from '@tokenbay/testing';
import fc from 'fast-check';
import { DomainError } from '@tokenbay/errors';
import { FormFile, type MultipartForm } from './multipart-form.js';
import { readMultipartBody } from './read-multipart-body.js';

const BOUNDARY = 'form-boundary-0123456789';
const CONTENT_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

const field = (name: string, value: string) =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const file = (name: string, fileName: string, content: string, type = 'audio/mpeg') =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"; filename="${fileName}"\r\nContent-Type: ${type}\r\n\r\n${content}\r\n`;
const end = `--${BOUNDARY}--\r\n`;

const read = (text: string | Buffer, contentType = CONTENT_TYPE) => readMultipartBody(Buffer.from(text), contentType);

async function encoded(form: FormData): Promise<MultipartForm> {
  const response = new Response(form);
  return readMultipartBody(Buffer.from(await response.arrayBuffer()), response.headers.get('content-type')!);
}

async function refusalOf(reading: Promise<unknown>): Promise<unknown> {
  const error: unknown = await reading.catch((thrown: unknown) => thrown);
  return error instanceof DomainError ? error.code : error;
}

describe('a form', () => {
  it('is read as its client wrote it: fields and files in order, names, types, bytes and digests', async () => {
    const form = await read(
      field('prompt', 'Grüße\r\nzwei') +
        file('image[]', 'ä b.png', 'PNG', 'Image/PNG; x=1') +
        field('model', 'm') +
        end,
    );
    expect(form.fields).toEqual({ prompt: 'Grüße\r\nzwei', model: 'm' });
    expect(form.parts.map(({ name }) => name)).toEqual(['prompt', 'image[]', 'model']);
    const [image] = form.filesOf('image');
    expect(image).toMatchObject({ fileName: 'ä b.png', mediaType: 'image/png', field: 'image' });
    expect(image?.bytes.toString()).toBe('PNG');
    expect(image?.sha256).toBe(createHash('sha256').update('PNG').digest('hex'));
  });

  it('is read from what the platform itself writes, whatever bytes are in it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), fc.string(), async (bytes, text) => {
        const form = new FormData();
        form.append('file', new File([bytes], 'a.bin', { type: 'audio/wav' }));
        form.append('text', text);
        const parsed = await encoded(form);
        // A form has its lines end in CR LF.
        expect(parsed.fields).toEqual({ text: text.replace(/\r\n?|\n/g, '\r\n') });
        expect(parsed.files[0]!.bytes.equals(bytes)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps a file of megabytes whole', async () => {
    const bytes = Buffer.alloc(3_000_000, '\r\n--form-boundary-');
    const form = new FormData();
    form.append('file', new Blob([bytes]), 'big');
    expect((await encoded(form)).files[0]!.bytes.equals(bytes)).toBe(true);
  });

  it('may hold an empty file and an empty field', async () => {
    const form = await read(file('file', 'none.wav', '') + field('prompt', '') + end);
    expect([form.files[0]!.bytes.length, form.fields]).toEqual([0, { prompt: '' }]);
  });

  it('takes anything with a file name for a file, and nothing of its folders', async () => {
    const form = await read(file('file', '../../etc/passwd', 'x') + end);
    expect(form.files[0]).toBeInstanceOf(FormFile);
    expect(form.files[0]!.fileName).toBe('passwd');
  });

  it('is refused wherever it breaks off', async () => {
    const whole = Buffer.from(field('model', 'm') + file('file', 'a.mp3', 'sound') + end);
    for (let length = 0; length < whole.length - '\r\n'.length; length += 1)
      expect([length, await refusalOf(read(whole.subarray(0, length)))]).toEqual([length, 'invalid_request']);
    expect((await read(whole.subarray(0, -2))).fields).toEqual({ model: 'm' });
  });

  it.each<[what: string, text: string, contentType: string]>(
    (
      [
        ['names no boundary', field('a', 'b') + end, 'multipart/form-data'],
        ['names an empty boundary', field('a', 'b') + end, 'multipart/form-data; boundary=""'],
        ['has another boundary than it says', field('a', 'b') + end, 'multipart/form-data; boundary=other'],
        ['is no form', '{"model":"m"}'],
        ['holds no part', end],
        ['holds a part without a disposition', `--${BOUNDARY}\r\nContent-Type: text/plain\r\n\r\nx\r\n${end}`],
        ['holds a part that is an attachment', `--${BOUNDARY}\r\nContent-Disposition: attachment\r\n\r\nx\r\n${end}`],
        ['holds a part without a name', `--${BOUNDARY}\r\nContent-Disposition: form-data\r\n\r\nx\r\n${end}`],
        ['holds an empty name', field('', 'x') + end],
        ['holds a very long name', field('n'.repeat(201), 'x') + end],
        ['holds __proto__', field('metadata[__proto__][a]', 'x') + end],
        ['holds a name with an open bracket', field('a[b', 'x') + end],
        ['is nested very deep', field(`a${'[b]'.repeat(9)}`, 'x') + end],
        ['contradicts itself', field('a', 'x') + field('a[b]', 'y') + end],
        ['has too many fields', field('a', 'x').repeat(257) + end],
        ['has too many files', file('a', 'b', 'x').repeat(65) + end],
        ['has very long headers', file('a', 'b', 'x', `text/${'x'.repeat(20_000)}`) + end],
      ] as [string, string, string?][]
    ).map(([what, text, contentType = CONTENT_TYPE]) => [what, text, contentType]),
  )('is refused when it %s', async (_, text, contentType) => {
    expect(await refusalOf(read(text, contentType))).toBe('invalid_request');
  });

  it.each(['--b\r\n', '--b\r\n\r\n', '--b\r\nx:y\r\n\r\n'])(
    'is refused at once where it is 32 MB of parts (%j)',
    async (part) => {
      const bytes = Buffer.alloc(32_000_000, part);
      const refused = async () =>
        expect(await refusalOf(readMultipartBody(bytes, 'multipart/form-data; boundary=b'))).toBe('invalid_request');
      // Of looking at each byte; what looks at some again for each of them would take millions.
      expect(await costInPasses(bytes, refused)).toBeLessThan(100);
    },
  );

  it('is read or refused, and never hangs, whatever it holds', async () => {
    const piece = fc.constantFrom(
      '--',
      BOUNDARY,
      '\r\n',
      '\n',
      '\r',
      field('a', 'b'),
      file('f', 'n', 'x'),
      end,
      '"',
      '\0',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const outcome = await read(pieces.join('')).then(
          (form) => form.parts.length > 0,
          (error: unknown) => error instanceof DomainError && error.code === 'invalid_request',
        );
        expect(outcome).toBe(true);
      }),
      { numRuns: 400 },
    );
  }, 30_000);
});

describe('the names of a form', () => {
  it.each<[what: string, names: [string, string][], fields: object]>([
    [
      'brackets make a list',
      [
        ['a[]', '1'],
        ['a[]', '2'],
      ],
      { a: ['1', '2'] },
    ],
    [
      'a name that comes twice makes a list',
      [
        ['a', '1'],
        ['a', '2'],
        ['a', '3'],
      ],
      { a: ['1', '2', '3'] },
    ],
    [
      'a word in brackets makes an object',
      [
        ['metadata[ratio]', '16:9'],
        ['metadata[a][b]', 'c'],
      ],
      { metadata: { ratio: '16:9', a: { b: 'c' } } },
    ],
    [
      'objects in a list begin anew where a key comes again',
      [
        ['a[][b]', '1'],
        ['a[][c]', '2'],
        ['a[][b]', '3'],
      ],
      { a: [{ b: '1', c: '2' }, { b: '3' }] },
    ],
    [
      'names that objects have by nature are names',
      [
        ['constructor', 'x'],
        ['toString[a]', 'y'],
      ],
      { constructor: 'x', toString: { a: 'y' } },
    ],
  ])('%s', async (_, names, fields) => {
    const form = await read(names.map(([name, value]) => field(name, value)).join('') + end);
    expect(JSON.parse(JSON.stringify(form.fields))).toEqual(fields);
  });
});
