import { DomainError } from '@tokenbay/errors';
import { BodyValidationPipe } from '../http/body-validation.pipe.js';
import { CreateApiKeyDto } from './create-api-key.dto.js';
import { UpdateApiKeyDto } from './update-api-key.dto.js';

const pipe = new BodyValidationPipe();
const read = <T>(body: object, metatype: new () => T) => pipe.transform(body, { type: 'body', metatype }) as Promise<T>;
const fieldsAtFault = (body: object, metatype: new () => object = CreateApiKeyDto) =>
  read(body, metatype).then(
    () => [],
    (error: unknown) => ((error as DomainError).options.problems ?? []).map((problem) => problem.split(/[ [.]/)[0]),
  );

describe('the body of a new key', () => {
  it('needs no more than account and name, and adds nothing to them', async () => {
    expect(await read({ accountId: '1', name: 'Production (EU)' }, CreateApiKeyDto)).toEqual({
      accountId: '1',
      name: 'Production (EU)',
    });
    expect((await fieldsAtFault({})).sort()).toEqual(['accountId', 'name']);
  });

  it('reads amounts as micropoints and instants as dates', async () => {
    const body = {
      accountId: '1',
      name: 'k',
      pointQuota: '12.5',
      pointLimits: [{ period: 'day', points: 1 }],
      expiresAt: '2030-01-01T00:00:00Z',
    };
    expect(await read(body, CreateApiKeyDto)).toMatchObject({
      pointQuota: 12_500_000,
      pointLimits: [{ period: 'day', points: 1_000_000 }],
      expiresAt: new Date('2030-01-01T00:00:00Z'),
    });
  });

  it('has at most one limit of each period', async () => {
    const pointLimits = [
      { period: 'day', points: '1' },
      { period: 'day', points: '2' },
    ];
    await expect(read({ accountId: '1', name: 'k', pointLimits }, CreateApiKeyDto)).rejects.toMatchObject({
      options: { problems: ['pointLimits must have at most one limit of each period.'] },
    });
  });

  it.each([
    [{ pointLimits: [{ period: 'year', points: '1' }] }, 'pointLimits'],
    [{ pointLimits: [{ period: 'day' }] }, 'pointLimits'],
    [{ pointLimits: 'day' }, 'pointLimits'],
    [{ pointLimits: null }, 'pointLimits'],
    [{ pointQuota: '-1' }, 'pointQuota'],
    [{ modelAllowlist: [] }, 'modelAllowlist'],
    [{ modelDenylist: [] }, 'modelDenylist'],
    [{ modelAllowlist: ['*x'] }, 'modelAllowlist'],
    [{ timeZone: 'Mars/Olympus' }, 'timeZone'],
    [{ timeZone: null }, 'timeZone'],
    [{ expiresAt: '2030-01-01' }, 'expiresAt'],
    [{ status: 'deleted' }, 'status'],
    [{ status: null }, 'status'],
    [{ group: '' }, 'group'],
    [{ hasBudget: true }, 'hasBudget'],
    [{ secretHash: 'x' }, 'secretHash'],
  ])('refuses %j', async (fields, atFault) => {
    expect(await fieldsAtFault({ accountId: '1', name: 'k', ...fields })).toEqual([atFault]);
  });
});

describe('the body of a change of a key', () => {
  it('may be empty, and may clear what can be none', async () => {
    expect(await read({}, UpdateApiKeyDto)).toEqual({});
    const cleared = { group: null, expiresAt: null, pointQuota: null, modelAllowlist: null, modelDenylist: null };
    expect(await read(cleared, UpdateApiKeyDto)).toEqual(cleared);
  });

  it('never moves a key to another account', async () => {
    expect(await fieldsAtFault({ accountId: '2' }, UpdateApiKeyDto)).toEqual(['accountId']);
  });
});
