import type { ErrorView } from '@tokenbay/platform';

/** The body of an error on Anthropic paths. */
export function renderError({ type, message, code, dialectCode, requestId }: ErrorView): string {
  const error = { type, message, code, details: { error_code: dialectCode ?? code } };
  return JSON.stringify({ type: 'error', error, request_id: requestId });
}

/** The last event of a messages stream that failed; no `message_stop` follows it. */
export function renderStreamError(view: ErrorView): string {
  return `event: error\ndata: ${renderError(view)}\n\n`;
}
