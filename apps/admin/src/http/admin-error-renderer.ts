import type { ErrorRenderer } from '@tokenbay/platform';

/** Renders the admin API's errors: the gateway's shape, with every problem of a body in `error.problems`. */
export const adminErrorRenderer: ErrorRenderer = {
  render({ status, message, type, code, problems }) {
    const error = { message, type, code, ...(problems.length > 0 && { problems }) };
    return { body: JSON.stringify({ error }), ...(status === 401 && { headers: { 'www-authenticate': 'Bearer' } }) };
  },
};
