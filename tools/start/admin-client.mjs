// @ts-check
import { PlainFailure } from '../bootstrap/plain-failure.mjs';

const TIMEOUT_MS = 15_000;

/** Speaks to the admin API as its owner does. */
export class AdminClient {
  /** @param {string} adminUrl @param {string} token */
  constructor(adminUrl, token) {
    this.base = `${adminUrl}/admin/v1`;
    this.token = token;
  }

  /**
   * The whole answer; a refusal becomes one sentence.
   *
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<any>}
   */
  async call(method, path, body) {
    const response = await fetch(this.base + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    const answer = text ? JSON.parse(text) : undefined;
    if (response.ok) return answer;
    const { message = 'no reason given', problems = [] } = answer?.error ?? {};
    throw new PlainFailure(
      `The admin API answered ${response.status} to ${method} ${path}: ${[message, ...problems].join(' ')}`,
    );
  }

  /**
   * The object that is there already, or a new one.
   *
   * @param {string} path
   * @param {object} body
   * @param {(row: any) => boolean} isIt
   */
  async findOrCreate(path, body, isIt) {
    const { data } = await this.call('GET', `${path}?limit=200`);
    return data.find(isIt) ?? this.call('POST', path, body);
  }
}
