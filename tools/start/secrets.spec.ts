import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataFolder } from './data-folder.mjs';
import { keepSecrets } from './secrets.mjs';

const A_KEY = Buffer.alloc(32, 'a key').toString('base64');

describe('the secrets of the embedded mode', () => {
  let folder: DataFolder;
  beforeEach(() => (folder = new DataFolder(mkdtempSync(join(tmpdir(), 'tokenbay-secrets-')))));
  afterEach(() => rmSync(folder.path, { recursive: true }));

  it('are made once and stay', () => {
    const made = keepSecrets(folder, undefined);
    expect(Buffer.from(made.SECRETS_KEY, 'base64')).toHaveLength(32);
    expect(made.POSTGRES_PASSWORD).toMatch(/^[\w-]{32}$/);
    expect(keepSecrets(folder, undefined)).toEqual(made);
    expect(folder.read('secrets.json')).toEqual(made);
  });

  it('take the key that is given, and refuse another for the same database', () => {
    expect(keepSecrets(folder, A_KEY).SECRETS_KEY).toBe(A_KEY);
    expect(keepSecrets(folder, A_KEY).SECRETS_KEY).toBe(A_KEY);
    expect(() => keepSecrets(folder, Buffer.alloc(32, 'other').toString('base64'))).toThrow('SECRETS_KEY differs');
  });

  it('are not made anew beside a database that only the lost ones open', () => {
    mkdirSync(join(folder.path, 'postgres'));
    expect(() => keepSecrets(folder, undefined)).toThrow('secrets.json is missing');
    folder.write('secrets.json', { SECRETS_KEY: A_KEY });
    expect(() => keepSecrets(folder, undefined)).toThrow('secrets.json has no POSTGRES_PASSWORD');
    expect(folder.read('secrets.json')).toEqual({ SECRETS_KEY: A_KEY });
  });
});
