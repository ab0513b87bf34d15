import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';

/** What Node's own client makes of an answer. */
export interface HeardByNode {
  readonly statuses: readonly number[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const HEAD_BYTES_MAX = 80_000;

/** Gives Node's client these bytes and then the end; null where that is no whole answer to it. */
export function hearByNode(pieces: readonly Buffer[]): Promise<HeardByNode | null> {
  return new Promise((resolve) => {
    const statuses: number[] = [];
    const socket = new Duplex({
      read: () => undefined,
      write: (_chunk, _encoding, done) => {
        done();
        for (const piece of pieces) if (piece.length > 0) socket.push(piece);
        socket.push(null);
      },
    });
    const settle = (heard: HeardByNode | null): void => {
      resolve(heard);
      socket.destroy();
    };
    const request = httpRequest({ createConnection: () => socket, maxHeaderSize: HEAD_BYTES_MAX });
    request.on('information', ({ statusCode }) => statuses.push(statusCode));
    request.on('error', () => settle(null));
    request.on('upgrade', () => settle(null));
    request.on('response', (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', () => settle(null));
      answer.on('end', () => {
        const { complete, statusCode = 0 } = answer;
        const body = Buffer.concat(parts);
        settle(complete ? { statuses: [...statuses, statusCode], headers: headersOf(answer), body } : null);
      });
    });
    request.end();
  });
}

/** As they came, repeated ones joined. */
function headersOf({ rawHeaders }: IncomingMessage): Record<string, string> {
  const headers = new Map<string, string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    const known = headers.get(name);
    headers.set(name, known === undefined ? rawHeaders[at + 1]! : `${known}, ${rawHeaders[at + 1]}`);
  }
  return Object.fromEntries(headers);
}
