import { DomainError } from '@tokenbay/errors';

/** A request that no controller serves. */
export interface UnroutedRequest {
  readonly method: string;
  /** The path without its query string. */
  readonly path: string;
  readonly wantsUpgrade: boolean;
}

/** Interfaces of providers, by method, that this gateway does not offer: `501` says so, where `404` would look like a typo. */
const NOT_OFFERED: readonly (readonly [methods: string, path: RegExp])[] = [
  ['POST', /^\/v1\/completions$/],
  ['POST', /^\/v1\/images\/variations$/],
  ['DELETE', /^\/v1\/videos\/[^/]+$/],
  ['POST', /^\/v1\/videos\/([^/]+\/remix|[^/]+\/(edits|extensions)|edits|extensions)$/],
  ['GET', /^\/v1\/(responses|chat\/completions)$/],
  ['*', /^\/v1\/(responses|chat\/completions)\/.+$/],
  ['*', /^\/v1\/messages\/batches(\/.*)?$/],
  ['*', /^\/v1\/audio\/(voices(\/.*)?|tts\/ws)$/],
  [
    '*',
    /^\/v1\/(conversations|uploads|vector_stores|containers|evals|skills|realtime|live|files|batches|fine_tuning|assistants|threads)(\/.*)?$/,
  ],
  ['*', /^\/v1\/engines\/.+$/],
  ['DELETE', /^\/v1\/models\/.+$/],
  [
    'POST',
    /^\/(v1beta|v1)\/models\/.+(:|%3[aA])(predict|predictLongRunning|batchGenerateContent|asyncBatchEmbedContent)$/,
  ],
  ['*', /^\/(v1beta|v1)\/(cachedContents|interactions|auth_tokens|tunedModels|operations)(\/.*)?$/],
  ['*', /^\/v1beta\/(files|batches)(\/.*)?$/],
  ['*', /^\/upload\/(v1beta|v1)\/.+$/],
];

/** A key may be anywhere in a path that leads nowhere. */
const SECRET = /(sk|adm)-[A-Za-z0-9]+/g;

/** What a request is told that reaches no controller: `not_implemented` where providers have such a path, else `route_not_found`. */
export function findRouteRefusal({ method, path, wantsUpgrade }: UnroutedRequest): DomainError {
  if (method === 'GET' && path === '/v1/responses' && wantsUpgrade) {
    return new DomainError('not_implemented', 'upgrade', {
      status: 426,
      message: 'WebSockets are not offered; use HTTP.',
    });
  }
  const isKnown = NOT_OFFERED.some(
    ([methods, pattern]) => (methods === '*' || methods.split(' ').includes(method)) && pattern.test(path),
  );
  return new DomainError(isKnown ? 'not_implemented' : 'route_not_found', path.slice(0, 200).replace(SECRET, '$1-…'));
}
