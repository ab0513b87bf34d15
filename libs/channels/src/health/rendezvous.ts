const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Adds the beginning and the length of a text to a 32-bit hash. Long texts cost no more than short ones. */
export function hashText(text: string, charactersMax: number, seed = FNV_OFFSET): number {
  let hash = seed ^ text.length;
  const end = Math.min(text.length, charactersMax);
  for (let at = 0; at < end; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  return hash >>> 0;
}

/**
 * How much an affinity prefers a place, in proportion to its weight: over all affinities a place is the most preferred in its share of
 * cases, and a place that comes or goes changes the favourite of nobody else's.
 */
export function preferenceOf(affinity: number, id: string, weight: number): number {
  return weight / -Math.log((mix(affinity ^ hashText(id, id.length)) + 0.5) / 0x1_0000_0000);
}

/** Spreads neighbouring numbers over all 32 bits. */
function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
