const DEPTH_MAX = 64;

/**
 * What is wrong with the mere shape of a JSON body, as one sentence: nested deeper than 64, or with a key that every JavaScript object
 * inherits (`constructor`, `toString`, …), which the conversion into classes would drop in silence.
 */
export function problemOfShape(body: object): string | undefined {
  let level: object[] = [body];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > DEPTH_MAX) return `The body must not be nested deeper than ${DEPTH_MAX} levels.`;
    const next: object[] = [];
    for (const item of level) {
      for (const [key, value] of Object.entries(item)) {
        if (key in Object.prototype) return `${key} is not a known field.`;
        if (typeof value === 'object' && value !== null) next.push(value as object);
      }
    }
    level = next;
  }
  return undefined;
}
