import { parseAddress, toAddress } from './client-address.js';

/** A range of addresses of one family, both ends included; `text` is canonical: host bits cleared, the prefix always written. */
export interface Cidr {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
  readonly text: string;
}

/**
 * Reads `10.0.0.0/8`, `2001:db8::/32` or a single address; null if it is none. Host bits are cleared, and a range within
 * `::ffff:0:0/96` becomes the IPv4 range it stands for, as addresses do.
 */
export function parseCidr(text: string): Cidr | null {
  const slash = text.indexOf('/');
  const base = slash < 0 ? text : text.slice(0, slash);
  const address = base.includes('%') ? null : parseAddress(base);
  if (address === null || address.family === 0) return null;
  const writtenBits = base.includes(':') ? 128 : 32;
  const prefix = slash < 0 ? writtenBits : readPrefix(text.slice(slash + 1), writtenBits);
  if (prefix === null) return null;
  const isMapped = address.family === 4 && writtenBits === 128;
  if (!isMapped) return toCidr(address.family, address.value, prefix);
  return prefix >= 96 ? toCidr(4, address.value, prefix - 96) : toCidr(6, 0xffff_0000_0000n | address.value, prefix);
}

function readPrefix(text: string, bits: number): number | null {
  const prefix = /^(0|[1-9]\d{0,2})$/.test(text) ? Number(text) : NaN;
  return prefix <= bits ? prefix : null;
}

function toCidr(family: 4 | 6, value: bigint, prefix: number): Cidr {
  const hostBits = BigInt((family === 4 ? 32 : 128) - prefix);
  const first = (value >> hostBits) << hostBits;
  const last = first | ((1n << hostBits) - 1n);
  return { family, first, last, text: `${toAddress(family, first).text}/${prefix}` };
}
