import type { AccessRuleDraft } from './access-rule.js';
import { problemsOfChange, problemsOfDraft } from './problems-of-rule.js';

const GLOBAL = { type: 'global', id: null } as const;
const office = { days: ['mon'], from: '09:00', to: '18:00' } as const;
const addresses = (change: Partial<AccessRuleDraft> = {}): AccessRuleDraft => ({
  name: 'r',
  scope: GLOBAL,
  type: 'ip_blacklist',
  cidrs: ['10.0.0.0/8'],
  ...change,
});
const hours = (change: Partial<AccessRuleDraft> = {}): AccessRuleDraft => ({
  name: 'r',
  scope: GLOBAL,
  type: 'time_window',
  windows: [office],
  ...change,
});
const fieldsOf = (problems: string[]): string[] => problems.map((problem) => problem.split(' ')[0]!);

describe('problemsOfDraft', () => {
  it.each([
    addresses(),
    addresses({ cidrs: ['::1', '2001:db8::/32', '0.0.0.0/0'] }),
    addresses({ scope: { type: 'group', id: 'default' } }),
    addresses({ scope: { type: 'account', id: '9223372036854775807' } }),
    hours(),
    hours({ windows: [{ ...office, from: '22:00', to: '06:00' }], timeZone: 'Europe/Berlin' }),
    hours({ windows: [{ ...office, from: '00:00', to: '24:00' }] }),
    hours({ windows: [{ ...office, from: '22:00', to: '00:00' }] }),
  ])('finds none in good rule number %#', (draft) => {
    expect(problemsOfDraft(draft)).toEqual([]);
  });

  it.each<[string, AccessRuleDraft]>([
    ['cidrs', addresses({ cidrs: [] })],
    ['cidrs', { name: 'r', scope: GLOBAL, type: 'ip_whitelist' }],
    ['cidrs', hours({ cidrs: ['10.0.0.0/8'] })],
    ['windows', { name: 'r', scope: GLOBAL, type: 'time_window' }],
    ['windows', hours({ windows: [] })],
    ['windows', addresses({ windows: [office] })],
    ['timeZone', addresses({ timeZone: 'UTC' })],
    ['timeZone', hours({ timeZone: 'Mars/Olympus' })],
    ['timeZone', hours({ timeZone: '+02:00' })],
    ['timeZone', hours({ timeZone: '' })],
    ['scope.id', addresses({ scope: { type: 'global', id: '1' } })],
    ['scope.id', addresses({ scope: { type: 'account', id: null } })],
    ['scope.id', addresses({ scope: { type: 'account', id: 'x' } })],
    ['scope.id', addresses({ scope: { type: 'apiKey', id: '9223372036854775808' } })],
    ['windows[0].to', hours({ windows: [{ ...office, to: '09:00' }] })],
    ['windows[0].to', hours({ windows: [{ ...office, to: '24:01' }] })],
    ['windows[0].to', hours({ windows: [{ ...office, to: '9:00' }] })],
    ['windows[0].from', hours({ windows: [{ ...office, from: '24:00' }] })],
    ['windows[0].from', hours({ windows: [{ ...office, from: '09:60' }] })],
    ['windows[0].days', hours({ windows: [{ ...office, days: [] }] })],
    ['windows[0].days', hours({ windows: [{ ...office, days: ['mon', 'mon'] }] })],
    ['windows[0].days', hours({ windows: [{ ...office, days: ['monday' as 'mon'] }] })],
  ])('finds just one, of %s, in bad rule number %#', (field, draft) => {
    expect(fieldsOf(problemsOfDraft(draft))).toEqual([field]);
  });

  it('finds every problem at once', () => {
    expect(
      fieldsOf(
        problemsOfDraft(
          addresses({
            scope: { type: 'group', id: null },
            cidrs: ['10.0.0.0/8', 'x', '1.2.3.4/33'],
            windows: [],
            timeZone: 'UTC',
          }),
        ),
      ),
    ).toEqual(['scope.id', 'cidrs[1]', 'cidrs[2]', 'windows', 'timeZone']);
  });
});

describe('problemsOfChange', () => {
  it('judges by the type the rule has', () => {
    expect(problemsOfChange('ip_blacklist', { name: 'x', enabled: false })).toEqual([]);
    expect(fieldsOf(problemsOfChange('ip_blacklist', { windows: [office] }))).toEqual(['windows']);
    expect(fieldsOf(problemsOfChange('time_window', { cidrs: ['10.0.0.0/8'] }))).toEqual(['cidrs']);
  });
});
