/** A call's hold on the connection that carries it; only until its end is told, since then the connection is another call's. */
export interface Wire {
  /** True from `pause` to `resume`. */
  readonly paused: boolean;
  /** Reads no more, so that the upstream has to wait once the system's buffers are full. */
  pause(): void;
  resume(): void;
  /** Ends the exchange, and its connection with it. */
  abort(reason: Error): void;
}

/**
 * Who is told how an exchange goes on: of its start, of heads, of data, and then of its end or of an error; of no start where none was made.
 * What it throws before the end ends the exchange with `aborted`; the end and an error it must take, since nobody is left to be told.
 */
export interface AnswerListener {
  /** There is a connection, and the request goes out on it now; it does not if `abort` is called. */
  onRequestStart(wire: Wire): void;
  /** A head has arrived, that of an interim answer (1xx) too. Names are in lower case, repeated headers joined by commas. */
  onResponseStart(wire: Wire, status: number, headers: Record<string, string>): void;
  /** A part of the body, without its framing; the listener's to keep. */
  onResponseData(wire: Wire, bytes: Buffer): void;
  onResponseEnd(): void;
  onResponseError(wire: unknown, error: Error): void;
}
