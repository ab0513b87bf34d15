import { gzipSync } from 'node:zlib';
import type { Behaviour } from './behaviours.js';
import { jsonAnswer, UPSTREAM_HEADERS, type Answer } from './exchange.js';
import type { ErrorForm, ProviderError } from './protocol.js';

const MEBIBYTE = 1_048_576;
const HTML =
  '<!doctype html><html><head><title>Just a moment...</title></head><body>Checking your browser.</body></html>';

/** The answer that takes the place of a good one, or null when that is wanted. */
export function substituteAnswer(behaviour: Behaviour, errors: ErrorForm): Answer | null {
  if (behaviour.isPlain) return null;
  const error = findError(behaviour, errors);
  if (error) return errorAnswer(error, errors, behaviour.get('retry-after'));
  if (behaviour.has('redirect')) {
    return { status: behaviour.number('redirect') ?? 307, headers: { location: '/__redirected' }, pieces: [] };
  }
  if (behaviour.has('html')) return { ...jsonAnswer(200, HTML), headers: withType('text/html; charset=utf-8') };
  if (behaviour.has('empty')) return { ...jsonAnswer(200, ''), pieces: [] };
  if (behaviour.has('error-body')) return jsonAnswer(200, errors.render(errors.byStatus(500)));
  if (behaviour.has('invalid-json')) return jsonAnswer(200, '{"id":"chatcmpl-broken","object":"chat.comp');
  if (behaviour.has('gzip-bomb')) return gzipBomb(behaviour.number('gzip-bomb') ?? 0);
  return null;
}

/** An error answer in the provider's form. */
export function errorAnswer(error: ProviderError, errors: ErrorForm, retryAfter?: string): Answer {
  const answer = jsonAnswer(error.status, errors.render(error));
  return retryAfter === undefined ? answer : { ...answer, headers: { ...answer.headers, 'retry-after': retryAfter } };
}

function findError(behaviour: Behaviour, errors: ErrorForm): ProviderError | undefined {
  const code = behaviour.get('error');
  const status = behaviour.number('status');
  if (code !== undefined) return { ...errors.byCode(code), ...(status === undefined ? {} : { status }) };
  return status === undefined ? undefined : errors.byStatus(status);
}

/** Gzip lets members follow one another: one kilobyte on the wire is one mebibyte of blanks, as often as asked. */
function gzipBomb(mebibytes: number): Answer {
  const member = gzipSync(Buffer.alloc(MEBIBYTE, ' '));
  const bytes = Buffer.concat(Array.from({ length: mebibytes }, () => member));
  return { status: 200, headers: { ...withType('application/json'), 'content-encoding': 'gzip' }, pieces: [{ bytes }] };
}

function withType(type: string): Record<string, string> {
  return { ...UPSTREAM_HEADERS, 'content-type': type };
}
