import { Injectable } from '@nestjs/common';
import { decodeCursor, listPage, lockRow, type Page, type PageRequest, toPage, type Tx } from '@tokenbay/platform';
import { LessThan } from 'typeorm';
import { ModelPriceEntity } from './model-price.entity.js';
import { ModelEntity } from './model.entity.js';
import type { Prices } from './prices.js';

/** The columns of a model that administrators write. */
export type ModelColumns = Omit<ModelEntity, 'id' | 'version' | 'createdAt' | 'updatedAt'>;

/** Reads and writes `model` and `model_price`. The database refuses to delete a model that a channel serves. */
@Injectable()
export class ModelsRepository {
  /** Models newest first. */
  list(tx: Tx, page: PageRequest): Promise<Page<ModelEntity>> {
    return listPage(tx, ModelEntity, page);
  }

  /** Every model, by name. */
  all(tx: Tx): Promise<ModelEntity[]> {
    return tx.find(ModelEntity, { order: { name: 'ASC' } });
  }

  /** Null where there is none. */
  find(tx: Tx, name: string): Promise<ModelEntity | null> {
    return tx.findOneBy(ModelEntity, { name });
  }

  /** Locks the model until the transaction ends; throws `not_found` or, for another version, `conflict`. */
  lock(tx: Tx, name: string, ifMatch?: number): Promise<ModelEntity> {
    return lockRow(tx, ModelEntity, { name }, ifMatch);
  }

  /** Throws the unique violation of a name that is taken. */
  async insert(tx: Tx, columns: Partial<ModelColumns>): Promise<void> {
    await tx.insert(ModelEntity, columns);
  }

  /** Sets columns as a new version of the model. */
  async update(tx: Tx, name: string, columns: Partial<ModelColumns>): Promise<void> {
    await tx.update(ModelEntity, { name }, columns);
  }

  /** Throws the foreign key violation of a model that a channel serves. */
  async delete(tx: Tx, name: string): Promise<void> {
    await tx.delete(ModelEntity, { name });
  }

  /** Appends prices under the next version of the name and answers that version. Of two at once the unique constraint refuses one. */
  async appendPrices(tx: Tx, modelName: string, prices: Prices): Promise<number> {
    const [row] = await tx.query<[{ price_version: number }]>(
      `INSERT INTO model_price (model_name, price_version, prices)
       SELECT $1, coalesce(max(price_version), 0) + 1, $2 FROM model_price WHERE model_name = $1
       RETURNING price_version`,
      [modelName, JSON.stringify(prices)],
    );
    return row.price_version;
  }

  /** One version of a name's prices, for ever; null where there was none. */
  async findPrices(tx: Tx, modelName: string, priceVersion: number): Promise<Prices | null> {
    return (await tx.findOneBy(ModelPriceEntity, { modelName, priceVersion }))?.prices ?? null;
  }

  /** Versions of prices, newest first. */
  async listPrices(tx: Tx, modelName: string, { limit, cursor }: PageRequest): Promise<Page<ModelPriceEntity>> {
    const before = cursor === undefined ? {} : { id: LessThan(decodeCursor(cursor)) };
    const where = { modelName, ...before };
    const rows = await tx.find(ModelPriceEntity, { where, order: { id: 'DESC' }, take: limit + 1 });
    return toPage(rows, limit, ({ id }) => id);
  }
}
