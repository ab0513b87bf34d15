import type { Capability } from '@tokenbay/protocol';
import { ConfigurationEntity } from '@tokenbay/platform';
import { Check, Column, Entity, Unique } from 'typeorm';
import type { Prices } from './prices.js';

/** A model that clients can ask for, with its prices in force. The name is its identity and never changes. */
@Entity('model')
@Unique('model_name_unique', ['name'])
@Check('model_name_well_formed', `name ~ '^[A-Za-z0-9._:/@+-]{1,128}$'`)
@Check('model_capabilities_not_empty', 'cardinality(capabilities) > 0')
@Check('model_tokens_max_positive', 'context_tokens_max > 0 AND output_tokens_max > 0')
@Check('model_rate_limit_whole', '(rate_limit_requests IS NULL) = (rate_limit_window_seconds IS NULL)')
@Check('model_rate_limit_positive', 'rate_limit_requests > 0 AND rate_limit_window_seconds > 0')
export class ModelEntity extends ConfigurationEntity {
  @Column({ type: 'text', update: false })
  name!: string;

  @Column({ name: 'display_name', type: 'text' })
  displayName!: string;

  @Column({ type: 'boolean', default: true })
  enabled!: boolean;

  @Column({ type: 'text', array: true })
  capabilities!: Capability[];

  @Column({ name: 'context_tokens_max', type: 'integer', nullable: true })
  contextTokensMax!: number | null;

  @Column({ name: 'output_tokens_max', type: 'integer', nullable: true })
  outputTokensMax!: number | null;

  @Column({ type: 'jsonb' })
  prices!: Prices;

  @Column({ name: 'price_version', type: 'integer' })
  priceVersion!: number;

  @Column({ name: 'rate_limit_requests', type: 'integer', nullable: true })
  rateLimitRequests!: number | null;

  @Column({ name: 'rate_limit_window_seconds', type: 'integer', nullable: true })
  rateLimitWindowSeconds!: number | null;
}
