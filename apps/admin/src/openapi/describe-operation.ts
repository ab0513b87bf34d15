import { MERGE_PATCH } from '../http/merge-patch.js';
import type { Method, Operation, Place } from './call.js';
import { errorResponse } from './error-responses.js';
import { parametersOf } from './parameters.js';

const SUCCESSES: Readonly<Record<Method, string>> = {
  get: 'What was asked for.',
  post: 'What was created.',
  patch: 'The object as it is now.',
  delete: 'Deleted; the answer has no body.',
};
const ANSWERED_ANYWHERE = [401, 429, 500, 503];

/** Adds to a call what follows from its method and path: its token, parameters, media types, and every error it can answer. */
export function describeOperation(operation: Operation, place: Place): void {
  operation.security = [{ token: [] }];
  operation.parameters = parametersOf(operation, place);
  for (const [status, response] of Object.entries(operation.responses))
    if (Number(status) < 300 && response && 'description' in response && response.description === '')
      response.description = SUCCESSES[place.method];
  for (const status of errorStatusesOf(operation, place)) {
    const { description = '' } = (operation.responses[status] ?? {}) as { description?: string };
    operation.responses[status] = errorResponse(status, [description, ...reasonsOf(status, operation)]);
  }
  if (place.method === 'patch') takeMergePatches(operation);
}

function errorStatusesOf({ responses, parameters = [], requestBody }: Operation, { path, method }: Place): number[] {
  const declared = Object.keys(responses)
    .map(Number)
    .filter((status) => status >= 400);
  const isList = parameters.some((parameter) => 'in' in parameter && parameter.in === 'query');
  return [
    ...new Set([
      ...declared,
      ...ANSWERED_ANYWHERE,
      ...(method !== 'get' || isList ? [400] : []),
      ...(method !== 'get' ? [403, 409] : []),
      ...(path.includes('{') ? [404] : []),
      ...(requestBody ? [413] : []),
    ]),
  ].sort((a, b) => a - b);
}

/** Why any call with such headers can meet a conflict. */
function reasonsOf(status: number, { parameters = [] }: Operation): string[] {
  if (status !== 409) return [];
  const has = (name: string) => parameters.some((parameter) => 'name' in parameter && parameter.name === name);
  return [
    ...(has('If-Match') ? ['The object has another version than If-Match says.'] : []),
    ...(has('Idempotency-Key')
      ? ['The Idempotency-Key belongs to another request, or to one without answer yet.']
      : []),
  ];
}

function takeMergePatches({ requestBody }: Operation): void {
  if (!requestBody || !('content' in requestBody)) return;
  const { content } = requestBody;
  content[MERGE_PATCH] = { ...content['application/json'] };
}
