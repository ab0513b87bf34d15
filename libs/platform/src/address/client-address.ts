import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

const TEXT_CHARACTERS_MAX = 100;
const MAPPED_PREFIX = 0xffffn;

/**
 * An IP address in one canonical form: IPv4-mapped IPv6 became IPv4, the zone is dropped, `text` is the usual shortest spelling (RFC 5952).
 * Two spellings of one address have equal `text` and equal `value`, so both may serve as a key.
 */
export class ClientAddress {
  constructor(
    /** 4 or 6; 0 only for `MALFORMED_ADDRESS`. */
    readonly family: 0 | 4 | 6,
    /** The address as an unsigned number of 32 or 128 bits. */
    readonly value: bigint,
    readonly text: string,
  ) {}

  /** True where no address could be made out; no set contains it, and rules about addresses deny it. */
  get isMalformed(): boolean {
    return this.family === 0;
  }
}

/** Stands for a peer or forwarded address that could not be read. */
export const MALFORMED_ADDRESS = new ClientAddress(0, 0n, 'malformed');

/** Reads one address in strict notation (no octal, hexadecimal or shortened IPv4); null if it is none. */
export function parseAddress(text: string): ClientAddress | null {
  if (text.length > TEXT_CHARACTERS_MAX) return null;
  switch (isIP(text)) {
    case 4:
      return new ClientAddress(4, readIpv4(text), text);
    case 6:
      return toAddress(6, readIpv6(text));
    default:
      return null;
  }
}

/** The address of `value`; an IPv4-mapped value of family 6 becomes IPv4. */
export function toAddress(family: 4 | 6, value: bigint): ClientAddress {
  if (family === 6 && value >> 32n === MAPPED_PREFIX) return toAddress(4, value & 0xffff_ffffn);
  const bytes = Buffer.from(value.toString(16).padStart(family === 4 ? 8 : 32, '0'), 'hex');
  return new ClientAddress(family, value, ipaddr.fromByteArray([...bytes]).toString());
}

function readIpv4(text: string): bigint {
  return BigInt(text.split('.').reduce((value, octet) => value * 256 + Number(octet), 0));
}

function readIpv6(text: string): bigint {
  const bytes = ipaddr.parse(withoutZoneAndDots(text)).toByteArray();
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** The dotted tail is rewritten because ipaddr.js 2.5 reads the IPv4-compatible `::1.2.3.4` as if it were IPv4-mapped. */
function withoutZoneAndDots(text: string): string {
  const [address = ''] = text.split('%', 1);
  return address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...octets: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = octets.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
}
