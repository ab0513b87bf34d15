import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { addressOfHost, isPublicAddress, parseAddress } from '@tokenbay/platform';
import type { ForeignDialer } from './foreign-dialer.js';
import { UpstreamError } from './upstream-error.js';

/** Where a connection leads, and who chose that. */
export interface ForeignTarget {
  readonly url: URL;
  /** True where an administrator or the operator named this host: it need not be public. */
  readonly isTrusted: boolean;
  readonly dialer: ForeignDialer;
  /** Gives the connection up while it is being made. */
  readonly signal: AbortSignal;
}

/** For resolving, connecting and TLS together. */
export const FOREIGN_CONNECT_TIMEOUT_MS = 5_000;

/**
 * A connection to a URL's host, with TLS where it says so. Every address that the name has is judged, once, before anything is sent; only
 * those are connected to, and whoever answers must be one of them. Rejects with UpstreamError: `forbidden`, `connect` or `connect_timeout`.
 */
export async function connectForeign(target: ForeignTarget): Promise<Socket> {
  const { url, dialer } = target;
  const signal = AbortSignal.any([target.signal, AbortSignal.timeout(FOREIGN_CONNECT_TIMEOUT_MS)]);
  let socket: Socket | undefined;
  try {
    const addresses = await findAddresses(target, signal);
    socket = dialer.connect(addresses, Number(url.port) || (url.protocol === 'https:' ? 443 : 80));
    await once(socket, 'connect', { signal });
    assertPeerIsOneOf(addresses, socket);
    if (url.protocol !== 'https:') return socket;
    const host = addressOfHost(url.hostname);
    const secured = connectTls({ socket, host, ...(parseAddress(host) ? {} : { servername: host }) });
    socket = secured;
    await once(secured, 'secureConnect', { signal });
    return secured;
  } catch (error) {
    socket?.on('error', () => undefined).destroy();
    throw toConnectError(error, target.signal);
  }
}

async function findAddresses({ url, isTrusted, dialer }: ForeignTarget, signal: AbortSignal): Promise<string[]> {
  const host = addressOfHost(url.hostname);
  const found = parseAddress(host) ? [host] : await orAborted(dialer.resolve(host), signal);
  const addresses = found.map(parseAddress);
  if (addresses.length === 0) throw new UpstreamError('connect', 'the name has no address');
  if (!addresses.every((address) => address !== null && (isTrusted || isPublicAddress(address))))
    throw new UpstreamError('forbidden', 'an address of the host is not public');
  return addresses.flatMap((address) => address?.text ?? []);
}

function assertPeerIsOneOf(addresses: readonly string[], { remoteAddress }: Socket): void {
  const peer = parseAddress(remoteAddress ?? '');
  if (!peer || !addresses.includes(peer.text))
    throw new UpstreamError('forbidden', 'the connection led to another address');
}

/** What cannot be called off is left to itself. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new AbortController();
  work.catch(() => undefined);
  try {
    const over = once(signal, 'abort', { signal: aborted.signal });
    return await Promise.race([work, over.then(() => Promise.reject(signal.reason as Error))]);
  } finally {
    aborted.abort();
  }
}

/** Without the cause: what Node says of it names the host, which is for no log. */
function toConnectError(error: unknown, givenUp: AbortSignal): UpstreamError {
  if (error instanceof UpstreamError) return error;
  if (givenUp.aborted) return new UpstreamError('aborted', 'while connecting');
  const { name, code } = error as NodeJS.ErrnoException;
  if (name === 'TimeoutError' || name === 'AbortError' || code === 'ETIMEDOUT')
    return new UpstreamError('connect_timeout', 'no connection in time');
  return new UpstreamError('connect', code ?? name);
}
