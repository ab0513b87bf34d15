import { createHash } from 'node:crypto';

/** A digest that is equal for equal requests: method, path with query, and body, whatever the order of its fields. */
export function requestDigest(method: string, url: string, body: unknown): Buffer {
  return createHash('sha256').update(`${method} ${url}\n`).update(toCanonicalJson(body)).digest();
}

function toCanonicalJson(body: unknown): string {
  return JSON.stringify(body ?? null, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
