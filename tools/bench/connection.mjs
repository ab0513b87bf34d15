// @ts-check
import { connect } from 'node:net';

const READ_BYTES = 65_536;
const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');

/**
 * What becomes of one request. Times are of `performance.now()`.
 *
 * @typedef {{ status: number, firstByteMs: number, endMs: number }} Answer
 */

/**
 * One keep-alive connection that carries one request at a time. It knows just enough of HTTP to find an answer's first byte and its end,
 * because every microsecond spent here is taken from what is measured.
 */
export class Connection {
  /** @param {{ port: number, host: string, localAddress?: string | undefined }} address @param {(answer: Answer) => void} onAnswer */
  constructor(address, onAnswer) {
    this.onAnswer = onAnswer;
    /** @type {'head' | 'sized' | 'chunk-size' | 'chunk' | 'trailer'} */
    this.state = 'head';
    this.left = 0;
    this.status = 0;
    this.firstByteMs = 0;
    this.held = Buffer.alloc(0);
    this.isBusy = false;
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    const callback = (/** @type {number} */ bytes) => {
      this.take(buffer.subarray(0, bytes));
      return true;
    };
    this.socket = connect({ ...address, ...{ onread: { buffer, callback } } });
    this.socket.setNoDelay(true);
    this.socket.on('error', () => {});
    this.socket.on('close', () => this.finish(0));
  }

  /** Resolves when requests can be sent. @returns {Promise<void>} */
  opened() {
    return new Promise((resolve, reject) => this.socket.once('connect', resolve).once('error', reject));
  }

  /** Sends the bytes of one whole request. @param {Buffer} request */
  send(request) {
    this.isBusy = true;
    this.status = 0;
    this.firstByteMs = 0;
    this.socket.write(request);
  }

  close() {
    this.isBusy = false;
    this.socket.destroy();
  }

  /** @param {Buffer} bytes */
  take(bytes) {
    let rest = bytes;
    if (this.held.length > 0) {
      rest = Buffer.concat([this.held, bytes]);
      this.held = Buffer.alloc(0);
    }
    while (rest.length > 0) {
      const used = this.step(rest);
      if (used === 0) {
        this.held = Buffer.from(rest);
        return;
      }
      rest = rest.subarray(used);
    }
  }

  /** Reads one piece; answers how many bytes it took, 0 where more are needed. @param {Buffer} bytes */
  step(bytes) {
    if (this.state === 'head') return this.readHead(bytes);
    if (this.firstByteMs === 0) this.firstByteMs = performance.now();
    if (this.state === 'chunk-size') return this.readChunkSize(bytes);
    if (this.state === 'trailer') return this.readTrailer(bytes);
    const used = Math.min(this.left, bytes.length);
    this.left -= used;
    if (this.left === 0 && this.state === 'sized') this.finish(this.status);
    else if (this.left === 0) this.state = 'chunk-size';
    return used;
  }

  /** @param {Buffer} bytes */
  readHead(bytes) {
    const end = bytes.indexOf(HEAD_END);
    if (end < 0) return 0;
    const head = bytes.toString('latin1', 0, end).toLowerCase();
    this.status = Number(head.slice(9, 12));
    const length = head.indexOf('\r\ncontent-length:');
    if (length < 0) this.state = 'chunk-size';
    else {
      this.state = 'sized';
      this.left = Number.parseInt(head.slice(length + 17), 10);
      if (this.left === 0) this.finish(this.status);
    }
    return end + HEAD_END.length;
  }

  /** A chunk's bytes are counted with the line end that follows them. @param {Buffer} bytes */
  readChunkSize(bytes) {
    const end = bytes.indexOf(LINE_END);
    if (end < 0) return 0;
    const size = Number.parseInt(bytes.toString('latin1', 0, end), 16);
    this.left = size + LINE_END.length;
    this.state = size === 0 ? 'trailer' : 'chunk';
    return end + LINE_END.length;
  }

  /** Trailers are not expected: after the last chunk comes an empty line. @param {Buffer} bytes */
  readTrailer(bytes) {
    if (bytes.length < LINE_END.length) return 0;
    this.finish(this.status);
    return LINE_END.length;
  }

  /** @param {number} status 0 where the connection ended before the answer did */
  finish(status) {
    this.state = 'head';
    if (!this.isBusy) return;
    this.isBusy = false;
    const endMs = performance.now();
    this.onAnswer({ status, firstByteMs: this.firstByteMs || endMs, endMs });
  }
}
