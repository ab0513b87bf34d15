import type { ErrorStatus } from '@tokenbay/errors';
import type { ErrorView } from '@tokenbay/platform';

/** The names of google.rpc.Code that Google's libraries expect in `error.status`. */
const GEMINI_STATUS_NAMES: Readonly<Record<ErrorStatus, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  413: 'INVALID_ARGUMENT',
  426: 'UNIMPLEMENTED',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** The body of an error on Gemini paths; `code` is our string, as in every dialect. */
export function renderError({ message, type, code, status }: ErrorView): string {
  return JSON.stringify({ error: { message, type, code, status: GEMINI_STATUS_NAMES[status] } });
}

/** The body of an error to Google's library on a path that it shares with others: theirs, and the status that it looks for. */
export function renderSharedError({ message, type, param, code, status }: ErrorView): string {
  return JSON.stringify({ error: { message, type, param, code, status: GEMINI_STATUS_NAMES[status] } });
}

/** The last event of a server-sent stream that failed. */
export function renderStreamError(view: ErrorView): string {
  return `data: ${midStreamError(view)}\r\n\r\n`;
}

/** The last element of a stream that is one JSON array, and the array's end; its beginning too where nothing has been sent. */
export function renderArrayStreamError(view: ErrorView, hasElements: boolean): string {
  return `${hasElements ? ',' : '['}${midStreamError(view)}]`;
}

/** Mid-stream alone `code` is the status as a number: Google's Python library crashes on a string there. Ours is `details[0].reason`. */
function midStreamError({ message, type, code, status }: ErrorView): string {
  const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: code, domain: 'gateway' }];
  return JSON.stringify({ error: { code: status, message, status: GEMINI_STATUS_NAMES[status], type, details } });
}
