export const MINUTES_PER_DAY = 1_440;

/** Minutes since midnight of `HH:MM`, `24:00` included; null where the text is no such time. */
export function readTimeOfDay(text: string): number | null {
  const match = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(text);
  if (match === null) return null;
  const minutes = Number(match[1]) * 60 + Number(match[2]);
  return minutes <= MINUTES_PER_DAY ? minutes : null;
}
