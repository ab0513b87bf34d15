import { DomainError } from '@tokenbay/errors';
import type { SecretBox } from '@tokenbay/platform';
import type { ChannelKeyEntity } from './channel-key.entity.js';
import type { ChannelEntity } from './channel.entity.js';
import type { Provider } from './provider.js';
import { TASK_TIMEOUT_MS_DEFAULT, type TimeLimits, timeLimitsOf } from './time-limits.js';

/** A channel as requests see it: enabled, immutable. */
export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly provider: Provider;
  /** Without a trailing slash, with the version path: `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  readonly keys: readonly ChannelKey[];
  /** The provider's name of each model, by the name that clients use. */
  readonly models: ReadonlyMap<string, string>;
  readonly groups: ReadonlySet<string>;
  readonly priority: number;
  readonly weight: number;
  readonly timeLimits: { readonly plain: TimeLimits; readonly stream: TimeLimits };
  /** How long a task may run, in milliseconds. */
  readonly taskTimeoutMs: number;
  readonly concurrencyMax: number | null;
}

/** A key of a channel. Its secret stays sealed until a request needs it, and shows in no dump of the object. */
export class ChannelKey {
  readonly id: string;
  readonly weight: number;
  readonly enabled: boolean;
  readonly #row: ChannelKeyEntity;
  readonly #box: SecretBox;
  #secret: string | undefined;

  constructor(row: ChannelKeyEntity, box: SecretBox) {
    this.id = row.id;
    this.weight = row.weight;
    this.enabled = row.enabled;
    this.#row = row;
    this.#box = box;
  }

  /** The secret in clear. Throws `channel_key_unavailable` where it was sealed under another `SECRETS_KEY` or has been altered. */
  secret(): string {
    return (this.#secret ??= this.open());
  }

  private open(): string {
    try {
      return this.#box.open(this.#row.secret, sealContextOf(this.#row.channelId, this.id));
    } catch (cause) {
      throw new DomainError('channel_key_unavailable', `the secret of channel key ${this.id} does not open`, { cause });
    }
  }
}

/** The context a key's secret is sealed in: moved to another row or channel, it does not open. */
export function sealContextOf(channelId: string, keyId: string): string {
  return `channel_key.secret:${channelId}:${keyId}`;
}

/** The channel that rows describe. */
export function toChannel(row: ChannelEntity, keys: readonly ChannelKeyEntity[], box: SecretBox): Channel {
  const { id, name, provider, baseUrl, priority, weight, concurrencyMax } = row;
  return Object.freeze({
    ...{ id, name, provider, baseUrl, priority, weight, concurrencyMax },
    keys: keys.map((key) => new ChannelKey(key, box)),
    models: new Map(Object.entries(row.models)),
    groups: new Set(row.groups),
    taskTimeoutMs: row.taskTimeoutMs ?? TASK_TIMEOUT_MS_DEFAULT,
    timeLimits: { plain: timeLimitsOf(row, { isStream: false }), stream: timeLimitsOf(row, { isStream: true }) },
  });
}
