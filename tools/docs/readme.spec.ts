import { readFileSync } from 'node:fs';
import { factsOf, PROVIDER_NAMES } from '@tokenbay/channels';
import { ERROR_CATALOGUE } from '@tokenbay/errors';
import { VARIABLES } from '@tokenbay/platform';
import { findAdapter } from '@tokenbay/providers';
import { placeTable, renderErrors, renderProviders, renderVariables } from './tables.mjs';

/** Without the blanks and rules that the formatter aligns columns with. */
const plain = (markdown: string) =>
  markdown
    .replace(/ *\| */g, '|')
    .replace(/-{3,}/g, '---')
    .replace(/\n{2,}/g, '\n\n');
const README = readFileSync('README.md', 'utf8');

describe('the README', () => {
  it('lists every error code as the catalogue has it', () => {
    expect(plain(placeTable(README, 'errors', renderErrors(ERROR_CATALOGUE)))).toBe(plain(README));
  });

  it('lists every provider with its address and what it offers', () => {
    const table = renderProviders(PROVIDER_NAMES, factsOf as (name: string) => { baseUrl?: string }, findAdapter);
    expect(plain(placeTable(README, 'providers', table))).toBe(plain(README));
  });

  it('lists every variable as the configuration reads it', () => {
    expect(plain(placeTable(README, 'variables', renderVariables(VARIABLES)))).toBe(plain(README));
  });

  it('names no code or variable that does not exist', () => {
    const known = new Set([...Object.keys(ERROR_CATALOGUE), ...Object.values(VARIABLES).map(({ name }) => name)]);
    const table = /<!-- errors -->([^]*)<!-- \/errors -->/.exec(README)?.[1] ?? '';
    for (const [, code = ''] of table.matchAll(/`([a-z_]+)`/g)) expect(known).toContain(code);
  });
});
