import { generateSecret, SecretHasher, SecretsKey } from '@tokenbay/platform';
import pg from 'pg';
import type { RunningAdmin } from './start-admin.js';

/** Adds an administrator straight to the database; answers the token. */
export async function addAdmin({ database, secretsKey }: RunningAdmin, role: string): Promise<string> {
  const key = SecretsKey.parse(secretsKey);
  if (!key) throw new Error('no secrets key');
  const token = generateSecret('adm-');
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query('INSERT INTO admin_user (name, role, token_hash, last_four) VALUES ($1, $2, $3, $4)', [
      `${role}-${token.slice(-4)}`,
      role,
      new SecretHasher(key).hash(token),
      token.slice(-4),
    ]);
  } finally {
    await client.end();
  }
  return token;
}
