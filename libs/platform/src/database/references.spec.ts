import type { Tx } from './database.js';
import { assertReferencesExist } from './references.js';

/** A database in which the groups `vip` and `default` exist, and no model. */
const tx = {
  query: (sql: string, [values]: [string[]]) =>
    Promise.resolve(
      values
        .filter((value) => sql.includes('account_group') && ['vip', 'default'].includes(value))
        .map((known) => ({ known })),
    ),
} as unknown as Tx;
const groups = (...named: [string, string][]) => ({ table: 'account_group', column: 'name', noun: 'group', named });
const models = (...named: [string, string][]) => ({ table: 'model', column: 'name', noun: 'model', named });

describe('references', () => {
  it('pass where all of them name something, or there are none', async () => {
    await expect(
      assertReferencesExist(tx, [groups(['group', 'vip'], ['groups[0]', 'default']), models()]),
    ).resolves.toBe(undefined);
  });

  it('are refused together, each by its path, under the first field at fault', async () => {
    const named = [models(['models["a"]', 'a']), groups(['groups[0]', 'vip'], ['groups[1]', 'gone'])];
    const problems = ['models["a"] must name an existing model.', 'groups[1] must name an existing group.'];
    await expect(assertReferencesExist(tx, named)).rejects.toMatchObject({
      code: 'invalid_request',
      options: { param: 'models', problems, message: problems.join(' ') },
    });
  });

  it('tell a bounded number of problems', async () => {
    const many = Array.from({ length: 500 }, (_, index): [string, string] => [`models["${index}"]`, String(index)]);
    const error: unknown = await assertReferencesExist(tx, [models(...many)]).catch((reason: unknown) => reason);
    expect((error as { options: { problems: string[] } }).options.problems).toHaveLength(100);
  });
});
