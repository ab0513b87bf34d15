import { DomainError } from '@tokenbay/errors';

/** A request that no controller serves. */
export interface UnroutedRequest {
  readonly method: string;
  /** The path without its query string. */
  readonly path: string;
  readonly wantsUpgrade: boolean;
}

/** Paths that clients know from their providers and that this gateway does not offer: `501` tells them so, where `404` would look like a typo. */
const NOT_OFFERED: readonly RegExp[] = [
  /^\/v1\/responses(\/.*)?$/,
  /^\/v1\/completions$/,
  /^\/v1\/chat\/completions\/.+$/,
  /^\/v1\/messages(\/.*)?$/,
  /^\/v1\/(embeddings|moderations|rerank)$/,
  /^\/v1\/images\/(generations|edits|variations)$/,
  /^\/v1\/audio\/(speech|transcriptions|translations|voices(\/.*)?|tts\/ws)$/,
  /^\/v1\/(conversations|uploads|vector_stores|containers|evals|skills|realtime|live|files|batches|fine_tuning|assistants|threads)(\/.*)?$/,
  /^\/v1\/engines\/.+$/,
  /^\/v1\/videos(\/.*)?$/,
  /^\/v1\/video\/generations(\/.*)?$/,
  /^\/(v1beta|v1)\/models\/.+(:|%3[aA])[A-Za-z]+$/,
  /^\/v1beta\/(files|cachedContents|batches|interactions|auth_tokens|tunedModels|operations)(\/.*)?$/,
  /^\/upload\/v1beta\/.+$/,
];
const METHOD_NOT_OFFERED: readonly (readonly [method: string, path: RegExp])[] = [
  ['GET', /^\/v1\/chat\/completions$/],
  ['DELETE', /^\/v1\/models\/.+$/],
];

/** What a request is told that reaches no controller: `not_implemented` where providers have such a path, else `route_not_found`. */
export function findRouteRefusal({ method, path, wantsUpgrade }: UnroutedRequest): DomainError {
  if (method === 'GET' && path === '/v1/responses' && wantsUpgrade) {
    return new DomainError('not_implemented', 'upgrade', {
      status: 426,
      message: 'WebSockets are not offered; use HTTP.',
    });
  }
  const isKnown =
    NOT_OFFERED.some((pattern) => pattern.test(path)) ||
    METHOD_NOT_OFFERED.some(([known, pattern]) => known === method && pattern.test(path));
  return new DomainError(isKnown ? 'not_implemented' : 'route_not_found', path.slice(0, 200));
}
