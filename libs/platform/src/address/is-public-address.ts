import { CidrSet } from './cidr-set.js';
import type { ClientAddress } from './client-address.js';

/** IPv4 that the registries of special purposes keep from the public internet. */
const SPECIAL_IPV4 = CidrSet.parse([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
]);

/** All of IPv6 that is given out as global unicast. What embeds IPv4 without being mapped, what is local and what is multicast lies outside. */
const GLOBAL_IPV6 = CidrSet.parse(['2000::/3']);

/** Of that: protocol assignments with Teredo and ORCHID, 6to4, and addresses for documentation. */
const SPECIAL_IPV6 = CidrSet.parse(['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

/**
 * Whether an address belongs to the public internet, so that a URL from elsewhere may lead there. IPv4-mapped IPv6 is judged by the IPv4
 * inside; every other form that embeds IPv4 (compatible, translated, NAT64, 6to4, Teredo) is not public whatever it holds.
 */
export function isPublicAddress(address: ClientAddress): boolean {
  if (address.family === 4) return !SPECIAL_IPV4.contains(address);
  return GLOBAL_IPV6.contains(address) && !SPECIAL_IPV6.contains(address);
}
