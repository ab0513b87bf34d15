import { ConfigurationEntity } from '@tokenbay/platform';
import { Check, Column, Entity, Unique } from 'typeorm';

/** A group of accounts or keys: what its requests cost relative to the list price, and which models it may use. */
@Entity('account_group')
@Unique('account_group_name_unique', ['name'])
@Check('account_group_name_well_formed', `name ~ '^[A-Za-z0-9._:/@+-]{1,128}$'`)
@Check('account_group_price_multiplier_not_negative', 'price_multiplier >= 0 AND price_multiplier <= 1000000')
export class AccountGroupEntity extends ConfigurationEntity {
  /** Also its id towards administrators; never changes. */
  @Column({ type: 'text', update: false })
  name!: string;

  /** An exact decimal such as `0.8`; never a float. */
  @Column({ name: 'price_multiplier', type: 'numeric', default: 1 })
  priceMultiplier!: string;

  /** Names of models, `*` at the end of one stands for any rest. */
  @Column({ type: 'text', array: true, default: '{*}' })
  models!: string[];
}
