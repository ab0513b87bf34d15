import { parseCidr, type Cidr } from './cidr.js';
import type { ClientAddress } from './client-address.js';

/** An immutable set of addresses. Ranges are sorted and merged once, so that `contains` is a binary search over disjoint ranges. */
export class CidrSet {
  static readonly EMPTY = new CidrSet([]);

  private readonly ipv4: Ranges;
  private readonly ipv6: Ranges;

  constructor(cidrs: readonly Cidr[]) {
    this.ipv4 = merge(cidrs.filter(({ family }) => family === 4));
    this.ipv6 = merge(cidrs.filter(({ family }) => family === 6));
  }

  /** Reads every text; throws an Error that names the ones that are no CIDR, ending the sentence "NAME …". */
  static parse(texts: readonly string[]): CidrSet {
    const cidrs = texts.map(parseCidr);
    const wrong = texts.filter((_, index) => cidrs[index] === null);
    if (wrong.length > 0)
      throw new Error(`must list CIDRs like 10.0.0.0/8 or 2001:db8::/32; not one: ${wrong.join(', ')}`);
    return new CidrSet(cidrs.filter((cidr) => cidr !== null));
  }

  get isEmpty(): boolean {
    return this.ipv4.firsts.length === 0 && this.ipv6.firsts.length === 0;
  }

  /** Whether the address lies in one of the ranges. IPv4 never matches an IPv6 range, nor the reverse; a malformed address matches none. */
  contains(address: ClientAddress): boolean {
    if (address.family === 0) return false;
    const { firsts, lasts } = address.family === 4 ? this.ipv4 : this.ipv6;
    const index = countNotAbove(firsts, address.value) - 1;
    return index >= 0 && address.value <= (lasts[index] as bigint);
  }
}

interface Ranges {
  readonly firsts: readonly bigint[];
  readonly lasts: readonly bigint[];
}

/** Overlapping and adjacent ranges become one. */
function merge(cidrs: readonly Cidr[]): Ranges {
  const sorted = cidrs.toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const firsts: bigint[] = [];
  const lasts: bigint[] = [];
  for (const { first, last } of sorted) {
    const end = lasts.at(-1);
    if (end === undefined || first > end + 1n) {
      firsts.push(first);
      lasts.push(last);
    } else if (last > end) {
      lasts[lasts.length - 1] = last;
    }
  }
  return { firsts, lasts };
}

function countNotAbove(sorted: readonly bigint[], value: bigint): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as bigint) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
