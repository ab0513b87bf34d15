// @ts-check
/** The README's tables, made from the code that they speak of. Each stands between two comments that name it. */

/** @typedef {{ status: number, otherStatuses: readonly number[], message: string, remedy: string, retryable: boolean, surface: string }} ErrorRow */
/** @typedef {{ name: string, default?: string | undefined, required: boolean, meaning: string }} VariableRow */

/** Every error code with what it means and what the caller can do. @param {Record<string, ErrorRow>} catalogue */
export function renderErrors(catalogue) {
  const rows = Object.entries(catalogue).map(([code, entry]) => {
    const statuses = [entry.status, ...entry.otherStatuses].join(', ');
    return `| ${statuses} | \`${code}\` | ${entry.message} | ${entry.remedy} | ${entry.retryable ? 'yes' : 'no'} |`;
  });
  return ['| status | code | meaning | what to do | repeat |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}

/** Every variable with its default and meaning. @param {Record<string, VariableRow>} variables */
export function renderVariables(variables) {
  const rows = Object.values(variables).map((variable) => {
    const fallback = variable.required ? 'required' : variable.default ? `\`${variable.default}\`` : 'none';
    return `| \`${variable.name}\` | ${fallback} | ${variable.meaning} |`;
  });
  return ['| variable | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

/**
 * Every provider that a channel can have: where it is unless the channel says otherwise, what it offers, and how it differs.
 * @param {readonly string[]} names
 * @param {(name: string) => { baseUrl?: string }} factsOf
 * @param {(name: string) => AdapterRow | undefined} findAdapter
 */
export function renderProviders(names, factsOf, findAdapter) {
  const rows = names.map((name) => {
    const { baseUrl } = factsOf(name);
    const adapter = findAdapter(name);
    const offers = [
      ...(adapter?.wires ?? []).map(({ format }) => FORMATS[format] ?? format),
      ...Object.entries(BESIDE_TEXT).flatMap(([offer, word]) => (adapter && offer in adapter ? [word] : [])),
    ];
    return `| \`${name}\` | ${baseUrl === undefined ? 'has none: `baseUrl` is required' : `\`${baseUrl}\``} | ${offers.join(', ')} |`;
  });
  return ['| provider | address | offers |', '| --- | --- | --- |', ...rows].join('\n');
}

/** @typedef {{ wires: readonly { format: string }[] }} AdapterRow what it offers beside text are fields of their own */
/** @type {Record<string, string>} */
const FORMATS = {
  'openai-chat': 'chats',
  'openai-responses': 'responses',
  'anthropic-messages': 'messages',
  'gemini-generate': 'contents',
};
/** @type {Record<string, string>} */
const BESIDE_TEXT = {
  embeddings: 'embeddings',
  moderations: 'moderations',
  rerank: 'rerank',
  imageGeneration: 'images',
  imageEditing: 'edited images',
  speech: 'speech',
  transcription: 'transcripts',
  translation: 'translations',
  video: 'video',
};

/** Puts a table between its two comments. Throws where they are missing. @param {string} text @param {string} name @param {string} table */
export function placeTable(text, name, table) {
  const pattern = new RegExp(`(<!-- ${name} -->)[^]*?(<!-- /${name} -->)`);
  if (!pattern.test(text)) throw new Error(`no place for the table of ${name}`);
  return text.replace(pattern, (_, before, after) => `${before}\n\n${table}\n\n${after}`);
}
