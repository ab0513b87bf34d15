import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { DomainError } from '@tokenbay/errors';
import { FormFile, MultipartForm } from './multipart-form.js';
import type { FormField } from './nest-fields.js';

const FIELDS_MAX = 256;
const FILES_MAX = 64;
const PARTS_MAX = FIELDS_MAX + FILES_MAX;
const NAME_CHARACTERS_MAX = 200;
const FILE_NAME_CHARACTERS_MAX = 255;
const HEADER_BYTES_MAX = 8_192;
const HEADERS_MAX = 16;
const MEDIA_TYPE = /^[\w!#$&^.+-]{1,63}\/[\w!#$&^.+-]{1,127}$/;
/** Parsed at a stretch; between two of them other requests have their turn. */
const SLICE_BYTES = 262_144;
const PARSE_MS_MAX = 10_000;
/** RFC 2046 allows 70 characters; some clients write more. */
const BOUNDARY = /;\s*boundary=(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))/i;

/**
 * Parses a body of `multipart/form-data` that was read whole, within its bounds: 256 fields, 64 files, names of 200 characters. Rejects with
 * `invalid_request` where it is malformed, breaks off, passes a bound, or holds a part that is no field: nothing is left out silently.
 */
export async function readMultipartBody(bytes: Buffer, contentType: string): Promise<MultipartForm> {
  const boundary = BOUNDARY.exec(contentType);
  const name = boundary?.[1] ?? boundary?.[2];
  if (name === undefined) throw invalid('The content-type of the form names no boundary.');
  if (bytes.length === 0) throw invalid('The body is empty; a form is expected.');
  const count = countParts(bytes, name);
  if (count > PARTS_MAX) throw invalid(`The form has more than ${FIELDS_MAX} fields or ${FILES_MAX} files.`);
  const parts = await new FormParser(bytes, name).parse();
  if (parts.length === 0) throw invalid('The form is empty.');
  if (parts.length !== count) throw invalid('The form holds a part that is no field of a form.');
  return new MultipartForm(parts);
}

/** One form on its way through the parser. */
class FormParser {
  /** What makes each part, in the order in which they came; files are complete only at the end. */
  private readonly makers: (() => FormField | FormFile)[] = [];
  private readonly parser: BusboyInstance;
  private reject!: (error: DomainError) => void;

  constructor(
    private readonly bytes: Buffer,
    boundary: string,
  ) {
    const bounds = { fields: FIELDS_MAX, files: FILES_MAX, headerPairs: HEADERS_MAX, headerSize: HEADER_BYTES_MAX };
    this.parser = new Busboy({
      headers: { 'content-type': `multipart/form-data; boundary="${boundary}"` },
      limits: { ...bounds, fieldSize: bytes.length + 1 },
    });
  }

  parse(): Promise<(FormField | FormFile)[]> {
    const { parser } = this;
    parser.on('error', () => this.reject(invalid('The form is malformed, or breaks off.')));
    parser.on('fieldsLimit', () => this.reject(invalid(`The form has more than ${FIELDS_MAX} fields.`)));
    parser.on('filesLimit', () => this.reject(invalid(`The form has more than ${FILES_MAX} files.`)));
    parser.on('field', (name, value) => this.add(name, () => ({ name, value })));
    parser.on('file', (name, stream, ...[fileName, , mediaType]) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', () => this.reject(invalid('The form breaks off.')));
      if (!MEDIA_TYPE.test(mediaType)) this.reject(invalid('The form has a file whose content-type is none.'));
      this.add(name, () => new FormFile({ name, fileName: shorten(fileName), mediaType, bytes: joined(chunks) }));
    });
    return new Promise((resolve, reject) => {
      const stuck = setTimeout(() => this.reject(invalid('The form is malformed.')), PARSE_MS_MAX);
      this.reject = (error) => {
        clearTimeout(stuck);
        reject(error);
      };
      parser.on('finish', () => {
        clearTimeout(stuck);
        resolve(this.makers.map((make) => make()));
      });
      this.feed(0);
    });
  }

  private feed(at: number): void {
    if (at >= this.bytes.length) return void this.parser.end();
    this.parser.write(this.bytes.subarray(at, at + SLICE_BYTES), () => setImmediate(() => this.feed(at + SLICE_BYTES)));
  }

  /** The parser gives no name at all where the part has none, whatever its types say. */
  private add(name: string | undefined, make: () => FormField | FormFile): void {
    if (name === undefined || name === '' || name.length > NAME_CHARACTERS_MAX)
      return this.reject(invalid('The form has a field without a name, or with a very long one.'));
    this.makers.push(make);
  }
}

/** The end of a long name says what kind of file it is. */
function shorten(fileName: string | undefined): string {
  return (fileName ?? '').slice(-FILE_NAME_CHARACTERS_MAX);
}

function joined(chunks: readonly Buffer[]): Buffer {
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

/** How many delimiters begin a part; not all are counted where there are too many. Each costs the parser far more than a byte. */
function countParts(bytes: Buffer, boundary: string): number {
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  let count = bytes.subarray(0, delimiter.length - 2).equals(delimiter.subarray(2)) ? 1 : 0;
  for (
    let at = bytes.indexOf(delimiter);
    at !== -1 && count <= PARTS_MAX + 1;
    at = bytes.indexOf(delimiter, at + delimiter.length)
  )
    count += 1;
  return count - 1;
}

function invalid(message: string): DomainError {
  return new DomainError('invalid_request', 'form', { message });
}
