/** What names of models, groups and channels look like: legal in a URL path once percent-encoded, and in every dialect's `model` field. */
export const NAME_PATTERN = /^[A-Za-z0-9._:/@+-]{1,128}$/;

/** True where one of the patterns is the name itself, or ends in `*` and the name begins with what stands before it. */
export function matchesName(patterns: readonly string[], name: string): boolean {
  for (const pattern of patterns) {
    if (pattern === name || (pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1)))) return true;
  }
  return false;
}
