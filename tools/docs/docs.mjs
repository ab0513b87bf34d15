// @ts-check
/** `npm run docs`: writes the README's tables anew. A test holds the README to them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { build, ROOT } from '../build/build.mjs';
import { placeTable, renderErrors, renderProviders, renderVariables } from './tables.mjs';

await build();
const door = (/** @type {string} */ name) => join(ROOT, 'dist', 'node_modules', '@tokenbay', name, 'index.js');
const { ERROR_CATALOGUE } = await import(door('errors'));
const { VARIABLES } = await import(door('platform'));
const { factsOf, PROVIDER_NAMES } = await import(door('channels'));
const { findAdapter } = await import(door('providers'));

const file = join(ROOT, 'README.md');
let text = readFileSync(file, 'utf8');
text = placeTable(text, 'errors', renderErrors(ERROR_CATALOGUE));
text = placeTable(text, 'providers', renderProviders(PROVIDER_NAMES, factsOf, findAdapter));
text = placeTable(text, 'variables', renderVariables(VARIABLES));
writeFileSync(file, await format(text, { ...(await resolveConfig(file)), parser: 'markdown' }));
console.log('README.md is up to date');
