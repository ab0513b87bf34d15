import { randomBytes } from 'node:crypto';
import type { VideoFormPart, VideoRequestBody } from '@tokenbay/providers';

const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+$/;

/** A body as it travels. */
export interface EncodedRequest {
  readonly contentType: string;
  readonly body: string | Buffer;
}

/** JSON, or `multipart/form-data` as browsers write it. */
export function encodeRequest(body: VideoRequestBody): EncodedRequest {
  if (body.kind === 'json') return { contentType: 'application/json', body: JSON.stringify(body.json) };
  const boundary = `form-${randomBytes(18).toString('hex')}`;
  const pieces = body.parts.flatMap((part) => [
    Buffer.from(headOf(part, boundary)),
    contentOf(part),
    Buffer.from('\r\n'),
  ]);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

function headOf(part: VideoFormPart, boundary: string): string {
  const name = `--${boundary}\r\nContent-Disposition: form-data; name="${escape(part.name)}"`;
  if ('value' in part) return `${name}\r\n\r\n`;
  return `${name}; filename="${escape(part.fileName)}"\r\nContent-Type: ${MEDIA_TYPE.test(part.mediaType) ? part.mediaType : 'application/octet-stream'}\r\n\r\n`;
}

function contentOf(part: VideoFormPart): Uint8Array {
  return 'value' in part ? Buffer.from(part.value) : part.bytes;
}

/** As the HTML standard has it: nothing in a name ends the name or the line. */
function escape(name: string): string {
  return name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
}
