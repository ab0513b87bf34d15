import { randomUUID } from 'node:crypto';
import { FormFile, type MultipartForm } from './multipart-form.js';

/** A form as it goes upstream. */
export interface WrittenForm {
  readonly contentType: string;
  readonly body: Buffer;
}

/**
 * Writes a form anew, its parts in their order, with other values for the fields that are named: each of them stands once, in the place of its
 * first. A file without a name is named like its field.
 */
export function writeForm({ parts }: MultipartForm, values: Readonly<Record<string, string>>): WrittenForm {
  const boundary = `----tokenbay-${randomUUID()}`;
  const written = new Set<string>();
  const chunks: (Buffer | string)[] = [];
  for (const part of parts) {
    const { name } = part;
    const value = Object.hasOwn(values, name) ? values[name]! : undefined;
    if (value !== undefined && written.has(name)) continue;
    written.add(name);
    chunks.push(`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"`);
    if (part instanceof FormFile && value === undefined) {
      const { fileName, field, mediaType, bytes } = part;
      // With an empty name a file is a value for some who read forms.
      chunks.push(`; filename="${quoted(fileName || field)}"\r\nContent-Type: ${mediaType}\r\n\r\n`, bytes, '\r\n');
    } else chunks.push(`\r\n\r\n${value ?? (part as { value: string }).value}\r\n`);
  }
  chunks.push(`--${boundary}--\r\n`);
  const body = Buffer.concat(chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk)));
  return { contentType: `multipart/form-data; boundary=${boundary}`, body };
}

/**
 * As browsers write names: what would end them or their line is percent-encoded. So is a backslash: before the closing quote it lets some
 * readers go on into the next parameter, and find a name there that nobody read here.
 */
function quoted(name: string): string {
  return name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22').replaceAll('\\', '%5C');
}
