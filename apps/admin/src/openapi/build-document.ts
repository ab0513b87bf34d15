import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, getSchemaPath, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ErrorResponse } from '../http/error.response.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const PUBLIC_PATHS = /^\/health\//;

const IDEMPOTENCY_KEY = headerParameter(
  'Idempotency-Key',
  'The same key and body within 24 hours get the first answer again; another body under it is 409.',
);
const IF_MATCH = headerParameter('If-Match', 'The version that was read; 409 where the object has changed since.');

/** The OpenAPI document: what the controllers declare, and what holds for all of them. */
export function buildDocument(app: INestApplication): OpenAPIObject {
  const base = new DocumentBuilder()
    .setTitle('TokenBay Gateway: admin API')
    .setDescription('Manages groups, accounts, points, API keys, models, channels and access rules.')
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer' }, 'token')
    .build();
  const document = SwaggerModule.createDocument(app, base, { extraModels: [ErrorResponse] });
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) if (item[method]) describeCommon(path, method, item[method]);
  }
  return document;
}

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

function describeCommon(path: string, method: (typeof METHODS)[number], operation: Operation): void {
  if (PUBLIC_PATHS.test(path)) return;
  operation.security = [{ token: [] }];
  operation.responses['default'] = {
    description: 'An error.',
    content: { 'application/json': { schema: { $ref: getSchemaPath(ErrorResponse) } } },
  };
  const parameters = (operation.parameters ??= []);
  if (method === 'post') parameters.push(IDEMPOTENCY_KEY);
  if (method === 'patch' || method === 'delete') parameters.push(IF_MATCH);
}

function headerParameter(name: string, description: string) {
  return { name, in: 'header' as const, required: false, description, schema: { type: 'string' as const } };
}
