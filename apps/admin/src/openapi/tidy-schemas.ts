import type { OpenAPIObject } from '@nestjs/swagger';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Schema = Exclude<Schemas[string], { $ref: string }>;

/** Mends what the controllers' decorators cannot say. */
export function tidySchemas({ paths, components }: OpenAPIObject): void {
  const schemas = components?.schemas ?? {};
  for (const schema of Object.values(schemas)) for (const property of propertiesOf(schema)) tidyType(property);
  for (const { patch } of Object.values(paths)) {
    const body = patch?.requestBody && 'content' in patch.requestBody ? patch.requestBody : undefined;
    const schema = schemas[nameOf(body?.content['application/json']?.schema) ?? ''];
    // What is absent from a merge patch stays as it is, whatever a new object would have.
    for (const property of propertiesOf(schema)) delete property.default;
  }
}

/**
 * Beside `oneOf` Nest writes the type of the TypeScript property, which is another one; beside `nullable` OpenAPI wants a type. All JSON
 * numbers of the house are whole: amounts are strings.
 */
function tidyType(property: Schema): void {
  if (property.oneOf) delete property.type;
  else if (property.nullable && property.allOf) property.type = 'object';
  else if (property.type === 'number') property.type = 'integer';
}

function propertiesOf(schema: Schemas[string] | undefined): Schema[] {
  const properties = schema && 'properties' in schema ? Object.values(schema.properties ?? {}) : [];
  return properties.filter((property): property is Schema => !('$ref' in property));
}

function nameOf(schema: object | undefined): string | undefined {
  return schema && '$ref' in schema && typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1) : undefined;
}
