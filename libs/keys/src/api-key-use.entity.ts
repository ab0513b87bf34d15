import { Column, Entity, PrimaryColumn } from 'typeorm';

/** When a key was last used. Apart from `api_key`, because a use is no change of configuration and tells nobody. */
@Entity('api_key_use')
export class ApiKeyUseEntity {
  @PrimaryColumn({ name: 'api_key_id', type: 'bigint', primaryKeyConstraintName: 'api_key_use_pkey' })
  apiKeyId!: string;

  @Column({ name: 'last_used_at', type: 'timestamptz' })
  lastUsedAt!: Date;
}
