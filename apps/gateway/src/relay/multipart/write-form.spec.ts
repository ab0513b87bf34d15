import { FormFile, MultipartForm } from './multipart-form.js';
import { readMultipartBody } from './read-multipart-body.js';
import { writeForm } from './write-form.js';

const file = new FormFile({
  name: 'image[]',
  fileName: 'ü "b".png',
  mediaType: 'image/png',
  bytes: Buffer.from([0, 13, 10, 255]),
});

describe('a form that goes upstream', () => {
  it('is what came, in its order, but for the fields that are given anew', async () => {
    const form = new MultipartForm([
      { name: 'prompt', value: 'Grüße' },
      file,
      { name: 'model', value: 'public' },
      { name: 'n', value: '2' },
    ]);
    const { body, contentType } = writeForm(form, { model: 'upstream/name' });
    const read = await readMultipartBody(body, contentType);
    expect(read.parts.map(({ name }) => name)).toEqual(['prompt', 'image[]', 'model', 'n']);
    expect(read.fields).toEqual({ prompt: 'Grüße', model: 'upstream/name', n: '2' });
    expect(read.files[0]).toMatchObject({ fileName: 'ü %22b%22.png', mediaType: 'image/png', sha256: file.sha256 });
  });

  it('names its boundary in the content-type, another for every form', () => {
    const form = new MultipartForm([file]);
    const [one, two] = [writeForm(form, {}), writeForm(form, {})];
    expect(one.contentType).not.toBe(two.contentType);
    expect(one.body.includes(one.contentType.split('boundary=')[1]!)).toBe(true);
  });

  it('names every file, since without a name some take it for a value', () => {
    const nameless = new FormFile({ name: 'image[]', fileName: '', mediaType: 'image/png', bytes: Buffer.from('1') });
    const text = writeForm(new MultipartForm([nameless]), {}).body.toString();
    expect(text).toContain('name="image[]"; filename="image"\r\n');
  });

  it('cannot be given another part by a name', async () => {
    const name = 'x"\r\n\r\ninjected';
    const { body, contentType } = writeForm(new MultipartForm([file, { name, value: 'v' }]), {});
    expect(Object.values((await readMultipartBody(body, contentType)).fields)).toEqual(['v']);
  });

  it('cannot be given another field by a name that hides its closing quote', () => {
    const sly = { name: 'image[\\', fileName: '; name=n; x=', mediaType: 'image/png', bytes: Buffer.from('10') };
    const text = writeForm(new MultipartForm([new FormFile(sly)]), {}).body.toString();
    expect(text).toContain('name="image[%5C"; filename="; name=n; x="\r\n');
  });
});
