import { APPLICATION_ROLE, asApplicationRole, type Logger } from '@tokenbay/platform';
import { createDataSource } from './data-source.js';
import { mayActAs } from './privileges.js';

/** A role that guards something: it is none that could write the ledger anyway, and it was given what applications need. */
const IS_USABLE = `
  SELECT FROM pg_roles AS r
    WHERE r.rolname = $1 AND NOT r.rolsuper AND ${mayActAs('r.oid')}
      AND NOT pg_has_role(r.oid, (SELECT relowner FROM pg_class WHERE oid = 'charge'::regclass), 'USAGE')
      AND has_table_privilege(r.oid, 'charge', 'SELECT')`;

/**
 * The URL by which an application connects to a database that is ready: as the role that can write the ledger through its functions only.
 * Where that role is missing or may not be used, it warns once and answers the URL as it was given.
 */
export async function toApplicationUrl(databaseUrl: string, logger: Logger): Promise<string> {
  const source = await createDataSource(databaseUrl).initialize();
  try {
    const rows = await source.query<unknown[]>(IS_USABLE, [APPLICATION_ROLE]);
    if (rows.length > 0) return asApplicationRole(databaseUrl);
  } finally {
    await source.destroy();
  }
  logger.warn(
    { role: APPLICATION_ROLE },
    'the database role of applications is missing or may not be used, so only code guards the ledger against writing past its functions: ' +
      `have an administrator of Postgres run "CREATE ROLE ${APPLICATION_ROLE} NOLOGIN" and "GRANT ${APPLICATION_ROLE} TO" this login, then start again`,
  );
  return databaseUrl;
}
