import { parseAddress } from './client-address.js';
import type { HostAllowList } from './host-allow-list.js';
import { isPublicAddress } from './is-public-address.js';

const LENGTH_MAX = 8_192;
/** URL parsers quietly drop or rewrite these, and two parsers that differ are how a check is passed by. */
const SUSPICIOUS = /[\s\\\p{Cc}]/u;

/** Of those, what no parser leaves where it stands; a space in a path is read the same by all. */
const MISREAD = /[\\\p{Cc}]/u;

/**
 * Names that only ever lead into somebody's own network (RFC 6761, 6762, 8375, ICANN's reservation of `internal` and the names that it will
 * not give out, and those of services in a cluster).
 */
const LOCAL_NAME =
  /(^|\.)(localhost|localdomain|local|internal|private|home\.arpa|home|corp|mail|intranet|lan|svc|consul)$/;

const IPV4 = /^[\d.]+$/;
/** The host as it was written. */
const WRITTEN_HOST = /^\s*https?:\/\/([^/?#:]*)/i;
const HTTPS_PORT = 443;
const PRIVILEGED_PORT_MAX = 1023;
/** Ports above the privileged ones that the fetch standard blocks, since what listens there speaks something else. */
const BLOCKED_PORTS = new Set([
  ...[1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566],
  ...[6665, 6666, 6667, 6668, 6669, 6679, 6697, 10_080],
]);

/** A URL that came from elsewhere, or what is wrong with it, written to follow the name of the field it stands in. */
export type ForeignUrlReading = { readonly url: URL } | { readonly problem: string };

/**
 * Judges a URL from elsewhere by its text: https, no credentials, a port of the web, no address and no name that is known not to be public.
 * What is listed may be plain http and lie anywhere. A name may still resolve to anything: that is judged when it is fetched. Addresses are
 * read as browsers do, so that decimal, octal, hexadecimal and shortened forms are seen for what they are.
 */
export function readForeignUrl(text: string, allowed: HostAllowList): ForeignUrlReading {
  if (text.length > LENGTH_MAX || SUSPICIOUS.test(text) || !URL.canParse(text))
    return { problem: ' must be an absolute URL.' };
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return { problem: ' must begin with https://.' };
  if (url.username || url.password) return { problem: ' must not hold credentials.' };
  if (allowed.has(url)) return { url };
  if (url.protocol !== 'https:') return { problem: ' must begin with https://.' };
  if (!isWebPort(url.port === '' ? HTTPS_PORT : Number(url.port)))
    return { problem: ' must have port 443, or one above 1023 that is meant for the web.' };
  return mayBePublic(url.hostname) ? { url } : { problem: ' must lead to a public address.' };
}

/**
 * What is wrong with a URL that somebody else is to fetch for whoever sent it, as a sentence about its field without its end; undefined where
 * nothing is. Judged by its text alone, as above, but that plain http and any port are taken: a name may lead inside all the same. An IPv4
 * address must be written plainly, since other forms are read differently by different parsers.
 */
export function findPublicUrlProblem(text: string): string | undefined {
  if (text.length > LENGTH_MAX || MISREAD.test(text) || !URL.canParse(text)) return 'must be an absolute URL';
  const { protocol, hostname, username, password } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') return 'must begin with https:// or http://';
  if (username || password) return 'must not hold credentials';
  const isPlain = !IPV4.test(hostname) || WRITTEN_HOST.exec(text)?.[1] === hostname;
  return isPlain && mayBePublic(hostname) ? undefined : 'must lead to a public address';
}

/** The address that a URL's host is, if it is one, without the brackets of IPv6. */
export function addressOfHost(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

function mayBePublic(hostname: string): boolean {
  const address = parseAddress(addressOfHost(hostname));
  if (address) return isPublicAddress(address);
  const name = hostname.replace(/\.+$/, '');
  return name.includes('.') && !LOCAL_NAME.test(name);
}

function isWebPort(port: number): boolean {
  return port === HTTPS_PORT || (port > PRIVILEGED_PORT_MAX && !BLOCKED_PORTS.has(port));
}
