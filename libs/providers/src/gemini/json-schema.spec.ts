import { toGeminiSchema } from './json-schema.js';

describe('a JSON schema as Gemini reads it', () => {
  it('says the same in the words of its subset', () => {
    expect(
      toGeminiSchema({
        $schema: 'http://json-schema.org/draft-07/schema#',
        type: 'object',
        properties: {
          kind: { const: 'a' },
          place: { $ref: '#/definitions/place', description: 'Where.' },
          const: { type: 'string', pattern: '^a', default: { $ref: 'kept' } },
        },
        definitions: { place: { type: 'object', properties: { definitions: { const: 1 } } } },
        required: ['kind'],
        additionalProperties: false,
      }),
    ).toEqual({
      type: 'object',
      properties: {
        kind: { enum: ['a'] },
        place: { $ref: '#/$defs/place' },
        const: { type: 'string', pattern: '^a', default: { $ref: 'kept' } },
      },
      $defs: { place: { type: 'object', properties: { definitions: { enum: [1] } } } },
      required: ['kind'],
      additionalProperties: false,
    });
  });

  it('keeps the definitions beside a reference at its root', () => {
    expect(toGeminiSchema({ $ref: '#/definitions/a', definitions: { a: { const: 1 } }, title: 't' })).toEqual({
      ...{ $ref: '#/$defs/a', $defs: { a: { enum: [1] } } },
    });
  });
});
