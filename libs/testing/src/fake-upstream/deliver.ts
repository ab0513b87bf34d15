import { setTimeout as sleep } from 'node:timers/promises';
import { isStream, type Answer, type Exchange, type Piece } from './exchange.js';

const RESET_DELAY_MS = 20;
const COMMENT = ': FAKE PROCESSING\n\n';

/** Sends an answer, with whatever goes wrong on the way. Resolves when nothing more will be sent. */
export async function deliver(exchange: Exchange, answer: Answer): Promise<void> {
  if (exchange.behaviour.isUndisturbed) return sendAtOnce(exchange, answer);
  await new Delivery(exchange, answer).run();
}

/** The fast road: all bytes in one go. */
function sendAtOnce({ response, entry }: Exchange, answer: Answer): void {
  const { status, headers, pieces } = answer;
  const bytes = pieces.every((piece): piece is Piece & { bytes: string } => typeof piece.bytes === 'string')
    ? pieces.map((piece) => piece.bytes).join('')
    : Buffer.concat(pieces.map((piece) => Buffer.from(piece.bytes as string)));
  entry.status = status;
  entry.usage = pieces.findLast(({ usage }) => usage)?.usage ?? null;
  response.writeHead(
    status,
    isStream(answer) ? headers : { ...headers, 'content-length': String(Buffer.byteLength(bytes)) },
  );
  response.end(bytes);
}

class Delivery {
  private sent = 0;
  private hasEnded = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly exchange: Exchange,
    private readonly answer: Answer,
  ) {
    exchange.response.once('close', () => {
      this.hasEnded = true;
      this.wake();
    });
  }

  async run(): Promise<void> {
    const { behaviour, response, entry } = this.exchange;
    await this.wait(behaviour.number('delay'));
    if (this.isOver() || behaviour.has('hang-headers')) return;
    if (behaviour.has('reset-headers')) return this.reset();
    entry.status = this.answer.status;
    response.writeHead(this.answer.status, this.headers());
    response.flushHeaders();
    await this.wait(behaviour.number('pause'));
    if (this.byteLimit() === 0) return this.stopAtLimit();
    if (behaviour.has('comments')) await this.write(COMMENT);
    await this.sendPieces();
    if (!this.isOver()) response.end();
  }

  private async sendPieces(): Promise<void> {
    const { behaviour } = this.exchange;
    const hangAfter = isStream(this.answer) ? behaviour.number('hang-events') : undefined;
    const { pieces, repeat } = this.answer;
    for (let index = 0; !this.isOver(); index++) {
      const piece = pieces[index] ?? repeat;
      if (!piece) return;
      if (index === hangAfter) return void (this.hasEnded = true);
      await this.sendPiece(piece, index);
    }
  }

  private async sendPiece(piece: Piece, index: number): Promise<void> {
    const { behaviour, entry } = this.exchange;
    await this.wait(piece.waitMs);
    if (index > 0) await this.wait(behaviour.number('gap'));
    const isRewritten = behaviour.has('crlf') && typeof piece.bytes === 'string';
    await this.write(isRewritten ? String(piece.bytes).replaceAll('\n', '\r\n') : piece.bytes);
    if (piece.usage && !this.isOver()) entry.usage = piece.usage;
  }

  private async write(piece: string | Buffer): Promise<void> {
    const { behaviour } = this.exchange;
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    const stepBytes = behaviour.has('slow') ? 1 : (behaviour.number('split') ?? bytes.length);
    for (let at = 0; at < bytes.length && !this.isOver(); at += stepBytes) {
      const room = this.byteLimit() - this.sent;
      await this.hand(bytes.subarray(at, at + Math.min(stepBytes, room)));
      if (this.sent >= this.byteLimit()) return this.stopAtLimit();
      await this.wait(behaviour.number('slow'));
    }
  }

  /** Waits for the socket when it is full, and for every step to leave when bytes are to arrive in steps. */
  private async hand(step: Buffer): Promise<void> {
    const { response, behaviour } = this.exchange;
    this.sent += step.length;
    const isFlushed = behaviour.has('split') || this.sent >= this.byteLimit();
    await this.sleepUntil((done) => {
      const hasRoom = response.write(step, () => isFlushed && setImmediate(done));
      if (!isFlushed && hasRoom) done();
      else if (!isFlushed) response.once('drain', done);
    });
  }

  private isOver(): boolean {
    return this.hasEnded;
  }

  private byteLimit(): number {
    const { behaviour } = this.exchange;
    const limits = (['hang-bytes', 'reset-bytes', 'cut-bytes'] as const).map(
      (name) => behaviour.number(name) ?? Infinity,
    );
    return Math.min(...limits);
  }

  private async stopAtLimit(): Promise<void> {
    this.hasEnded = true;
    const { behaviour, response } = this.exchange;
    if (behaviour.has('reset-bytes')) await this.reset();
    if (!behaviour.has('cut-bytes')) return;
    this.exchange.entry.isCut = true;
    response.socket?.end(() => response.destroy());
  }

  /** A moment later than the bytes before it, or the reset would overtake them. */
  private async reset(): Promise<void> {
    this.hasEnded = true;
    this.exchange.entry.isCut = true;
    await sleep(RESET_DELAY_MS);
    this.exchange.request.socket.resetAndDestroy();
  }

  private headers(): Record<string, string> {
    const { pieces, headers } = this.answer;
    if (isStream(this.answer) || this.answer.repeat) return headers;
    const lengthBytes = pieces.reduce((sum, { bytes }) => sum + Buffer.byteLength(bytes), 0);
    return { ...headers, 'content-length': String(lengthBytes) };
  }

  private async wait(durationMs: number | undefined): Promise<void> {
    if (!durationMs || this.isOver()) return;
    let timer: NodeJS.Timeout | undefined;
    await this.sleepUntil((done) => (timer = setTimeout(done, durationMs)));
    clearTimeout(timer);
  }

  /** Resolves when `begin` says so, or when the client is gone. */
  private sleepUntil(begin: (done: () => void) => unknown): Promise<void> {
    return new Promise((done) => {
      this.wake = done;
      begin(done);
    });
  }
}
