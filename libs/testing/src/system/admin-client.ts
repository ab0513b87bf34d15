import type {
  AdminAccessRule,
  AdminAccount,
  AdminApiKey,
  AdminChannel,
  AdminGroup,
  AdminModel,
  Fields,
} from './admin-objects.js';
import { send, type HttpAnswer } from './http-answer.js';

const DEFAULT_MODEL: Fields = {
  enabled: true,
  capabilities: ['text'],
  contextTokensMax: 8_000,
  outputTokensMax: 1_000,
  prices: { inputPerMillion: '1000', cachedInputPerMillion: '100', outputPerMillion: '2000' },
};
let last = 0;

/** A name no other object of the run has. */
export function uniqueName(kind: string): string {
  return `${kind}-${process.pid.toString(36)}-${(++last).toString(36)}`;
}

/** The admin API as tests use it. The create methods fill in what a test does not care about. */
export class AdminClient {
  constructor(
    readonly baseUrl: string,
    readonly token: string,
  ) {}

  /** Sends a request as it is and answers whatever comes back. */
  request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<HttpAnswer> {
    return send(`${this.baseUrl}/admin/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** Sends a request that must succeed; answers its body. */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.request(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
    return answer.body as T;
  }

  get<T>(path: string): Promise<T> {
    return this.call<T>('GET', path);
  }

  patch<T>(path: string, body: Fields): Promise<T> {
    return this.call<T>('PATCH', path, body);
  }

  async remove(path: string): Promise<void> {
    await this.call('DELETE', path);
  }

  createGroup(fields: Fields = {}): Promise<AdminGroup> {
    return this.call('POST', '/groups', { name: uniqueName('group'), ...fields });
  }

  /** An account, with points if given. */
  async createAccount(fields: Fields = {}, points?: string): Promise<AdminAccount> {
    const account = await this.call<AdminAccount>('POST', '/accounts', { name: uniqueName('account'), ...fields });
    if (points !== undefined) await this.credit(account.id, points);
    return account;
  }

  /** Adds points; a negative amount takes them away. */
  credit(accountId: string, amount: string): Promise<unknown> {
    return this.call('POST', `/accounts/${accountId}/points`, {
      amount,
      reason: 'test',
      idempotencyKey: uniqueName('credit'),
    });
  }

  createKey(accountId: string, fields: Fields = {}): Promise<AdminApiKey> {
    return this.call('POST', '/api-keys', { accountId, name: uniqueName('key'), ...fields });
  }

  createModel(fields: Fields = {}): Promise<AdminModel> {
    return this.call('POST', '/models', { name: uniqueName('model'), ...DEFAULT_MODEL, ...fields });
  }

  /** A channel; `fields` has at least `baseUrl` and `models`. */
  createChannel(fields: Fields): Promise<AdminChannel> {
    const keys = [{ value: 'sk-upstream-canary', weight: 1 }];
    const rest = { provider: 'openai-compatible', keys, ...fields };
    return this.call('POST', '/channels', { name: uniqueName('channel'), ...rest });
  }

  createAccessRule(fields: Fields): Promise<AdminAccessRule> {
    return this.call('POST', '/access-rules', { name: uniqueName('rule'), scope: { type: 'global' }, ...fields });
  }
}
