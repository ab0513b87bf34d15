import { countInput, type Interface, refusal, refuseUnknown } from './answer-with.js';

const FIELDS = [
  ...['model', 'query', 'documents', 'top_n', 'return_documents'],
  ...['max_tokens_per_doc', 'max_chunks_per_doc', 'truncate_prompt_tokens', 'priority'],
];
let lastId = 0;

/**
 * `POST /v1/rerank`, as vLLM and Jina answer it: a document is the more relevant the more words of the query it holds. `no-documents` never
 * repeats documents and reports search units in place of tokens, as Cohere does.
 */
export const rank: Interface = {
  refuse(body) {
    const unknown = refuseUnknown(body, FIELDS);
    if (unknown) return unknown;
    if (typeof body['query'] !== 'string' || body['query'] === '') return refusal('query: Field required', 'query');
    const { documents, top_n: count } = body;
    const isGood = Array.isArray(documents) && documents.length > 0 && documents.every(isDocument);
    if (!isGood) return refusal('documents: must be strings or objects with text', 'documents');
    return count == null || (Number.isInteger(count) && Number(count) > 0)
      ? null
      : refusal('top_n: not valid', 'top_n');
  },
  answer(body, behaviour) {
    const query = String(body['query']);
    const texts = (body['documents'] as (string | { text: string })[]).map(textOf);
    const isBare = behaviour.has('no-documents');
    const ranked = texts
      .map((text, index) => ({ index, relevance_score: scoreOf(query, text) }))
      .sort((a, b) => b.relevance_score - a.relevance_score)
      .slice(0, Number(body['top_n'] ?? texts.length));
    const isShown = !isBare && body['return_documents'] !== false;
    const results = ranked.map((result) => ({
      ...result,
      ...(isShown && { document: { text: texts[result.index]! } }),
    }));
    const id = `rerank-fake${(++lastId).toString(36)}`;
    if (isBare)
      return { id, body: { id, results, meta: { api_version: { version: '2' }, billed_units: { search_units: 1 } } } };
    const tokens = countInput(
      texts.map((text) => `${query} ${text}`),
      behaviour,
    );
    const usage = tokens === undefined ? undefined : { prompt_tokens: tokens, total_tokens: tokens };
    return { id, body: { id, model: body['model'], results, ...(usage && { usage }) }, ...(usage && { usage }) };
  },
};

function isDocument(document: unknown): boolean {
  return typeof document === 'string' || typeof (document as { text?: unknown } | null)?.text === 'string';
}

function textOf(document: string | { text: string }): string {
  return typeof document === 'string' ? document : document.text;
}

/** The share of the query's words that the text holds. */
function scoreOf(query: string, text: string): number {
  const words = query.toLowerCase().split(/\W+/).filter(Boolean);
  const known = text.toLowerCase();
  return words.length === 0 ? 0 : words.filter((word) => known.includes(word)).length / words.length;
}
