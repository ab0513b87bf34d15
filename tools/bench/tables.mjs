// @ts-check

/** Prints a Markdown table, figures to the right. @param {string} title @param {string[]} head @param {string[][]} rows */
export function printTable(title, head, rows) {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => (row[column] ?? '').length)));
  const pad = (/** @type {string} */ cell, /** @type {number} */ column) =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  const line = (/** @type {string[]} */ row) => `| ${row.map(pad).join(' | ')} |`;
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  console.log(`\n${title}\n\n${[line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n')}`);
}

/** @param {number} value */
export const whole = (value) => (Number.isFinite(value) ? value.toFixed(0) : '–');
/** @param {number} value */
export const tenths = (value) => (Number.isFinite(value) ? value.toFixed(1) : '–');
/** @param {number} value */
export const hundredths = (value) => (Number.isFinite(value) ? value.toFixed(2) : '–');
/** @param {number} share */
export const percent = (share) => (Number.isFinite(share) ? `${(share * 100).toFixed(0)} %` : '–');
