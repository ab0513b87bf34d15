/**
 * How a call to an upstream broke off without an answer of its own.
 *
 * `connect`: nothing reached it · `connect_timeout`: nothing reached it in time · `exhausted`: nothing reached it, since this process has no
 * descriptor left for a connection · `timeout`: it exceeded a time limit · `cut`: the
 * connection ended early · `too_large`: it sent more than we take · `malformed`: what it sent is not what the protocol allows ·
 * `forbidden`: it lies where a URL from elsewhere may not lead · `abandoned`: we ended it as its client had left · `stopping`: we ended it as this process stops · `aborted`: we ended it for another reason.
 */
export type UpstreamErrorKind =
  | 'connect'
  | 'connect_timeout'
  | 'exhausted'
  | 'timeout'
  | 'cut'
  | 'too_large'
  | 'malformed'
  | 'forbidden'
  | 'abandoned'
  | 'stopping'
  | 'aborted';

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
