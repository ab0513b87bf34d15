import { readMultipartBody } from '../relay/multipart/read-multipart-body.js';
import { encodeRequest } from './encode-request.js';

describe('a request to a provider', () => {
  it('is JSON', () => {
    expect(encodeRequest({ kind: 'json', json: { prompt: 'Grüße' } })).toEqual({
      contentType: 'application/json',
      body: '{"prompt":"Grüße"}',
    });
  });

  it('is a form that is read back as it was written, whatever is in it', async () => {
    const bytes = Buffer.from('\r\n--form-\r\nContent-Disposition: form-data; name="x"\r\n\r\n');
    const { contentType, body } = encodeRequest({
      kind: 'multipart',
      parts: [
        { name: 'prompt', value: 'Ein "Bild"\r\n--form-' },
        { name: 'image', fileName: 'a"\r\nX-Evil: 1.png', mediaType: 'image/png\r\nX-Evil: 1', bytes },
      ],
    });
    const form = await readMultipartBody(Buffer.from(body), contentType);
    expect(form.fields).toEqual({ prompt: 'Ein "Bild"\r\n--form-' });
    expect(form.files).toHaveLength(1);
    expect(form.files[0]!.bytes.equals(bytes)).toBe(true);
  });
});
