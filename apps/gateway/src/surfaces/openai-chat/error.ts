import type { ErrorView } from '@tokenbay/platform';

/** The body of an error on OpenAI paths. */
export function renderError({ message, type, param, code }: ErrorView): string {
  return JSON.stringify({ error: { message, type, param, code } });
}

/** The last event of a chat stream that failed; no `[DONE]` follows it. */
export function renderStreamError(view: ErrorView): string {
  return `data: ${renderError(view)}\n\n`;
}
