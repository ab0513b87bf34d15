import type { Endpoint } from '../text-wire.js';

/** The version of the API that everything here was written by. */
const VERSION = '2023-06-01';

/** Below a base URL that ends in the version. */
export function messagesEndpoint(): Endpoint {
  return { path: '/messages', headers: { 'anthropic-version': VERSION } };
}
