const TOKEN = /^[\x21-\x7e]{16,128}$/;

/** The token of an `Authorization: Bearer` header; null where there is none, undefined where it cannot be a token. */
export function readBearerToken(header: string | undefined): string | null | undefined {
  const match = /^bearer +(\S.*)$/i.exec(header?.trim() ?? '');
  if (!match?.[1]) return null;
  return TOKEN.test(match[1]) ? match[1] : undefined;
}
