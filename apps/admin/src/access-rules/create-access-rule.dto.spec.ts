import type { DomainError } from '@tokenbay/errors';
import { BodyValidationPipe } from '../http/body-validation.pipe.js';
import { CreateAccessRuleDto } from './create-access-rule.dto.js';
import { UpdateAccessRuleDto } from './update-access-rule.dto.js';

const pipe = new BodyValidationPipe();
const read = <T>(body: object, metatype: new () => T) => pipe.transform(body, { type: 'body', metatype }) as Promise<T>;
const problemsOf = (body: object, metatype: new () => object = CreateAccessRuleDto): Promise<string[]> =>
  read(body, metatype).then(
    () => [],
    (error: unknown) => (error as DomainError).options.problems ?? [],
  );
const fieldsAtFault = async (body: object, metatype?: new () => object) =>
  (await problemsOf(body, metatype)).map((problem) => problem.split(' ')[0]);

const office = { days: ['mon', 'fri'], from: '09:00', to: '18:00' };
const addresses = { name: 'Bad neighbours', scope: { type: 'global' }, type: 'ip_blacklist', cidrs: ['10.0.0.0/8'] };
const hours = { name: 'Office hours', scope: { type: 'group', id: 'default' }, type: 'time_window', windows: [office] };

describe('the body of a new access rule', () => {
  it.each<[object, object]>([
    [addresses, { ...addresses, scope: { type: 'global', id: null } }],
    [
      { ...addresses, enabled: false, scope: { type: 'account', id: '17' }, windows: null, timeZone: null },
      { ...addresses, enabled: false, scope: { type: 'account', id: '17' } },
    ],
    [hours, hours],
    [
      { ...hours, windows: [office, { days: ['sun'], from: '22:00', to: '06:00' }], timeZone: 'Europe/Berlin' },
      { ...hours, windows: [office, { days: ['sun'], from: '22:00', to: '06:00' }], timeZone: 'Europe/Berlin' },
    ],
    [
      { ...hours, windows: [{ ...office, from: '00:00', to: '24:00' }] },
      { ...hours, windows: [{ ...office, from: '00:00', to: '24:00' }] },
    ],
  ])('is read: number %#', async (body, expected) => {
    expect(await read(body, CreateAccessRuleDto)).toEqual(expected);
  });

  it.each<[string, object]>([
    ['name', { ...addresses, name: '' }],
    ['enabled', { ...addresses, enabled: 'yes' }],
    ['scope', { ...addresses, scope: undefined }],
    ['scope', { ...addresses, scope: null }],
    ['scope.type', { ...addresses, scope: { type: 'planet', id: '1' } }],
    ['scope.id', { ...addresses, scope: { type: 'global', id: '1' } }],
    ['scope.id', { ...addresses, scope: { type: 'group' } }],
    ['scope.id', { ...addresses, scope: { type: 'group', id: 'a b' } }],
    ['scope.id', { ...addresses, scope: { type: 'account', id: 17 } }],
    ['scope.id', { ...addresses, scope: { type: 'apiKey', id: 'x' } }],
    ['scope.extra', { ...addresses, scope: { type: 'global', extra: 1 } }],
    ['type', { ...addresses, type: 'allow' }],
    ['cidrs', { ...addresses, cidrs: undefined }],
    ['cidrs', { ...addresses, cidrs: null }],
    ['cidrs', { ...addresses, cidrs: [] }],
    ['cidrs', { ...addresses, cidrs: '10.0.0.0/8' }],
    ['cidrs', { ...addresses, cidrs: [7] }],
    ['cidrs', { ...hours, cidrs: ['10.0.0.0/8'] }],
    ['windows', { ...hours, windows: undefined }],
    ['windows', { ...hours, windows: [] }],
    ['windows', { ...hours, windows: 'always' }],
    ['windows[0]', { ...hours, windows: ['always'] }],
    ['windows', { ...addresses, windows: [office] }],
    ['windows', { ...addresses, windows: [] }],
    ['windows[0].days', { ...hours, windows: [{ ...office, days: [] }] }],
    ['windows[0].days[1]', { ...hours, windows: [{ ...office, days: ['mon', 'monday'] }] }],
    ['windows[0].days', { ...hours, windows: [{ ...office, days: ['mon', 'mon'] }] }],
    ['windows[0].from', { ...hours, windows: [{ ...office, from: '24:00' }] }],
    ['windows[0].from', { ...hours, windows: [{ ...office, from: '9:00' }] }],
    ['windows[0].to', { ...hours, windows: [{ ...office, to: '09:00' }] }],
    ['windows[0].to', { ...hours, windows: [{ ...office, to: '24:30' }] }],
    ['windows[0].to', { ...hours, windows: [{ ...office, to: 18 }] }],
    ['windows[0].extra', { ...hours, windows: [{ ...office, extra: 1 }] }],
    ['timeZone', { ...hours, timeZone: 'Mars/Olympus' }],
    ['timeZone', { ...hours, timeZone: '+01:00' }],
    ['timeZone', { ...addresses, timeZone: 'UTC' }],
    ['extra', { ...addresses, extra: 1 }],
  ])('is refused for %s alone: number %#', async (field, body) => {
    expect(await fieldsAtFault(body)).toEqual([field]);
  });

  it('hears of every problem at once, across nested objects', async () => {
    const windows = [office, { days: ['x'], from: '25:00', to: '26:00' }, {}];
    expect(
      await problemsOf({
        enabled: 1,
        scope: { type: 'group' },
        type: 'time_window',
        cidrs: ['x'],
        windows,
        timeZone: 'x',
      }),
    ).toEqual([
      'name is required.',
      'enabled must be true or false.',
      'scope.id is required.',
      'cidrs has no meaning in a rule of type time_window.',
      'windows[1].days[0] must be one of mon, tue, wed, thu, fri, sat, sun.',
      'windows[1].from must be a time from 00:00 to 23:59.',
      'windows[1].to must be a time from 00:00 to 24:00.',
      'windows[2].days is required.',
      'windows[2].from is required.',
      'windows[2].to is required.',
      'timeZone must be an IANA time zone such as Europe/Berlin.',
    ]);
  });

  it('names the position of every address that is none', async () => {
    expect(await problemsOf({ ...addresses, cidrs: ['10.0.0.0/8', 'x', '1.2.3.4/33', '::1'] })).toEqual([
      'cidrs must hold only addresses and CIDRs such as 203.0.113.0/24 or 2001:db8::/32; not so at [1], [2].',
    ]);
  });
});

describe('the body of a change of an access rule', () => {
  it.each([{}, { name: 'x' }, { enabled: false }, { cidrs: ['::1'] }, { windows: [office] }, { timeZone: 'UTC' }])(
    'may be %j',
    async (body) => {
      expect(await read(body, UpdateAccessRuleDto)).toEqual(body);
    },
  );

  it.each<[string, object]>([
    ['type', { type: 'ip_whitelist' }],
    ['scope', { scope: { type: 'global' } }],
    ['name', { name: null }],
    ['enabled', { enabled: null }],
    ['cidrs', { cidrs: null }],
    ['cidrs', { cidrs: [] }],
    ['windows', { windows: null }],
    ['windows', { windows: [] }],
    ['windows[0].to', { windows: [{ ...office, to: '09:00' }] }],
    ['timeZone', { timeZone: null }],
  ])('is refused for %s: number %#', async (field, body) => {
    expect(await fieldsAtFault(body, UpdateAccessRuleDto)).toEqual([field]);
  });
});
