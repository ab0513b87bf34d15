import { toCamelFields } from './camel-fields.js';

describe('a body with fields in snake case', () => {
  it('is read in camel case, wherever fields of the format are', () => {
    expect(
      toCamelFields({
        system_instruction: { parts: [{ text: 'a_b' }] },
        contents: [{ parts: [{ inline_data: { mime_type: 'image/png', data: 'a_b' } }] }],
        generation_config: { max_output_tokens: 5, response_schema: { any_of: [{ max_items: 3 }] } },
        tools: [{ function_declarations: [{ name: 'a_b', parameters: { property_ordering: ['a_b'] } }] }],
      }),
    ).toEqual({
      systemInstruction: { parts: [{ text: 'a_b' }] },
      contents: [{ parts: [{ inlineData: { mimeType: 'image/png', data: 'a_b' } }] }],
      generationConfig: { maxOutputTokens: 5, responseSchema: { anyOf: [{ maxItems: 3 }] } },
      tools: [{ functionDeclarations: [{ name: 'a_b', parameters: { propertyOrdering: ['a_b'] } }] }],
    });
  });

  it('keeps a name that is too long to be one of the format, so that reading it costs nothing', () => {
    const body = { ['a_b'.repeat(43)]: 1 };
    expect(toCamelFields(body)).toBe(body);
    expect(toCamelFields({ ['a_b'.repeat(42)]: 1 })).toEqual({ ['aB'.repeat(42)]: 1 });
  });

  it('keeps the names that the client has chosen', () => {
    const own = { the_place: { min_count: 1 } };
    const body = {
      contents: [{ parts: [{ functionCall: { args: own } }, { functionResponse: { response: own } }] }],
      labels: own,
      tools: [{ functionDeclarations: [{ parametersJsonSchema: own }] }],
    };
    expect(toCamelFields(body)).toBe(body);
    const schema = { properties: { the_place: { min_items: 1 } } };
    expect(toCamelFields({ tools: [{ functionDeclarations: [{ response: schema, parameters: schema }] }] })).toEqual({
      tools: [
        {
          functionDeclarations: [
            {
              response: { properties: { the_place: { minItems: 1 } } },
              parameters: { properties: { the_place: { minItems: 1 } } },
            },
          ],
        },
      ],
    });
  });

  it('is refused where a field stands there in both spellings', () => {
    const both = { generation_config: { maxOutputTokens: 1 }, generationConfig: { maxOutputTokens: 9 } };
    expect(() => toCamelFields(both)).toThrow(
      expect.objectContaining({ code: 'invalid_request', detail: 'generationConfig' }),
    );
  });
});
