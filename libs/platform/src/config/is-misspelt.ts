const EDITS_MAX = 2;
const LENGTH_MIN = 8;

/** True where a name differs from the one that was meant by one or two characters added, left out or changed. */
export function isMisspelt(name: string, meant: string): boolean {
  if (name.length < LENGTH_MIN || Math.abs(name.length - meant.length) > EDITS_MAX) return false;
  return editDistance(name, meant) <= EDITS_MAX;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
