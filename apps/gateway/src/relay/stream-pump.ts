import { UpstreamError } from '../upstream/upstream-error.js';
import type { UpstreamCall } from '../upstream/upstream-call.js';
import { throwUpstreamFailure } from './attempt.js';
import type { ClientConnection } from './client-connection.js';
import type { StreamExchange } from './exchange/exchange.js';

/** After its terminator a stream has nothing to say: this long its connection may take to be usable again. */
const AFTER_TERMINATOR_MS = 1_000;

/** Moves one stream from an upstream, through its exchange, to a client; holds it at its first event until a client is attached. */
export class StreamPump {
  private client: ClientConnection | undefined;
  private release: ((caughtUp: Promise<void>) => void) | undefined;
  /** Resolves when the upstream has said everything; rejects with what broke the stream. */
  private readonly finished: Promise<void>;
  private finish!: () => void;
  private breakOff!: (error: unknown) => void;

  private constructor(
    readonly call: UpstreamCall,
    readonly exchange: StreamExchange,
    private readonly onOver: (error: unknown) => void,
  ) {
    this.finished = new Promise((resolve, reject) => {
      this.finish = resolve;
      this.breakOff = reject;
    });
    this.finished.catch(() => undefined);
  }

  /** Resolves once the first event of the answer was read; rejects where the stream fails before, so that another channel can be tried. */
  static async begin(
    call: UpstreamCall,
    exchange: StreamExchange,
    onOver: (error: unknown) => void,
  ): Promise<StreamPump> {
    const pump = new StreamPump(call, exchange, onOver);
    await pump.begin();
    return pump;
  }

  /** Sends what is ready and all that follows. Resolves when the upstream is done, and rejects with what broke it off. */
  run(client: ClientConnection): Promise<void> {
    this.client = client;
    const caughtUp = this.attach(client);
    this.release?.(caughtUp);
    return caughtUp.then(() => this.finished);
  }

  private begin(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.call
        .consume((chunk) => {
          if (this.exchange.isTerminated) return undefined;
          this.exchange.push(chunk);
          if (this.exchange.isTerminated) this.endEarly();
          if (this.client) return this.deliver(this.client);
          if (!this.exchange.hasBegun && !this.exchange.failure) return undefined;
          // What comes behind the first event never decides for another channel, however the bytes were cut.
          if (!this.exchange.hasBegun) this.assertNoFailure();
          resolve();
          return this.heldUntilAttached();
        })
        .then(() => {
          this.exchange.end();
          if (!this.exchange.isComplete) throw new UpstreamError('cut', 'the stream ended before its finish');
          resolve();
          this.finish();
          this.onOver(undefined);
        })
        .catch((error: unknown) => {
          if (this.exchange.isTerminated && this.exchange.isComplete) {
            resolve();
            return this.onOver(undefined);
          }
          reject(error);
          this.breakOff(error);
          this.onOver(error);
        });
    });
  }

  private assertNoFailure(): void {
    if (this.exchange.failure) throwUpstreamFailure(this.exchange.failure, this.call.status);
  }

  private deliver(client: ClientConnection): void | Promise<void> {
    const written = client.write(this.exchange.takeReady());
    if (this.exchange.failure) throw new UpstreamError('cut', 'an error event');
    return written;
  }

  private endEarly(): void {
    this.call.endWithin(AFTER_TERMINATOR_MS);
    this.finish();
  }

  private async attach(client: ClientConnection): Promise<void> {
    await this.deliver(client);
  }

  private heldUntilAttached(): Promise<void> {
    return new Promise((resolve) => {
      this.release = resolve;
    });
  }
}
