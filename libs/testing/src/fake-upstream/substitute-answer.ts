import { gzipSync } from 'node:zlib';
import type { Behaviour } from './behaviours.js';
import { jsonAnswer, UPSTREAM_HEADERS, type Answer } from './exchange.js';
import { errorByCode, errorByStatus, renderOpenaiError, type OpenaiError } from './openai-errors.js';

const MEBIBYTE = 1_048_576;
const HTML =
  '<!doctype html><html><head><title>Just a moment...</title></head><body>Checking your browser.</body></html>';

/** The answer that takes the place of a completion, or null when a completion is wanted. */
export function substituteAnswer(behaviour: Behaviour): Answer | null {
  if (behaviour.isPlain) return null;
  const error = findError(behaviour);
  if (error) return errorAnswer(error, behaviour.get('retry-after'));
  if (behaviour.has('redirect')) {
    return { status: behaviour.number('redirect') ?? 307, headers: { location: '/__redirected' }, pieces: [] };
  }
  if (behaviour.has('html')) return { ...jsonAnswer(200, HTML), headers: withType('text/html; charset=utf-8') };
  if (behaviour.has('empty')) return { ...jsonAnswer(200, ''), pieces: [] };
  if (behaviour.has('error-body')) return jsonAnswer(200, renderOpenaiError(errorByCode('server_error')));
  if (behaviour.has('invalid-json')) return jsonAnswer(200, '{"id":"chatcmpl-broken","object":"chat.comp');
  if (behaviour.has('gzip-bomb')) return gzipBomb(behaviour.number('gzip-bomb') ?? 0);
  return null;
}

/** An error answer in OpenAI's form. */
export function errorAnswer(error: OpenaiError, retryAfter?: string): Answer {
  const answer = jsonAnswer(error.status, renderOpenaiError(error));
  return retryAfter === undefined ? answer : { ...answer, headers: { ...answer.headers, 'retry-after': retryAfter } };
}

function findError(behaviour: Behaviour): OpenaiError | undefined {
  const code = behaviour.get('error');
  const status = behaviour.number('status');
  if (code !== undefined) return { ...errorByCode(code), ...(status === undefined ? {} : { status }) };
  return status === undefined ? undefined : errorByStatus(status);
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
