/**
 * The database role that applications act as: it may call the ledger's functions, and write none of the ledger's tables. One for the whole
 * Postgres cluster; nobody logs in as it.
 */
export const APPLICATION_ROLE = 'tokenbay_app';

/** The URL by which every connection acts as the application's role from its first statement on, without a round trip of its own. */
export function asApplicationRole(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  const options = url.searchParams.get('options');
  url.searchParams.set('options', `${options === null ? '' : `${options} `}-c role=${APPLICATION_ROLE}`);
  return url.href;
}
