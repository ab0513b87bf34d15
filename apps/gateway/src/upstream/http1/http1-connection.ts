import { connect as connectPlain, isIP, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { UpstreamError } from '../upstream-error.js';
import type { AnswerHead } from './answer-head.js';
import type { AnswerListener, Wire } from './answer-listener.js';
import { AnswerParser, type AnswerSink } from './answer-parser.js';

/** Where connections lead. */
export interface Http1Origin {
  readonly isTls: boolean;
  /** A name or an address, IPv6 without brackets. */
  readonly hostname: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
}

/** Who keeps a connection. */
export interface ConnectionOwner {
  /** What the last TLS connection to the origin left for the next one. */
  tlsSession: Buffer | undefined;
  /** The connection may carry another request. */
  takeIdle(connection: Http1Connection): void;
  takeClosed(connection: Http1Connection): void;
}

/** A request as it goes out. */
export interface Outgoing {
  readonly head: string;
  readonly body: string | Buffer | undefined;
  /** True where nothing else may go over its connection. */
  readonly isAlone: boolean;
  readonly listener: AnswerListener;
}

/**
 * Plain connections all read into this one: nothing but the event loop reads from them, and what a read brings is taken before the next. TLS
 * can hand over what it has deciphered while another connection's bytes are being taken, so that it gets buffers of its own.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(65_536);
const TCP_KEEP_ALIVE_MS = 60_000;

/** A connection to an upstream: one request at a time, and none after an answer that leaves any doubt about where the next one begins. */
export class Http1Connection implements Wire, AnswerSink {
  paused = false;
  isOpen = true;
  /** Since when it lies idle, and how long the upstream lets it, in milliseconds on the monotonic clock. */
  idleSinceMs = 0;
  keepAliveMs = 0;
  private readonly isTls: boolean;
  private readonly socket: Socket;
  private readonly deadline: NodeJS.Timeout | undefined;
  private isConnected = false;
  private outgoing: Outgoing | undefined;
  private parser: AnswerParser | undefined;

  /** Connects, or takes over a connection that is there, and then sends its first request. */
  constructor(
    to: Http1Origin | Socket,
    private readonly owner: ConnectionOwner,
    first: Outgoing,
  ) {
    this.outgoing = first;
    const isThere = to instanceof Socket;
    this.isTls = !isThere && to.isTls;
    this.socket = isThere ? to.on('data', (bytes) => this.take(bytes)) : this.connect(to);
    this.socket.on('error', (error) => this.close(error));
    this.socket.on('end', () => this.takeEnd());
    this.socket.on('close', () => this.takeEnd());
    if (isThere) this.begin(first);
    else {
      this.socket.once(to.isTls ? 'secureConnect' : 'connect', () => this.begin(first));
      const late = new UpstreamError('connect_timeout', 'no connection in time');
      // What this process was too busy to hear of has its turn first.
      const end = (): void => void setImmediate(() => this.isConnected || this.close(late));
      this.deadline = setTimeout(end, to.connectTimeoutMs);
    }
  }

  /** Sends the next request; the answer to the one before has ended. */
  send(outgoing: Outgoing): void {
    this.outgoing = outgoing;
    try {
      outgoing.listener.onRequestStart(this);
    } catch (error) {
      this.close(toUpstreamError(error));
    }
    if (!this.isOpen) return;
    this.parser = new AnswerParser(this);
    this.write(outgoing);
  }

  pause(): void {
    this.paused = true;
    this.socket.pause();
  }

  resume(): void {
    this.paused = false;
    this.socket.resume();
  }

  abort(reason: Error): void {
    this.close(reason);
  }

  /** Ends it; whose answer has not ended is told why. */
  close(reason: Error): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    clearTimeout(this.deadline);
    // A session that the upstream chokes on must not spoil the next connection as well.
    if (!this.isConnected) this.owner.tlsSession = undefined;
    const listener = this.outgoing?.listener;
    this.outgoing = undefined;
    this.parser = undefined;
    this.socket.destroy();
    this.owner.takeClosed(this);
    listener?.onResponseError(this, reason);
  }

  takeHead({ status, headers, keepAliveMs }: AnswerHead): void {
    this.keepAliveMs = keepAliveMs;
    this.outgoing?.listener.onResponseStart(this, status, headers);
  }

  takeBytes(bytes: Buffer): void {
    this.outgoing?.listener.onResponseData(this, bytes);
  }

  private begin(first: Outgoing): void {
    if (!this.isOpen) return;
    clearTimeout(this.deadline);
    this.isConnected = true;
    this.send(first);
  }

  private connect({ isTls, hostname, port }: Http1Origin): Socket {
    const where = { host: hostname, port };
    if (!isTls) {
      const callback = (length: number): boolean => this.take(READ_BUFFER.subarray(0, length));
      return tune(connectPlain({ ...where, onread: { buffer: READ_BUFFER, callback } }));
    }
    const session = this.owner.tlsSession;
    const servername = isIP(hostname) ? '' : hostname;
    const socket = connectTls({ ...where, servername, ALPNProtocols: ['http/1.1'], ...(session && { session }) });
    socket.on('session', (fresh) => (this.owner.tlsSession = fresh));
    socket.on('data', (bytes: Buffer) => this.take(bytes));
    return tune(socket);
  }

  /** Most bodies are ASCII: such a one goes out with its head, in one write that need not encode it. */
  private write({ head, body }: Outgoing): void {
    const { socket } = this;
    if (body === undefined) return void socket.write(head, 'latin1');
    if (typeof body === 'string' && Buffer.byteLength(body) === body.length)
      return void socket.write(head + body, 'latin1');
    socket.cork();
    socket.write(head, 'latin1');
    socket.write(body);
    socket.uncork();
  }

  /** Always true: who wants no more calls `pause`. */
  private take(bytes: Buffer): boolean {
    const { parser } = this;
    if (!parser) {
      this.close(new UpstreamError('malformed', 'an answer that nobody asked for'));
      return true;
    }
    try {
      parser.read(bytes);
    } catch (error) {
      this.close(toUpstreamError(error));
    }
    if (parser.isOver) this.finish(parser, bytes.length === READ_BUFFER.length);
    return true;
  }

  private takeEnd(): void {
    const { parser } = this;
    if (!this.isOpen) return;
    if (!parser) return this.close(new UpstreamError(this.isConnected ? 'cut' : 'connect', 'closed'));
    try {
      parser.readEnd();
    } catch (error) {
      return this.close(error as Error);
    }
    this.keepAliveMs = 0;
    this.finish(parser, false);
  }

  /**
   * What follows the answer must not be read as the next one. It is surplus where it came in the same read; a read that filled its buffer may
   * have left more behind, and TLS hands over one record after the other, so that those connections wait until all have been.
   */
  private finish({ hasSurplus }: AnswerParser, isMoreLikely: boolean): void {
    const { outgoing } = this;
    if (!outgoing) return;
    this.outgoing = undefined;
    this.parser = undefined;
    if (this.paused) this.resume();
    const isDoubtful = hasSurplus || isMoreLikely || this.socket.writableLength > 0;
    if (isDoubtful || outgoing.isAlone || this.keepAliveMs === 0)
      this.close(new UpstreamError('aborted', 'not used again'));
    else if (this.isTls) setImmediate(offer, this, this.owner);
    else this.owner.takeIdle(this);
    outgoing.listener.onResponseEnd();
  }
}

function offer(connection: Http1Connection, owner: ConnectionOwner): void {
  if (connection.isOpen) owner.takeIdle(connection);
}

/** What is not the upstream's fault is not laid at its door. */
function toUpstreamError(error: unknown): UpstreamError {
  return error instanceof UpstreamError ? error : new UpstreamError('aborted', 'its listener failed', error);
}

function tune(socket: Socket): Socket {
  return socket.setNoDelay(true).setKeepAlive(true, TCP_KEEP_ALIVE_MS);
}
