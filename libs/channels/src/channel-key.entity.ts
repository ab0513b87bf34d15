import { Check, Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** One secret of a channel's account with its provider. A change of it is a change of the channel, which carries the version. */
@Entity('channel_key')
@Index('channel_key_channel', ['channelId', 'id'])
@Check('channel_key_weight_positive', 'weight > 0')
@Check('channel_key_last_four_length', 'length(last_four) <= 4')
export class ChannelKeyEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: string;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ name: 'channel_id', type: 'bigint' })
  channelId!: string;

  /** Sealed for this row alone; read only where a request is about to be sent. */
  @Column({ type: 'bytea', select: false })
  secret!: Buffer;

  /** Empty where the secret is so short that four characters would give it away. */
  @Column({ name: 'last_four', type: 'text' })
  lastFour!: string;

  /** Share of the channel's requests among its keys. */
  @Column({ type: 'integer', default: 1 })
  weight!: number;

  @Column({ type: 'boolean', default: true })
  enabled!: boolean;
}
