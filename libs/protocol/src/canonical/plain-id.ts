const PLAIN = /^[A-Za-z0-9_-]+$/;

/**
 * The id of a tool call in letters, digits, `_` and `-` only, which is all that Messages takes; others are spelt in those, so that a call and
 * its result still agree and no two become one.
 */
export function toPlainId(id: string): string {
  if (PLAIN.test(id)) return id;
  return `id_${[...id].map((c) => (/[A-Za-z0-9-]/.test(c) ? c : `_${c.codePointAt(0)?.toString(16)}`)).join('')}`;
}
