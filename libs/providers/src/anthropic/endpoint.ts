import type { Endpoint } from '../text-wire.js';

/** Below a base URL that ends in the version. The header names the version of the API that everything here was written by. */
export const MESSAGES_ENDPOINT: Endpoint = { path: '/messages', headers: { 'anthropic-version': '2023-06-01' } };
