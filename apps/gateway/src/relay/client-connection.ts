import type { FastifyReply } from 'fastify';

/** A client that takes nothing for so long is given up. */
const STALL_MS = 30_000;

/** The client's side of an exchange: whether it is still there, and a stream to it that waits when it is slow. */
export class ClientConnection {
  isGone: boolean;
  /** When bytes were last written to a stream, on the monotonic clock. */
  wroteAtMs = Infinity;
  private readonly goneListeners: (() => void)[] = [];

  constructor(private readonly reply: FastifyReply) {
    this.isGone = reply.raw.destroyed;
    reply.raw.on('close', () => {
      if (reply.raw.writableFinished) return;
      this.isGone = true;
      for (const listener of this.goneListeners.splice(0)) listener();
    });
  }

  /** Calls back once when the client leaves before its answer is complete; at once if it has left. */
  whenGone(callback: () => void): void {
    if (this.isGone) callback();
    else this.goneListeners.push(callback);
  }

  /** A signal for work that is done for this client only: it ends when the client leaves before its answer is complete. */
  untilGone(): AbortSignal {
    const gone = new AbortController();
    this.whenGone(() => gone.abort());
    return gone.signal;
  }

  /** Sends status 200 and the headers set so far; from here on the answer is written by hand. */
  startStream(contentType: string): void {
    this.start(200, { 'content-type': contentType, 'cache-control': 'no-cache', 'x-accel-buffering': 'no' });
  }

  /** Sends the status, the headers set so far and these; from here on the answer is written by hand. */
  start(status: number, headers: Readonly<Record<string, string>>): void {
    this.reply.hijack();
    if (this.isGone) return;
    // They are the caller's own copy.
    const all = this.reply.getHeaders() as Record<string, string>;
    for (const name in headers) all[name] = headers[name]!;
    this.reply.raw.writeHead(status, all);
  }

  /** Sends a whole answer with the headers set so far: what Fastify would do besides, hooks and listeners, a relayed answer has no use for. */
  sendWhole(bytes: Buffer, contentType: string): void {
    this.start(200, { 'content-type': contentType, 'content-length': String(bytes.length) });
    if (!this.isGone) this.reply.raw.end(bytes);
  }

  /** Writes bytes; a promise resolves when the client has caught up or was given up. Bytes for a client that is gone are dropped. */
  write(buffers: readonly Buffer[]): void | Promise<void> {
    const { raw } = this.reply;
    if (this.isGone || buffers.length === 0) return;
    this.wroteAtMs = performance.now();
    // One write: a corked message can call itself full while its socket is not, and then it never drains.
    const hasRoom = raw.write(buffers.length === 1 ? buffers[0]! : Buffer.concat(buffers));
    return hasRoom ? undefined : this.caughtUp();
  }

  /** Ends the stream with its last bytes. */
  end(buffers: readonly (Buffer | string)[]): void {
    if (this.isGone) return;
    this.reply.raw.end(
      Buffer.concat(buffers.map((buffer) => (typeof buffer === 'string' ? Buffer.from(buffer) : buffer))),
    );
  }

  /** Ends the stream with an error as the last thing sent, and then the connection; resets the connection where the stream has no such thing. */
  endWithError(rendered: Buffer | undefined): void {
    if (this.isGone) return;
    const { raw } = this.reply;
    if (rendered === undefined) return void (raw.socket?.resetAndDestroy() ?? raw.destroy());
    const { socket } = raw;
    raw.end(rendered);
    // At once: a client that takes the answer for whole would send its next request into a connection that closes.
    socket?.end();
  }

  /** Cuts the connection: what was sent is not to look like all of an answer. */
  drop(): void {
    this.reply.raw.destroy();
  }

  private caughtUp(): Promise<void> {
    const { raw } = this.reply;
    return new Promise((resolve) => {
      const settle = (): void => {
        clearTimeout(stall);
        raw.off('drain', settle).off('close', settle);
        resolve();
      };
      const stall = setTimeout(() => raw.destroy(), STALL_MS);
      raw.on('drain', settle).on('close', settle);
    });
  }
}
