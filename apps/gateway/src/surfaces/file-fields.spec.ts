import { DomainError } from '@tokenbay/errors';
import { FormFile, MultipartForm } from '../relay/multipart/multipart-form.js';
import { readMultipartBody } from '../relay/multipart/read-multipart-body.js';
import { readTranscriptionCall, readTranslationCall } from './openai-audio/transcript-request.js';
import { readEditCall } from './openai-images/edit-request.js';

type Part = MultipartForm['parts'][number];

const field = (name: string, value: string): Part => ({ name, value });
const file = (name: string, content = 'bytes'): Part =>
  new FormFile({ name, fileName: 'a.bin', mediaType: 'application/octet-stream', bytes: Buffer.from(content) });

const edit = (form: MultipartForm): unknown => readEditCall({ fields: form.fields, files: form.files, form }, 1_000);
const transcribe = (form: MultipartForm): unknown => readTranscriptionCall(form, 1_000);
const translate = (form: MultipartForm): unknown => readTranslationCall(form, 1_000);

const EDIT = [field('model', 'm'), field('prompt', 'p'), file('image')];
const RECORDING = [field('model', 'm'), file('file')];

function refusalOf(read: () => unknown): unknown {
  try {
    return { accepted: read() };
  } catch (error) {
    return error instanceof DomainError ? [error.code, error.options.param] : error;
  }
}

describe('a file in a form', () => {
  it.each<[what: string, read: (form: MultipartForm) => unknown, parts: Part[], name: string]>([
    ['of a picture', edit, EDIT, 'n'],
    ['of a picture', edit, EDIT, 'quality'],
    ['of a picture', edit, EDIT, 'service_tier'],
    ['of a picture', edit, EDIT, 'file'],
    ['of a recording', transcribe, RECORDING, 'service_tier'],
    ['of a recording', transcribe, RECORDING, 'stream'],
    ['of a recording', translate, RECORDING, 'prompt'],
  ])('%s is refused where its field takes none (%p, %p)', (_, read, parts, name) => {
    expect(refusalOf(() => read(new MultipartForm([...parts, file(name, '10')])))).toEqual(['invalid_request', name]);
  });

  it.each<[what: string, read: (form: MultipartForm) => unknown, parts: Part[]]>([
    ['pictures', edit, [...EDIT, file('image[]'), file('mask'), file('markup')]],
    ['a recording', transcribe, RECORDING],
  ])('is taken where it is %s', (_, read, parts) => {
    expect(read(new MultipartForm(parts))).toMatchObject({ model: 'm' });
  });

  it('is what names itself bytes, without any file name', async () => {
    const part = (head: string, value: string): string =>
      `--b\r\nContent-Disposition: form-data; ${head}\r\n\r\n${value}\r\n`;
    const octets = '\r\nContent-Type: application/octet-stream';
    const body = `${part('name="prompt"', 'p')}${part('name="model"', 'm')}${part('name="image"; filename="a.png"', 'x')}`;
    const text = `${body}${part(`name="n"${octets}`, '10')}--b--\r\n`;
    const form = await readMultipartBody(Buffer.from(text), 'multipart/form-data; boundary=b');
    expect(refusalOf(() => edit(form))).toEqual(['invalid_request', 'n']);
  });
});

describe('a recording that is kept elsewhere', () => {
  it.each<[what: string, read: (form: MultipartForm) => unknown, name: string, param: string]>([
    ['an address', transcribe, 'url', 'url'],
    ['an address in a list', transcribe, 'url[]', 'url'],
    ['an address in place of a file', transcribe, 'file', 'file'],
    ['an address, to be translated', translate, 'url', 'url'],
    ['an address of a file', transcribe, 'file_url', 'file_url'],
    ['a stored file', transcribe, 'file_id', 'file_id'],
  ])('is refused beside one that is here: %s', (_, read, name, param) => {
    const form = new MultipartForm([...RECORDING, field(name, 'https://recordings.example/ten-hours.mp3')]);
    expect(refusalOf(() => read(form))).toEqual(['invalid_request', param]);
  });
});
