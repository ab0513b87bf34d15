import { isIP } from 'node:net';
import { isWellFormedSecret } from '../crypto/secret.js';

/** Parsers of configuration values: each answers the value or throws an Error whose message ends the sentence "NAME …". */
export function integerBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,12}$/.test(text) ? Number(text) : NaN;
    if (!(value >= min && value <= max)) throw new Error(`must be a whole number from ${min} to ${max}`);
    return value;
  };
}

export const port = integerBetween(1, 65_535);
export const portOrOff = integerBetween(0, 65_535);
export const percent = integerBetween(0, 100);

const MONTHS_MAX = 1_200;

/** Whole months; 0 is for ever. A month that began last month may still count for a limit. */
export function monthsKept(text: string): number {
  const value = /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  if (!(value === 0 || (value >= 2 && value <= MONTHS_MAX)))
    throw new Error(`must be 0, or a whole number from 2 to ${MONTHS_MAX}`);
  return value;
}

/** An address or name to listen on. */
export function host(text: string): string {
  if (isIP(text) === 0 && !/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text))
    throw new Error('must be an IP address or a host name');
  return text;
}

export function postgresUrl(text: string): string {
  return urlOf(text, ['postgres:', 'postgresql:'], 'must be a URL like postgres://user:password@host:5432/name');
}

export function redisUrl(text: string): string {
  return urlOf(text, ['redis:', 'rediss:'], 'must be a URL like redis://host:6379');
}

/** Comma-separated values; blanks around them are dropped. */
export function list(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Comma-separated browser origins: scheme, host and port, nothing else. */
export function origins(text: string): readonly string[] {
  const items = list(text);
  for (const item of items) {
    if (!URL.canParse(item) || new URL(item).origin !== item)
      throw new Error('must list origins like https://app.example.com');
  }
  return items;
}

export function adminToken(text: string): string {
  if (!isWellFormedSecret(text, 'adm-') && !(text.length >= 16 && text.length <= 128 && /^[\x21-\x7e]+$/.test(text)))
    throw new Error('must be 16 to 128 printable characters without blanks');
  return text;
}

export function oneOf<const T extends string>(...values: T[]): (text: string) => T {
  return (text) => {
    const value = values.find((candidate) => candidate === text);
    if (value === undefined) throw new Error(`must be one of ${values.join(', ')}`);
    return value;
  };
}

function urlOf(text: string, protocols: readonly string[], problem: string): string {
  if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol)) throw new Error(problem);
  return text;
}
