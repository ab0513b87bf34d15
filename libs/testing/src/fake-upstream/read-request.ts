import { createHash } from 'node:crypto';
import type { Exchange, ReceivedFile } from './exchange.js';
import type { ProviderError } from './protocol.js';

const badRequest: ProviderError = { status: 400, message: '', type: 'invalid_request_error', code: null };

/** Puts the parsed body into the exchange, JSON or a form, or says what providers say when it cannot be parsed. */
export function read(exchange: Exchange, body: Buffer): ProviderError | null {
  if (exchange.entry.method !== 'POST') return null;
  const type = exchange.request.headers['content-type'] ?? '';
  if (type === '' && body.length === 0) return null;
  if (type.startsWith('multipart/form-data')) return readForm(exchange, body, type);
  const text = body.toString('utf8');
  exchange.entry.body = text;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new TypeError('not an object');
    exchange.body = parsed as Record<string, unknown>;
    exchange.entry.body = parsed;
  } catch {
    return { ...badRequest, message: 'We could not parse the JSON body of your request.' };
  }
  return type.startsWith('application/json')
    ? null
    : { ...badRequest, message: `Unsupported content type: '${type}'.` };
}

/** Read here by itself, so that gateway and fake do not agree by sharing a reader. The log shows files by size and digest. */
function readForm(exchange: Exchange, body: Buffer, type: string): ProviderError | null {
  const boundary = /boundary="?([^";]+)"?/.exec(type)?.[1];
  const parts = boundary === undefined ? undefined : splitForm(body, boundary);
  if (!parts) return { ...badRequest, message: 'Could not parse multipart form' };
  const fields: Record<string, unknown> = {};
  for (const { head, bytes } of parts) {
    const name = /; name="([^"]*)"/.exec(head)?.[1] ?? '';
    const fileName = /; filename="([^"]*)"/.exec(head)?.[1];
    const contentType = /^content-type: *(.*)$/im.exec(head)?.[1] ?? '';
    if (fileName === undefined) addField(fields, name, bytes.toString());
    else exchange.files.push({ name, fileName, type: contentType, bytes });
  }
  exchange.body = fields;
  exchange.entry.body = { ...fields, files: exchange.files.map(described) };
  return null;
}

/** The parts between the boundaries; undefined where the last boundary is missing. */
function splitForm(body: Buffer, boundary: string): { head: string; bytes: Buffer }[] | undefined {
  const delimiter = `\r\n--${boundary}`;
  const rest = Buffer.concat([Buffer.from('\r\n'), body]);
  const parts: { head: string; bytes: Buffer }[] = [];
  for (let at = rest.indexOf(delimiter); at !== -1;) {
    const start = at + delimiter.length;
    if (rest.subarray(start, start + 2).equals(Buffer.from('--'))) return parts;
    const headEnd = rest.indexOf('\r\n\r\n', start);
    at = rest.indexOf(delimiter, start);
    if (at === -1 || headEnd === -1 || headEnd > at) return undefined;
    parts.push({ head: rest.subarray(start, headEnd).toString(), bytes: rest.subarray(headEnd + 4, at) });
  }
  return undefined;
}

function addField(fields: Record<string, unknown>, name: string, value: string): void {
  const before = fields[name];
  if (name.endsWith('[]')) fields[name] = [...((before as string[] | undefined) ?? []), value];
  else fields[name] = before === undefined ? value : [before, value].flat();
}

function described({ name, fileName, type, bytes }: ReceivedFile): object {
  return { name, fileName, type, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
