// @ts-check
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PlainFailure } from '../bootstrap/plain-failure.mjs';

const FILE = 'secrets.json';

/**
 * The secrets of the embedded mode, made at the first start and kept in `secrets.json`. Without them the database beside it cannot be read
 * any more: a missing file, or half of one, with a database present stops the start, and so does another `SECRETS_KEY` from outside.
 *
 * @param {import('./data-folder.mjs').DataFolder} folder
 * @param {string | undefined} givenKey
 * @returns {{ SECRETS_KEY: string, POSTGRES_PASSWORD: string }}
 */
export function keepSecrets(folder, givenKey) {
  const kept = folder.read(FILE);
  const missing = ['SECRETS_KEY', 'POSTGRES_PASSWORD'].find((name) => typeof kept[name] !== 'string');
  if (missing !== undefined && existsSync(join(folder.path, 'postgres'))) {
    const isThere = Object.keys(kept).length > 0;
    throw new PlainFailure(
      `${join(folder.path, FILE)} ${isThere ? `has no ${missing}` : 'is missing'}, and the database beside it cannot be read without it: ` +
        `bring it back, or remove ${folder.path} to start afresh.`,
    );
  }
  if (givenKey && kept['SECRETS_KEY'] && givenKey !== kept['SECRETS_KEY']) {
    throw new PlainFailure(
      `SECRETS_KEY differs from the one that ${join(folder.path, FILE)} keeps for this database: unset it.`,
    );
  }
  const secrets = {
    ...kept,
    SECRETS_KEY: kept['SECRETS_KEY'] ?? givenKey ?? randomBytes(32).toString('base64'),
    POSTGRES_PASSWORD: kept['POSTGRES_PASSWORD'] ?? randomBytes(24).toString('base64url'),
  };
  folder.write(FILE, secrets);
  return secrets;
}
