import { DomainError } from '@tokenbay/errors';
import { BodyValidationPipe } from './body-validation.pipe.js';
import {
  BooleanField,
  EnumField,
  IdField,
  InstantField,
  IntegerField,
  ListField,
  MapField,
  NameField,
  ObjectField,
  PointsField,
  RateLimitField,
  TextField,
  TimeZoneField,
} from './fields.js';
import type { RateLimitDto } from './fields.js';
import { PageQueryDto } from './page-query.dto.js';
import { enumRule, nameRule } from './rules.js';

class LimitDto {
  @EnumField(['hour', 'day'])
  period!: string;

  @PointsField()
  points!: number;
}

class ScopeDto {
  @EnumField(['global', 'group'])
  type!: string;

  @IdField({ nullable: true })
  id!: string | null;
}

class ThingDto {
  @NameField()
  name!: string;

  @TextField(5, { optional: true, nullable: true })
  note?: string | null;

  @PointsField({ optional: true, negative: true })
  amount?: number;

  @IntegerField(1, 3, { optional: true })
  count?: number;

  @BooleanField({ optional: true })
  enabled?: boolean;

  @InstantField({ optional: true })
  at?: Date;

  @TimeZoneField({ optional: true })
  timeZone?: string;

  @ListField(enumRule(['mon', 'tue']), { optional: true, min: 1, max: 2, unique: true })
  days?: string[];

  @ListField(LimitDto, { optional: true, max: 2 })
  limits?: LimitDto[];

  @ObjectField(ScopeDto, { optional: true })
  scope?: ScopeDto;

  @MapField(nameRule, nameRule, { optional: true, max: 2 })
  models?: Record<string, string>;

  @RateLimitField({ optional: true, nullable: true })
  rateLimit?: RateLimitDto | null;
}

const pipe = new BodyValidationPipe();
const read = (value: unknown) => pipe.transform(value, { type: 'body', metatype: ThingDto }) as Promise<ThingDto>;

async function problemsOf(value: unknown): Promise<readonly string[]> {
  const error: unknown = await read(value).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof DomainError ? (error.options.problems ?? []) : [];
}

describe('validation of admin bodies', () => {
  it('hands on a good body converted: points as micropoints, instants as dates', async () => {
    const thing = await read({
      name: 'a/b:c',
      note: null,
      amount: '-12.5',
      at: '2027-01-31T09:00:00+01:00',
      limits: [{ period: 'day', points: 1 }],
      scope: { type: 'global', id: null },
      models: { 'gpt-4.1': 'gpt-4.1-2025' },
    });
    expect(thing).toBeInstanceOf(ThingDto);
    expect(thing).toEqual({
      name: 'a/b:c',
      note: null,
      amount: -12_500_000,
      at: new Date('2027-01-31T08:00:00Z'),
      limits: [{ period: 'day', points: 1_000_000 }],
      scope: { type: 'global', id: null },
      models: { 'gpt-4.1': 'gpt-4.1-2025' },
    });
    expect('count' in thing).toBe(false);
  });

  it('lists every problem as a sentence that begins with the path of the field', async () => {
    const problems = await problemsOf({
      note: 'too long',
      amount: '1.1234567',
      count: 1.5,
      enabled: 'true',
      at: '2027-02-30T00:00:00Z',
      timeZone: '+01:00',
      days: ['mon', 'sun'],
      limits: [
        { period: 'day', points: '1' },
        { period: 'year', points: -1, extra: 1 },
      ],
      scope: { type: 'global' },
      models: { 'a b': 'x' },
      rateLimit: { requests: 0, windowSeconds: 60 },
      extra: true,
    });
    expect(problems.map((problem) => problem.replace(/ (must|is|has) .*/, ''))).toEqual(
      expect.arrayContaining([
        'name',
        'note',
        'amount',
        'count',
        'enabled',
        'at',
        'timeZone',
        'days[1]',
        'limits[1].period',
        'limits[1].points',
        'limits[1].extra',
        'scope.id',
        'models',
        'rateLimit.requests',
        'extra',
      ]),
    );
    expect(problems).toHaveLength(15);
    expect(problems).toContain('name is required.');
    expect(problems).toContain('extra is not a known field.');
    expect(problems).toContain('days[1] must be one of mon, tue.');
    for (const problem of problems) expect(problem).toMatch(/^[a-zA-Z[\]0-9.]+ .*\.$/);
  });

  it.each<unknown[]>([
    [{ name: null }],
    [{ name: '' }],
    [{ name: 'a'.repeat(129) }],
    [{ name: 'a', note: 'a\u0000' }],
    [{ name: 'a', note: '\ud800' }],
    [{ name: 'a', count: null }],
    [{ name: 'a', count: '1' }],
    [{ name: 'a', amount: 9_000_000_000_000_000 }],
    [{ name: 'a', amount: [] }],
    [{ name: 'a', amount: null }],
    [{ name: 'a', at: 0 }],
    [{ name: 'a', days: [] }],
    [{ name: 'a', days: ['mon', 'mon'] }],
    [{ name: 'a', days: { length: 1 } }],
    [{ name: 'a', limits: [null] }],
    [{ name: 'a', limits: [[]] }],
    [{ name: 'a', limits: ['x'] }],
    [{ name: 'a', limits: {} }],
    [{ name: 'a', scope: null }],
    [{ name: 'a', scope: [] }],
    [{ name: 'a', scope: 'global' }],
    [{ name: 'a', scope: { type: 'global', id: '9223372036854775808' } }],
    [{ name: 'a', models: { a: 'a', b: 'b', c: 'c' } }],
    [{ name: 'a', toString: 1 }],
    [{ name: 'a', scope: { type: 'global', id: '1', constructor: {} } }],
    [JSON.parse(`{"name":"a","scope":${'['.repeat(50_000)}${']'.repeat(50_000)}}`)],
    [[]],
    ['text'],
    [null],
    [undefined],
  ])('refuses bad body number %# with exactly one problem', async (body) => {
    expect(await problemsOf(body)).toHaveLength(1);
  });

  it.each<[object, string[]]>([
    [{ days: ['sun', 'mon', 'sat', 'mon'] }, ['days must be a list of 1 to 2 items.']],
    [{ days: ['sun', 'sun'] }, ['days[0] must be', 'days[1] must be', 'days must not hold the same item twice.']],
    [{ limits: ['x', { period: 'year', points: 1 }] }, ['limits[0] must be an object.', 'limits[1].period must be']],
    [{ models: { 'a b': 'x', c: 'd e' } }, ['models has a key which must be a name', 'models["c"] must be a name']],
  ])('hides no problem of %j behind another', async (fields, expected) => {
    const problems = await problemsOf({ name: 'a', ...fields });
    expect(problems).toEqual(expected.map((beginning) => expect.stringContaining(beginning)));
  });

  it.each(['.', '..', 'a b', ''])('refuses the name %j, which no path can hold', async (name) => {
    expect(await problemsOf({ name })).toEqual([
      expect.stringMatching(/^name must be a name .* but not \. or \.\.\.$/),
    ]);
    expect(await problemsOf({ name: `${name}x.` })).toHaveLength(name === 'a b' ? 1 : 0);
  });

  it('bounds the list of problems', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`x${index}`, 1]));
    const problems = await problemsOf({ name: 'a', ...unknown });
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)).toBe('There are 400 more problems.');
  });
});

describe('page parameters', () => {
  const page = (value: unknown) => pipe.transform(value, { type: 'query', metatype: PageQueryDto });

  it('defaults to fifty rows', async () => {
    expect(await page({})).toEqual({ limit: 50 });
    expect(await page({ limit: '200', cursor: 'abc' })).toEqual({ limit: 200, cursor: 'abc' });
  });

  it('calls what it does not know a query parameter', async () => {
    await expect(page({ offset: '1' })).rejects.toMatchObject({
      options: { problems: ['offset is not a known query parameter.'] },
    });
  });

  it.each([{ limit: '0' }, { limit: '201' }, { limit: 'ten' }, { limit: ['1', '2'] }, { cursor: '' }, { offset: '1' }])(
    'refuses %j',
    async (query) => {
      await expect(page(query)).rejects.toMatchObject({ code: 'invalid_request' });
    },
  );
});
