import type { OpenAPIObject } from '@nestjs/swagger';
import { NAME_PATTERN } from '@tokenbay/protocol';
import type { Operation, Place } from './call.js';

type Parameters = NonNullable<Operation['parameters']>;
type Parameter = Parameters[number];
type Schema = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string];

const IDEMPOTENCY_KEY = header('Idempotency-Key', {
  description:
    'Makes the call safe to repeat: the same key and body within 24 hours get the first answer again, marked `idempotent-replayed: true`; another body under it is 409. A call that failed gives its key back.',
  schema: { type: 'string', minLength: 1, maxLength: 255, example: 'b7d0f0a2-4d3c-4a3e-9d36-4f7f0a0f3b1e' },
});
const IF_MATCH = header('If-Match', {
  description: 'The `version` that was read; 409 where the object has changed since. Without it the last writer wins.',
  schema: { type: 'string', example: '3' },
});

const ID: Schema = { type: 'string', pattern: '^[1-9]\\d{0,18}$', example: '17' };
const IN_PATH: Readonly<Record<string, { description: string; schema: Schema }>> = {
  id: { description: 'The id of the object.', schema: ID },
  keyId: { description: "The id of the channel's key.", schema: { ...ID, example: '23' } },
  name: {
    description: 'The name of the object, percent-encoded.',
    schema: { type: 'string', pattern: NAME_PATTERN.source },
  },
  requestId: {
    description: "The `x-request-id` of the gateway's answer.",
    schema: { type: 'string', format: 'uuid', example: '01984c5e-8a70-7cc3-9d2b-6f1f6a0c1d2e' },
  },
};

/** All parameters of a call: those of its path, whether the controller declares them or not, its query, and the headers of its method. */
export function parametersOf({ parameters = [] }: Operation, { path, method }: Place): Parameters {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return [
    ...inPath.map((name): Parameter => ({ name, in: 'path', required: true, ...IN_PATH[name] })),
    ...parameters.filter((parameter) => !('in' in parameter) || parameter.in !== 'path'),
    ...(method === 'post' ? [IDEMPOTENCY_KEY] : []),
    ...(method === 'patch' || method === 'delete' || path.endsWith('/reset') ? [IF_MATCH] : []),
  ];
}

function header(name: string, { description, schema }: { description: string; schema: Schema }): Parameter {
  return { name, in: 'header', required: false, description, schema };
}
