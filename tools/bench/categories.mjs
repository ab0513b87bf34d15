// @ts-check

/** @typedef {{ functionName: string, url: string, lineNumber: number }} CallFrame */

export const IDLE = 'idle';
export const COLLECTOR = 'garbage collector';
export const OUTSIDE = 'V8 and libuv outside JavaScript';
const TRANSPORT = 'node:http, net, streams';
const JSON_CALLS = 'JSON';
/** The two database statements of a request: client, ledger, and everything below them, sockets and JSON included. */
export const DATABASE = ['pg client', 'points'];

/** Callers that what they call counts for: their sockets and their JSON are their own. */
const ABSORBING = new Set([...DATABASE, 'undici']);

const FRAMELESS = new Map([
  ['(idle)', IDLE],
  ['(program)', OUTSIDE],
  ['(garbage collector)', COLLECTOR],
]);
/** Node's own modules that are a layer of a request's way; the others (crypto, url, buffer …) count for whoever calls them. */
const TRANSPORT_URL =
  /^node:(_http|http|net|_?stream|events|timers|internal\/(http|net|streams?|stream_base_commons|timers|process|async_hooks|dns|abort))/;
const MARK = /\/tools\/bench\/mark-json\.mjs$/;

/** @type {readonly (readonly [RegExp, string])[]} */
const OWNERS = [
  [/\/node_modules\/(pg|pg-[a-z-]+|postgres-[a-z-]+)\//, 'pg client'],
  [/\/node_modules\/undici\//, 'undici'],
  [
    /\/node_modules\/(fastify|@fastify|find-my-way|avvio|fast-[a-z-]+|secure-json-parse|light-my-request|toad-cache|rfdc|process-warning)\//,
    'fastify',
  ],
  [/\/node_modules\/(@nestjs|rxjs|reflect-metadata|iterare)\//, 'nest'],
  [/\/node_modules\/(pino|sonic-boom|prom-client|tdigest|thread-stream|quick-format-unescaped)\//, 'log and metrics'],
  [/\/node_modules\/typeorm\//, 'typeorm'],
  [/\/dist\/apps\/gateway\/health\//, 'log and metrics'],
  [/\/tools\/bench\/bare\.mjs$/, 'bare'],
];
const OUR_FILE = /\/dist\/(?:apps\/gateway|node_modules\/@tokenbay)\/([a-z-]+)/;

/**
 * Where the time spent in a frame itself belongs, given where its caller's belongs.
 *
 * @param {CallFrame} frame
 * @param {string | undefined} caller
 * @returns {string}
 */
export function categorise({ functionName, url }, caller) {
  const frameless = FRAMELESS.get(functionName);
  if (url === '') return frameless ?? caller ?? OUTSIDE;
  if (url.startsWith('node:')) {
    if (caller !== undefined && ABSORBING.has(caller)) return caller;
    return TRANSPORT_URL.test(url) ? TRANSPORT : (caller ?? TRANSPORT);
  }
  if (MARK.test(url)) return caller !== undefined && DATABASE.includes(caller) ? caller : JSON_CALLS;
  const known = OWNERS.find(([pattern]) => pattern.test(url));
  if (known) return known[1];
  const ours = OUR_FILE.exec(url);
  // Small packages, such as caches, work for the room that calls them.
  return ours?.[1] ?? caller ?? 'other';
}

/** The short name of a frame's place: the file below `dist/` or `node_modules/`, and its line. @param {CallFrame} frame */
export function placeOf({ functionName, url, lineNumber }) {
  const file = url
    .replace(/^.*\/dist\/(node_modules\/@tokenbay\/)?/, '')
    .replace(/^.*\/node_modules\//, '')
    .replace(/^file:.*\/tools\//, 'tools/');
  return `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}`;
}
