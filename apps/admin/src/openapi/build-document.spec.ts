import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { validate } from '@readme/openapi-parser';
import { ERROR_CATALOGUE } from '@tokenbay/errors';
import { readConfig } from '@tokenbay/platform';
import { pino } from 'pino';
import { ADMIN_CONFIG_SPEC } from '../admin.config.js';
import { createAdminApp } from '../create-admin-app.js';
import { buildDocument } from './build-document.js';
import { METHODS } from './call.js';
import { CODES } from './error-responses.js';

type Json = Record<string, unknown>;
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: string[];
  readonly security?: unknown;
  readonly parameters?: { name: string; in: string; description?: string; schema?: Json }[];
  readonly requestBody?: { content: Record<string, { schema: { $ref: string } }> };
  readonly responses: Record<
    string,
    { description: string; content?: Record<string, { schema: Json; examples?: Json }> }
  >;
}

/** Never reached: building an application opens no connection. */
const ENVIRONMENT = {
  DATABASE_URL: 'postgres://user:password@127.0.0.1:1/none',
  SECRETS_KEY: Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7)).toString('base64'),
};

let app: NestFastifyApplication;
let document: OpenAPIObject;
let operations: [call: string, operation: Operation][];
let schemas: Record<string, { properties?: Record<string, Json> }>;

beforeAll(async () => {
  app = await createAdminApp(readConfig(ADMIN_CONFIG_SPEC, ENVIRONMENT), pino({ level: 'silent' }));
  document = JSON.parse(JSON.stringify(buildDocument(app))) as OpenAPIObject;
  schemas = document.components?.schemas as never;
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => (item[method] ? [[`${method} ${path}`, item[method] as never] as const] : [])),
  ) as never;
});

const operationOf = (call: string) => new Map(operations).get(call)!;
const bodySchemaOf = (call: string) =>
  schemas[operationOf(call).requestBody?.content['application/json']?.schema.$ref.split('/').at(-1) ?? '']!;

/** Every property of every object anywhere in the document, by its path. */
function* propertiesOf(value: unknown, path: string): Generator<[path: string, property: Json]> {
  if (typeof value !== 'object' || value === null) return;
  const { properties, examples: _, example: __, ...rest } = value as Json;
  for (const [name, property] of Object.entries((properties ?? {}) as Json)) {
    yield [`${path}.${name}`, property as Json];
    yield* propertiesOf(property, `${path}.${name}`);
  }
  for (const [name, part] of Object.entries(rest)) yield* propertiesOf(part, `${path}/${name}`);
}

describe('the OpenAPI document', () => {
  it('is valid', async () => {
    const copy = structuredClone(document) as never;
    expect(await validate(copy)).toEqual({ valid: true, warnings: [], specification: 'OpenAPI' });
  });

  it('says where it is served, how to authenticate, and which version it has', () => {
    expect(document.openapi).toMatch(/^3\./);
    expect(document.info.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(document.servers?.[0]).toMatchObject({ url: '/' });
    expect(document.components?.securitySchemes).toEqual({
      token: expect.objectContaining({ type: 'http', scheme: 'bearer', bearerFormat: 'adm-…' }),
    });
    const tags = new Set(operations.flatMap(([, { tags }]) => tags));
    expect(document.tags?.map(({ name }) => name).sort()).toEqual([...tags].sort());
  });

  it('summarises every operation under a name of its own', () => {
    expect(operations.length).toBeGreaterThan(40);
    for (const [call, { summary }] of operations)
      expect([call, summary]).toEqual([call, expect.stringMatching(/^[A-Z]/)]);
    expect(new Set(operations.map(([, { summary }]) => summary)).size).toBe(operations.length);
    expect(new Set(operations.map(([, { operationId }]) => operationId)).size).toBe(operations.length);
  });

  it('describes every property, parameter and response', () => {
    const properties = [...propertiesOf(document, '')];
    expect(properties.length).toBeGreaterThan(200);
    const bare = properties.filter(([, { description }]) => typeof description !== 'string' || description === '');
    expect(bare.map(([path]) => path)).toEqual([]);
    for (const [call, { parameters = [], responses }] of operations) {
      for (const { name, description } of parameters)
        expect([call, name, description]).toEqual([call, name, expect.any(String)]);
      for (const [status, { description }] of Object.entries(responses))
        expect([call, status, description]).toEqual([call, status, expect.stringMatching(/\S/)]);
    }
  });

  it('declares every parameter of a path', () => {
    for (const [call, { parameters = [] }] of operations)
      expect([call, parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)]).toEqual([
        call,
        [...call.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      ]);
  });

  it('lists the errors each operation can answer, with their codes', () => {
    const errorsOf = (call: string) =>
      Object.keys(operationOf(call).responses)
        .map(Number)
        .filter((status) => status >= 400);
    expect(errorsOf('post /admin/v1/accounts')).toEqual([400, 401, 403, 409, 413, 429, 500, 503]);
    expect(errorsOf('get /admin/v1/accounts')).toEqual([400, 401, 429, 500, 503]);
    expect(errorsOf('get /admin/v1/accounts/{id}')).toEqual([401, 404, 429, 500, 503]);
    expect(errorsOf('patch /admin/v1/accounts/{id}')).toEqual([400, 401, 403, 404, 409, 413, 429, 500, 503]);
    expect(errorsOf('delete /admin/v1/models/{name}')).toEqual([400, 401, 403, 404, 409, 429, 500, 503]);
    expect(errorsOf('post /admin/v1/channels/{id}/test')).not.toContain(501);
    const { description, content } = operationOf('post /admin/v1/accounts').responses['409']!;
    expect(description).toContain('externalId');
    expect(description).toContain('Idempotency-Key');
    expect(content?.['application/json']).toMatchObject({
      schema: { $ref: '#/components/schemas/ErrorResponse' },
      examples: { conflict: { value: { error: { code: 'conflict', type: 'conflict_error' } } } },
    });
    for (const [call, { responses }] of operations) expect([call, responses]).not.toHaveProperty('1.default');
  });

  it('knows every code of the admin API, each under its status', () => {
    const known = Object.entries(CODES).flatMap(([status, codes]) => codes.map((code) => [code, Number(status)]));
    const expected = Object.entries(ERROR_CATALOGUE)
      .filter(([code, { surface }]) => surface !== 'gateway' || code === 'not_implemented')
      .map(([code, { status }]) => [code, status]);
    expect(Object.fromEntries(known)).toEqual(Object.fromEntries(expected));
    expect(schemas['ErrorDescriptionResponse']?.properties?.['code']?.['enum']).toEqual(
      expect.arrayContaining(expected.map(([code]) => code)),
    );
  });

  it('has no default in a PATCH, which takes merge patches, and keeps those of a POST', () => {
    const patches = operations.filter(([call]) => call.startsWith('patch '));
    for (const [call, { requestBody }] of patches) {
      expect(Object.keys(requestBody?.content ?? {})).toEqual(['application/json', 'application/merge-patch+json']);
      const defaults = Object.entries(bodySchemaOf(call).properties ?? {}).filter(([, schema]) => 'default' in schema);
      expect([call, defaults]).toEqual([call, []]);
    }
    expect(bodySchemaOf('post /admin/v1/models').properties).toMatchObject({ enabled: { default: true } });
    expect(bodySchemaOf('post /admin/v1/channels').properties).toMatchObject({ groups: { default: ['default'] } });
  });

  it('describes every price kind with its unit, as written and as answered', () => {
    for (const name of ['PricesDto', 'PricesResponse']) {
      const { inputPerMillion, tiers, ...others } = schemas[name]?.properties ?? {};
      expect(inputPerMillion?.['description']).toMatch(/^Points per million /);
      expect(tiers).toMatchObject({ type: 'array', items: { $ref: expect.stringContaining('PriceTier') } });
      expect(Object.keys(others)).toEqual(
        expect.arrayContaining(['perToolCall', 'serviceTiers', 'perMillionCharacters']),
      );
    }
    expect(JSON.stringify(bodySchemaOf('post /admin/v1/models').properties?.['prices'])).toContain('/PricesDto');
    expect(JSON.stringify(schemas['ModelResponse']?.properties?.['prices'])).toContain('/PricesResponse');
  });

  it('never contradicts itself about types: amounts are strings or numbers, all other numbers are whole', () => {
    const properties = [...propertiesOf(schemas, '')];
    for (const [path, { type, oneOf }] of properties) expect([path, oneOf && type]).toEqual([path, undefined]);
    expect(properties.filter(([, { type }]) => type === 'number')).toEqual([]);
    expect(bodySchemaOf('post /admin/v1/accounts/{id}/points').properties?.['amount']).toMatchObject({
      oneOf: [{ type: 'string' }, { type: 'number' }],
    });
  });

  it('gives no name the example of another thing', () => {
    const named = [...propertiesOf(schemas, '')].filter(([path]) => /[.](name|model)$/.test(path));
    expect(named.filter(([path, { example }]) => example === 'default' && !path.includes('Group'))).toEqual([]);
  });
});
