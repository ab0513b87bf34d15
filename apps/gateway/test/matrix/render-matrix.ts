import { type Feature, FEATURES, type Speaker } from './speaker.js';

/** One trial that succeeded. */
export interface Outcome {
  readonly dialect: string;
  readonly provider: string;
  readonly feature: Feature;
}

/** Everything that was tried, and what succeeded. */
export interface Matrix {
  readonly speakers: readonly Speaker[];
  readonly providers: readonly string[];
  readonly outcomes: readonly Outcome[];
}

const BEGIN = '<!-- matrix: written by the test that runs it -->';
const END = '<!-- end of matrix -->';

/** One table for each dialect: a row for each feature, a column for each provider; a dash where the dialect has no such thing. */
export function renderMatrix({ speakers, providers, outcomes }: Matrix): string {
  const seen = new Set(outcomes.map(({ dialect, provider, feature }) => `${dialect} ${provider} ${feature}`));
  const names = Object.entries(FEATURES) as [Feature, string][];
  const width = Math.max(...names.map(([, name]) => name.length));
  const line = (first: string, cells: readonly string[]) =>
    `| ${[first.padEnd(width), ...cells.map((cell, index) => cell.padEnd(heads[index]!.length))].join(' | ')} |`;
  const heads = providers.map((provider) => `\`${provider}\``);
  const tables = speakers.map(({ dialect, library, trials }) => {
    const cell = (provider: string, feature: Feature) => (seen.has(`${dialect} ${provider} ${feature}`) ? 'yes' : 'no');
    const rule = `| ${['-'.repeat(width), ...heads.map((head) => '-'.repeat(head.length))].join(' | ')} |`;
    const rows = names.map(([feature, name]) =>
      line(
        name,
        providers.map((provider) => (trials[feature] ? cell(provider, feature) : '–')),
      ),
    );
    return [`### ${dialect}, by \`${library}\``, '', line('', heads), rule, ...rows].join('\n');
  });
  return tables.join('\n\n');
}

/** The document with the tables in their place. */
export function withMatrix(document: string, rendered: string): string {
  const [before, rest = ''] = document.split(BEGIN);
  const after = rest.split(END)[1];
  if (after === undefined) throw new Error(`the document has no place between ${BEGIN} and ${END}`);
  return `${before}${BEGIN}\n\n${rendered}\n\n${END}${after}`;
}
