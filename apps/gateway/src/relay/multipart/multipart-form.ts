import { createHash } from 'node:crypto';
import type { JsonObject } from '@tokenbay/providers';
import { type FormField, nestFields } from './nest-fields.js';

/** What a file of a form came with. */
interface FormFileParts {
  /** As the client wrote it: `image[]`. */
  readonly name: string;
  /** Without folders; empty where the client named none. */
  readonly fileName: string;
  /** In lower case, without parameters; `text/plain` where the client said nothing. */
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** One file of a form, whole in memory. */
export class FormFile implements FormFileParts {
  readonly name: string;
  readonly fileName: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
  private digest: string | undefined;

  constructor({ name, fileName, mediaType, bytes }: FormFileParts) {
    this.name = name;
    this.fileName = fileName;
    this.mediaType = mediaType;
    this.bytes = bytes;
  }

  /** The name without its brackets: `image[]` and `image[0]` are files of `image`. */
  get field(): string {
    return this.name.split('[', 1)[0]!;
  }

  /** SHA-256 of the bytes in hex; computed when first asked for. */
  get sha256(): string {
    return (this.digest ??= createHash('sha256').update(this.bytes).digest('hex'));
  }
}

/**
 * What came as `multipart/form-data`. On a route that takes forms it is the request's `body`; `formOf` and `fieldsOf` of the surfaces hand
 * it out. Everything is still as the client wrote it: values are strings, and nothing was left out.
 */
export class MultipartForm {
  /**
   * The text fields as JSON would hold them, but that every value is a string: `a[]` is a list, `metadata[ratio]` an object, a name that comes
   * twice a list.
   */
  readonly fields: JsonObject;

  /** Throws `invalid_request` where names contradict each other: `a` and `a[b]`. */
  constructor(
    /** Fields and files in the order in which they came. */
    readonly parts: readonly (FormField | FormFile)[],
  ) {
    this.fields = nestFields(parts.filter((part): part is FormField => !(part instanceof FormFile)));
  }

  /** Every file, in the order in which they came. */
  get files(): readonly FormFile[] {
    return this.parts.filter((part): part is FormFile => part instanceof FormFile);
  }

  /** The files of a field: those named `image`, `image[]` or `image[0]` for `image`. */
  filesOf(field: string): readonly FormFile[] {
    return this.files.filter((file) => file.field === field);
  }
}
