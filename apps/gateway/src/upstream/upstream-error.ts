/**
 * How a call to an upstream broke off without an answer of its own.
 *
 * `connect`: nothing reached it · `timeout`: it exceeded a time limit · `cut`: the connection ended early · `too_large`: it sent more than
 * we take · `malformed`: what it sent is not what the protocol allows · `aborted`: we ended it.
 */
export type UpstreamErrorKind = 'connect' | 'timeout' | 'cut' | 'too_large' | 'malformed' | 'aborted';

/** A call to an upstream that broke off; for the relay to judge, never for a client. */
export class UpstreamError extends Error {
  constructor(
    readonly kind: UpstreamErrorKind,
    detail: string,
    cause?: unknown,
  ) {
    super(`${kind}: ${detail}`, { cause });
    this.name = 'UpstreamError';
  }
}
