import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ErrorResponse } from '../http/error.response.js';
import { METHODS } from './call.js';
import { describeOperation } from './describe-operation.js';
import { tidySchemas } from './tidy-schemas.js';

/** Grows with the API: the first number with what breaks clients, as in the path, the second with what is added. */
const API_VERSION = '1.0.0';
const PUBLIC_PATHS = /^\/health\//;

const DESCRIPTION = `Manages groups, accounts, points, API keys, models, channels and access rules, and reads usage and tasks.

* **Points** are decimal strings with at most six decimals, such as \`"12.5"\`; numbers are accepted on input.
* **Times** are RFC 3339 in UTC, ranges \`[from, to)\`. **Ids** are strings of digits.
* **Lists** are newest first: send \`nextCursor\` as \`cursor\` until it is null.
* **PATCH** is a merge patch (RFC 7396), sent as \`application/json\` or \`application/merge-patch+json\`: absent is unchanged, null clears, lists and \`prices\` are replaced whole.
* **POST** is safe to repeat under an \`Idempotency-Key\`; PATCH and DELETE detect lost races by \`If-Match\`.
* **Errors** have one form; compare \`error.code\`. Unknown fields and query parameters are refused.
* Every answer carries \`x-request-id\`. A change that is answered is in force on every gateway within a second.`;

const TOKEN = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'adm-…',
  description:
    'An admin token: an opaque text, printed once at the first start or chosen as ADMIN_TOKEN. Viewers may only read.',
} as const;

const TAGS: Readonly<Record<string, string>> = {
  groups: 'Price multipliers, and the models that may be used.',
  accounts: 'Customers: who owns API keys and points.',
  points: 'What accounts own, and every entry that changed it.',
  'api keys': 'Credentials of clients with limits of their own; issued, restricted, reset, never deleted.',
  models: 'What clients may ask for, and what it costs.',
  channels: 'Upstreams that serve models, and the keys they are called with.',
  'access rules': 'From where and when requests are allowed.',
  usage: 'Every request that reached an upstream, and what it was charged.',
  tasks: 'What runs at providers after its request was answered: videos.',
  health: 'For load balancers and container engines.',
};

/** The OpenAPI document: what the controllers declare, and what holds for all of them. */
export function buildDocument(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('TokenBay Gateway: admin API')
    .setDescription(DESCRIPTION)
    .setVersion(API_VERSION)
    .addServer('/', 'The server that answers this document.')
    .addServer('http://{host}:{port}', 'Another one.', {
      host: { default: '127.0.0.1', description: 'ADMIN_HOST, as clients reach it.' },
      port: { default: '3001', description: 'ADMIN_PORT.' },
    })
    .addBearerAuth(TOKEN, 'token');
  for (const [name, description] of Object.entries(TAGS)) builder.addTag(name, description);
  const document = SwaggerModule.createDocument(app, builder.build(), {
    extraModels: [ErrorResponse],
    operationIdFactory: (controller, method) => toOperationId(controller.replace(/Controller$/, ''), method),
  });
  for (const [path, item] of Object.entries(document.paths)) {
    if (PUBLIC_PATHS.test(path)) continue;
    for (const method of METHODS) if (item[method]) describeOperation(item[method], { path, method });
  }
  tidySchemas(document);
  return document;
}

/** `ApiKeys`, `reset` → `apiKeysReset`: what generated clients call their methods. */
function toOperationId(noun: string, method: string): string {
  return noun.charAt(0).toLowerCase() + noun.slice(1) + method.charAt(0).toUpperCase() + method.slice(1);
}
