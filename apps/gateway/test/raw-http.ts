import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import type { HttpAnswer } from '@tokenbay/testing';

/** A request whose path is sent exactly as written: `fetch` would tidy it up. */
interface RawRequest {
  method?: string;
  path: string;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer;
}

/** Sends a request as it is written and reads the whole answer. */
export function sendRaw(baseUrl: string, { method = 'GET', path, headers, body }: RawRequest): Promise<HttpAnswer> {
  const { hostname, port } = new URL(baseUrl);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path, headers: headers ?? {}, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve(toAnswer(response.statusCode ?? 0, response.headers, Buffer.concat(chunks).toString('utf8')));
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Sends a request's head, announces a body and never sends it; answers what is answered all the same, or null after `ms`. */
export function sendHeadOnly(baseUrl: string, { path, headers }: RawRequest, ms: number): Promise<HttpAnswer | null> {
  const { hostname, port } = new URL(baseUrl);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method: 'POST', path, headers: headers ?? {}, agent: false });
    const timer = setTimeout(() => {
      resolve(null);
      outgoing.destroy();
    }, ms);
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      clearTimeout(timer);
      response.setEncoding('utf8').on('data', (text: string) => {
        resolve(toAnswer(response.statusCode ?? 0, response.headers, text));
        outgoing.destroy();
      });
    });
    outgoing.flushHeaders();
  });
}

/** Sends bytes that may be no HTTP at all; answers everything that comes back until the other side closes. */
export function sendBytes(baseUrl: string, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(baseUrl);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
  });
}

/** Reads an answer as it came over the wire. */
export function parseAnswer(text: string): HttpAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(lines.map((line) => line.split(/: (.*)/s, 2) as [string, string]));
  return toAnswer(Number(statusLine.split(' ')[1]), headers, rest.join('\r\n\r\n'));
}

function toAnswer(status: number, headers: IncomingHttpHeaders, text: string): HttpAnswer {
  const body = parseJson(text);
  const entries = Object.entries(headers).map(([name, value]) => [name, String(value)] as [string, string]);
  const code = (body as { error?: { code?: string } } | undefined)?.error?.code;
  return { status, headers: new Headers(entries), text, body, code };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
