import type { ErrorView } from '@tokenbay/platform';
import type { JsonObject } from '@tokenbay/providers';

/**
 * The last two events of a Responses stream that failed: its response, which ends as failed, and the error, numbered in their turn. Libraries
 * look at either.
 */
export function renderStreamError(view: ErrorView, response: JsonObject, sequenceNumber: number): string {
  const { message, type, param, code } = view;
  const failed = {
    type: 'response.failed',
    sequence_number: sequenceNumber,
    response: { ...withoutEnd(response), status: 'failed', error: { code, message } },
  };
  const error = {
    ...{ type: 'error', sequence_number: sequenceNumber + 1, code, message, param },
    error: { message, type, param, code },
  };
  return `event: response.failed\ndata: ${JSON.stringify(failed)}\n\nevent: error\ndata: ${JSON.stringify(error)}\n\n`;
}

function withoutEnd({ status: _status, error: _error, ...response }: JsonObject): JsonObject {
  return response;
}
