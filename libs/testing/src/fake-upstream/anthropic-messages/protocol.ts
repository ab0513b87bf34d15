import type { Protocol } from '../protocol.js';
import { ANTHROPIC_ERROR_FORM, invalidRequest } from './errors.js';
import { NEW_VERSION } from './blocks.js';
import { handleMessages } from './handle-messages.js';

const VERSIONS = ['2023-06-01', NEW_VERSION];

/** Anthropic's Messages. */
export const ANTHROPIC: Protocol = {
  routes: [{ method: 'POST', path: /^\/v1\/messages(\?|$)/, handle: handleMessages }],
  errors: ANTHROPIC_ERROR_FORM,
  authenticate({ headers }) {
    if (!headers['x-api-key'] && !headers.authorization) {
      return { ...ANTHROPIC_ERROR_FORM.byCode('authentication_error'), message: 'x-api-key header is required' };
    }
    const version = headers['anthropic-version'];
    if (version === undefined) return invalidRequest('anthropic-version: header is required');
    if (VERSIONS.includes(String(version))) return null;
    return invalidRequest(`anthropic-version: "${String(version)}" is not a valid version`);
  },
};
