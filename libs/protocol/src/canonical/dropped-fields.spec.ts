import type { DomainError } from '@tokenbay/errors';
import { DroppedFields } from './dropped-fields.js';

describe('fields that a conversion cannot carry', () => {
  it('are named once, in the order they were met', () => {
    const dropped = new DroppedFields();
    for (const field of ['seed', 'user', 'seed']) dropped.drop(field);
    dropped.dropIfSet('absent', undefined);
    dropped.dropIfSet('null', null);
    expect(dropped.list).toEqual(['seed', 'user']);
  });

  it('never break the header they are named in', () => {
    const dropped = new DroppedFields();
    for (const field of ['a\r\nb', 'ü', 'x'.repeat(65), '']) dropped.drop(field);
    for (let i = 0; i < 100; i += 1) dropped.drop(`f${i}`);
    expect(dropped.list).toHaveLength(32);
    expect(dropped.list[0]).toBe('f0');
  });

  it('are refused by name where the answer would change', () => {
    expect(() => new DroppedFields().refuse('n')).toThrow(
      expect.objectContaining({ code: 'conversion_not_implemented', options: expect.objectContaining({ param: 'n' }) }),
    );
  });

  it('that are tools of a provider say how to ask without them', () => {
    const messageOf = (type: string): string => {
      try {
        return new DroppedFields().refuseHostedTool(type);
      } catch (error) {
        return (error as DomainError).publicMessage;
      }
    };
    expect(messageOf('web_search')).toMatch(/^tools\.web_search: .*without it \(Codex: web_search = "disabled"/);
    expect(messageOf('code_interpreter')).toMatch(/^tools\.code_interpreter: .*Send the request without it\.$/);
    expect(messageOf('x\ny')).toMatch(/^a field of this request: [^\n]*$/);
  });
});
