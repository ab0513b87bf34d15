import type { Endpoint } from '../text-wire.js';

/** Below a base URL that ends in the version. */
export const RESPONSES_ENDPOINT: Endpoint = { path: '/responses' };
