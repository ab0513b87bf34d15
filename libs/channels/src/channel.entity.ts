import { ConfigurationEntity } from '@tokenbay/platform';
import { Check, Column, Entity } from 'typeorm';
import type { Provider } from './provider.js';

/** One account with a provider, reached at one address, that serves some models to some groups. */
@Entity('channel')
@Check('channel_models_is_object', `jsonb_typeof(models) = 'object'`)
@Check('channel_weight_positive', 'weight > 0')
@Check(
  'channel_time_limits_positive',
  'connect_timeout_ms > 0 AND first_byte_timeout_ms > 0 AND idle_timeout_ms > 0 AND total_timeout_ms > 0',
)
@Check('channel_task_timeout_ms_positive', 'task_timeout_ms > 0')
@Check('channel_concurrency_max_positive', 'concurrency_max > 0')
export class ChannelEntity extends ConfigurationEntity {
  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  provider!: Provider;

  /** In the one form that `readBaseUrl` gives. */
  @Column({ name: 'base_url', type: 'text' })
  baseUrl!: string;

  /** The provider's name of each model, by the name that clients use. */
  @Column({ type: 'jsonb', default: {} })
  models!: Record<string, string>;

  @Column({ type: 'text', array: true, default: '{default}' })
  groups!: string[];

  /** Channels of a higher priority are used first. */
  @Column({ type: 'integer', default: 0 })
  priority!: number;

  /** Share of requests among channels of one priority. */
  @Column({ type: 'integer', default: 1 })
  weight!: number;

  @Column({ type: 'boolean', default: true })
  enabled!: boolean;

  /** Time limits: null means the default of `timeLimitsOf`. */
  @Column({ name: 'connect_timeout_ms', type: 'integer', nullable: true })
  connectTimeoutMs!: number | null;

  @Column({ name: 'first_byte_timeout_ms', type: 'integer', nullable: true })
  firstByteTimeoutMs!: number | null;

  @Column({ name: 'idle_timeout_ms', type: 'integer', nullable: true })
  idleTimeoutMs!: number | null;

  @Column({ name: 'total_timeout_ms', type: 'integer', nullable: true })
  totalTimeoutMs!: number | null;

  /** How long a task may run, milliseconds; null means `TASK_TIMEOUT_MS_DEFAULT`. */
  @Column({ name: 'task_timeout_ms', type: 'integer', nullable: true })
  taskTimeoutMs!: number | null;

  /** Requests in flight over this channel at any time; null for no bound. */
  @Column({ name: 'concurrency_max', type: 'integer', nullable: true })
  concurrencyMax!: number | null;
}
