import { type AuditReport, describeOwner, describeSide, type Difference, type DifferenceKind } from '@tokenbay/points';

/** What each kind of difference breaks, as the heading of its rows. */
const PROMISES: Record<DifferenceKind, string> = {
  account: 'credits − charges + refunds = available + held',
  negative: 'nothing is below zero',
  charge: 'a charge takes no more than was held',
  duplicate: 'a request is booked once',
  budget: 'a budget has taken what its windows were charged and hold',
  limit: 'a budget has taken no more than its limit, unless that was lowered',
  usage: 'the sums of a key are those of its charges',
  orphan: 'whoever holds points is alive',
  task: 'tasks hold and were charged what they say',
};
const NUMBERS = new Intl.NumberFormat('en-US');

/** A report for people: what was read, then a table of differences for each promise that does not hold. Amounts are micropoints. */
export function renderReport(report: AuditReport, ms: number): string {
  const { accounts, charges, holds, budgets } = report.read;
  const counts = [
    `${NUMBERS.format(accounts)} accounts`,
    `${NUMBERS.format(charges)} charges`,
    `${NUMBERS.format(holds)} holds`,
    `${NUMBERS.format(budgets)} budgets`,
  ].join(', ');
  const head = `Read ${counts} of ${report.database} as of ${report.at.toISOString()}, in ${(ms / 1000).toFixed(1)} s.`;
  if (report.total === 0) return `${head}\nThe books agree.`;
  const kinds = Object.keys(PROMISES) as DifferenceKind[];
  const tables = kinds.flatMap((kind) => {
    const rows = report.differences.filter((difference) => difference.kind === kind);
    return rows.length === 0 ? [] : [renderTable(kind, rows)];
  });
  const left = report.total - report.differences.length;
  const more = left > 0 ? [`${NUMBERS.format(left)} more are not listed.`] : [];
  const foot = `The books do not agree: ${NUMBERS.format(report.total)} ${report.total === 1 ? 'difference' : 'differences'}. Amounts are micropoints.`;
  return [head, ...tables, ...more, foot].join('\n\n');
}

function renderTable(kind: DifferenceKind, differences: readonly Difference[]): string {
  const rows = differences.map((difference) => [
    describeOwner(difference),
    describeSide(difference.oneSide),
    describeSide(difference.otherSide),
  ]);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  |  ')}`);
  return `Does not hold: ${PROMISES[kind]}\n${lines.join('\n')}`;
}
