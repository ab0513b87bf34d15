type Value = string | number | boolean | null;

/** Arrays of integers, booleans or UUIDs as Postgres reads them; the driver's own conversion takes ten times as long. */
export function plainArray(values: readonly Value[]): string {
  let text = '{';
  for (const value of values) text += `${text.length > 1 ? ',' : ''}${value === null ? 'NULL' : String(value)}`;
  return `${text}}`;
}

/** An array of any texts, quoted. */
export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? 'NULL' : `"${value.replaceAll(/["\\]/g, '\\$&')}"`)).join(',')}}`;
}
