type Value = string | number | boolean | null;

/** Arrays of integers, booleans or UUIDs as Postgres reads them; the driver's own conversion takes ten times as long. */
export function plainArray(values: readonly Value[]): string {
  return plainColumn(values, (value) => value);
}

/** The same of one value of each item. */
export function plainColumn<Item>(items: readonly Item[], pick: (item: Item) => Value): string {
  let text = '';
  for (const item of items) {
    const value = pick(item);
    text += value === null ? ',NULL' : `,${value}`;
  }
  return `{${text.slice(1)}}`;
}

/** An array of any texts, one of each item, quoted. */
export function textColumn<Item>(items: readonly Item[], pick: (item: Item) => string | null): string {
  let text = '';
  for (const item of items) {
    const value = pick(item);
    text += value === null ? ',NULL' : `,"${ESCAPED.test(value) ? value.replaceAll(ESCAPED_ALL, '\\$&') : value}"`;
  }
  return `{${text.slice(1)}}`;
}

const ESCAPED = /["\\]/;
const ESCAPED_ALL = /["\\]/g;
