import type { AdminClient } from './admin-client.js';
import { uniqueName } from './admin-client.js';
import type { AdminAccount, AdminApiKey, AdminChannel, AdminModel, Fields } from './admin-objects.js';

/** Where a world differs from the usual one. `upstreamModel` carries the fake upstream's directives, as in `fake@usage:120:30`. */
export interface WorldOptions {
  points?: string;
  upstreamModel?: string;
  account?: Fields;
  key?: Fields;
  model?: Fields;
  channel?: Fields;
}

/** What one request needs: an account with points, a key, a model with prices, a channel that serves it. */
export interface World {
  account: AdminAccount;
  key: AdminApiKey;
  /** The key's secret, for the Authorization header. */
  apiKey: string;
  model: AdminModel;
  /** The model's public name. */
  modelName: string;
  channel: AdminChannel;
}

/** Creates a world that shares nothing with any other but the default group. */
export async function createWorld(admin: AdminClient, upstreamUrl: string, options: WorldOptions = {}): Promise<World> {
  const { points = '1000', upstreamModel = `fake-${uniqueName('upstream')}@usage:120:30` } = options;
  const account = await admin.createAccount(options.account, points);
  const key = await admin.createKey(account.id, options.key);
  const model = await admin.createModel(options.model);
  const models = { [model.name]: upstreamModel };
  const channel = await admin.createChannel({ baseUrl: upstreamUrl, models, ...options.channel });
  return { account, key, apiKey: key.key, model, modelName: model.name, channel };
}
