import { LRUCache } from 'lru-cache';
import type { CidrSet } from './cidr-set.js';
import { MALFORMED_ADDRESS, parseAddress, type ClientAddress } from './client-address.js';

const HOPS_MAX = 32;
const ADDRESSES_CACHED_MAX = 10_000;

/** What a request says of where it comes from. */
export interface AddressEvidence {
  /** The socket's remote address; absent once the socket is gone. */
  readonly peer: string | undefined;
  /** The header `X-Forwarded-For`, as received; read only if the peer is trusted. */
  readonly forwardedFor: string | readonly string[] | undefined;
  /** The proxies whose `X-Forwarded-For` is believed. */
  readonly trusted: CidrSet;
}

/**
 * The client's address: the socket's peer, unless that is a trusted proxy; then the first hop of `X-Forwarded-For`, from right to left, that
 * is not one. Where all hops are trusted it is the leftmost. A hop that cannot be read gives `MALFORMED_ADDRESS`: nothing left of it is
 * believed, and nothing right of it is the client.
 */
export function resolveClientAddress({ peer, forwardedFor, trusted }: AddressEvidence): ClientAddress {
  let address = peer === undefined ? MALFORMED_ADDRESS : readAddress(peer);
  if (forwardedFor === undefined || !trusted.contains(address)) return address;
  const header = typeof forwardedFor === 'string' ? forwardedFor : forwardedFor.join(',');
  if (header.trim() === '') return address;
  let end = header.length;
  for (let hops = 0; end >= 0; hops += 1) {
    if (hops === HOPS_MAX) return MALFORMED_ADDRESS;
    const comma = end === 0 ? -1 : header.lastIndexOf(',', end - 1);
    address = readAddress(withoutPort(header.slice(comma + 1, end).trim()));
    if (!trusted.contains(address)) return address;
    end = comma;
  }
  return address;
}

const cache = new LRUCache<string, ClientAddress>({ max: ADDRESSES_CACHED_MAX });

function readAddress(text: string): ClientAddress {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const address = parseAddress(text);
  if (address === null) return MALFORMED_ADDRESS;
  cache.set(text, address);
  return address;
}

/** Some proxies append the client's port: `203.0.113.7:51234`, `[2001:db8::1]:51234`. */
function withoutPort(text: string): string {
  const match = /^(?:\[([^\]]*)\]|(\d+\.\d+\.\d+\.\d+))(?::\d{1,5})?$/.exec(text);
  return match?.[1] ?? match?.[2] ?? text;
}
