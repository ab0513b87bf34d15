import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';
import type { Prices } from './prices.js';

/**
 * One version of a model's prices, never changed and never deleted, not even with the model: receipts name it by model and version. A
 * model created anew under an old name goes on counting where the old one stopped.
 */
@Entity('model_price')
@Unique('model_price_version_unique', ['modelName', 'priceVersion'])
export class ModelPriceEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: string;

  @Column({ name: 'model_name', type: 'text' })
  modelName!: string;

  @Column({ name: 'price_version', type: 'integer' })
  priceVersion!: number;

  @Column({ type: 'jsonb' })
  prices!: Prices;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
