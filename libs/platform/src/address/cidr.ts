import { parseAddress, toAddress } from './client-address.js';

const MAPPED_RANGE = 0xffff_0000_0000n;

/** A range of addresses of one family, both ends included. */
export class Cidr {
  readonly first: bigint;
  readonly last: bigint;

  /** The range that `value` lies in; its host bits do not matter. */
  constructor(
    readonly family: 4 | 6,
    value: bigint,
    private readonly prefix: number,
  ) {
    const hostBits = BigInt((family === 4 ? 32 : 128) - prefix);
    this.first = (value >> hostBits) << hostBits;
    this.last = this.first | ((1n << hostBits) - 1n);
  }

  /** The canonical spelling: host bits cleared, the prefix always written. */
  get text(): string {
    return `${toAddress(this.family, this.first).text}/${this.prefix}`;
  }
}

/**
 * Reads `10.0.0.0/8`, `2001:db8::/32` or a single address; null if it is none. A range within `::ffff:0:0/96` becomes the IPv4 range it
 * stands for, as addresses do.
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
  if (!isMapped) return new Cidr(address.family, address.value, prefix);
  return prefix >= 96 ? new Cidr(4, address.value, prefix - 96) : new Cidr(6, MAPPED_RANGE | address.value, prefix);
}

function readPrefix(text: string, bits: number): number | null {
  const prefix = /^(0|[1-9]\d{0,2})$/.test(text) ? Number(text) : NaN;
  return prefix <= bits ? prefix : null;
}
