import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { DomainError } from '@tokenbay/errors';
import { uuidv7 } from '../ids.js';
import type { ErrorResponder } from './error-responder.js';
import { errorHeaders, toErrorView } from './error-view.js';

/** What Node reports of a connection whose bytes are no HTTP, or came too slowly. */
interface ClientError extends Error {
  code?: string | undefined;
  /** A Buffer at run time, whatever the types of Node and Fastify say. */
  rawPacket?: unknown;
}

/** The response in the making on a connection; Node's own default handler looks at the same two fields. */
interface ConnectionState {
  _httpMessage?: { _headerSent?: boolean } | null;
}

const REQUEST_LINE_BYTES_MAX = 2_048;

const MESSAGES: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'The request took too long to arrive.',
  HPE_HEADER_OVERFLOW: 'The headers of the request are too large.',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'The chunks of the request body are not valid.',
};

/** Answers what never becomes a request: an error body with 400, then the connection closes. */
export function answerClientError(responder: ErrorResponder, error: ClientError, socket: Duplex): void {
  const begun = (socket as ConnectionState)._httpMessage?._headerSent === true;
  if (error.code === 'ECONNRESET' || !socket.writable || begun) {
    socket.destroy();
    return;
  }
  const message = MESSAGES[error.code ?? ''] ?? 'The request is not valid HTTP.';
  socket.end(rawAnswer(responder, message, pathOf(error.rawPacket)), () => socket.destroy());
}

/** The path, if the packet begins with a request line that can still be read: it decides the dialect of the answer. */
function pathOf(packet: unknown): string {
  const start = Buffer.isBuffer(packet) ? packet.toString('latin1', 0, REQUEST_LINE_BYTES_MAX) : '';
  return /^[A-Z]{3,10} (\/\S*)/.exec(start)?.[1] ?? '/';
}

/** Answers what Node would otherwise answer by itself: unknown expectations, tunnels, and a missing Host. */
export function answerOddRequests(server: Server, responder: ErrorResponder): void {
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    response.shouldKeepAlive = false;
    response.socket?.end(rawAnswer(responder, 'The expectation of the request cannot be met.', request.url ?? '/'));
  });
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    socket.end(rawAnswer(responder, 'This server is no proxy.', '/'));
  });
}

function rawAnswer(responder: ErrorResponder, message: string, url: string): string {
  const error = new DomainError('invalid_request', 'malformed HTTP', { message });
  const view = toErrorView(error, uuidv7());
  responder.log(error, view.requestId);
  const { body, headers } = responder.renderer.render(view, { url });
  const lines = Object.entries({ ...errorHeaders(view), ...headers }).map(([name, value]) => `${name}: ${value}`);
  return [
    'HTTP/1.1 400 Bad Request',
    ...lines,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
