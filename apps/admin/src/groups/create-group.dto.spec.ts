import { DomainError } from '@tokenbay/errors';
import { BodyValidationPipe } from '../http/body-validation.pipe.js';
import { CreateGroupDto } from './create-group.dto.js';
import { UpdateGroupDto } from './update-group.dto.js';

const pipe = new BodyValidationPipe();
const read = (body: object, metatype: typeof CreateGroupDto | typeof UpdateGroupDto = CreateGroupDto) =>
  pipe.transform(body, { type: 'body', metatype }) as Promise<CreateGroupDto>;
const fieldsAtFault = (body: object) =>
  read(body).then(
    () => [],
    (error: unknown) => ((error as DomainError).options.problems ?? []).map((problem) => problem.split(/[ [.]/)[0]),
  );

describe('the body of a group', () => {
  it.each([
    ['1', '1'],
    ['1.50', '1.5'],
    [0.8, '0.8'],
    ['0', '0'],
    ['1000000', '1000000'],
    ['0.000001', '0.000001'],
  ])('reads the multiplier %j as %j', async (priceMultiplier, exact) => {
    expect(await read({ name: 'g', priceMultiplier })).toEqual({ name: 'g', priceMultiplier: exact });
  });

  it.each([['-1'], ['1e3'], ['0.0000001'], ['1000000.1'], [''], [null], [true], [[]], [{}], ['1,5']])(
    'refuses the multiplier %j',
    async (priceMultiplier) => {
      expect(await fieldsAtFault({ name: 'g', priceMultiplier })).toEqual(['priceMultiplier']);
    },
  );

  it('takes models by name and by beginning, and nothing else', async () => {
    const models = ['*', 'gpt-4o', 'claude-*', 'meta/llama:8b'];
    expect(await read({ name: 'g', models })).toEqual({ name: 'g', models });
    for (const wrong of ['*-4o', 'a b', '', 'a**', 7])
      expect(await fieldsAtFault({ name: 'g', models: [wrong] })).toEqual(['models']);
    expect(await fieldsAtFault({ name: 'g', models: null })).toEqual(['models']);
  });

  it('never renames a group', async () => {
    await expect(read({ name: 'h' }, UpdateGroupDto)).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await fieldsAtFault({})).toEqual(['name']);
  });
});
