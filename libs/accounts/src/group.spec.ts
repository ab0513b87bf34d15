import { toAccount } from './account.js';
import type { AccountEntity } from './account.entity.js';
import { assertGroupServesModel, type Group, resolveGroup, trimDecimal } from './group.js';

const groups = new Map<string, Group>(
  ['default', 'vip', 'closed'].map((name) => [name, { name, priceMultiplier: '1', models: ['*'] }]),
);
const find = (name: string) => groups.get(name);
const account = toAccount({ group: 'default', allowedGroups: ['default', 'vip', 'gone'] } as AccountEntity);
const resolve = (keyGroup: string | null, of = account) =>
  resolveGroup({ keyGroup, account: of, groups: { find } }).name;
const refusal = expect.objectContaining({ code: 'group_not_allowed' });

describe('the group of a request', () => {
  it("is the key's own group, else the account's", () => {
    expect(resolve('vip')).toBe('vip');
    expect(resolve(null)).toBe('default');
  });

  it('is refused where it is not open to the account, or not there', () => {
    expect(() => resolve('closed')).toThrow(refusal);
    expect(() => resolve('gone')).toThrow(refusal);
  });

  it("is refused even for the account's own group when the list of allowed groups leaves it out", () => {
    expect(() => resolve(null, { ...account, allowedGroups: ['vip'] })).toThrow(refusal);
    expect(() => resolve('default', { ...account, allowedGroups: [] })).toThrow(refusal);
  });
});

describe('the models of a group', () => {
  const serves = (models: string[], model: string) => () =>
    assertGroupServesModel({ name: 'g', priceMultiplier: '1', models }, model);

  it('are those its list names, exactly or by a beginning', () => {
    expect(serves(['*'], 'gpt-4o')).not.toThrow();
    expect(serves(['gpt-4o', 'claude-*'], 'claude-opus')).not.toThrow();
    for (const models of [[], ['gpt-4'], ['claude-*']])
      expect(serves(models, 'gpt-4o')).toThrow(expect.objectContaining({ code: 'group_model_not_allowed' }));
  });
});

describe('a decimal', () => {
  it.each([
    ['1', '1'],
    ['100', '100'],
    ['1.50', '1.5'],
    ['2.000', '2'],
    ['0.000001', '0.000001'],
    ['10.10', '10.1'],
  ])('%s is written %s', (decimal, trimmed) => {
    expect(trimDecimal(decimal)).toBe(trimmed);
  });
});
