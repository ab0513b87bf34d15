import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { isForeignKeyViolation, isUniqueViolation, type Page, type PageRequest, type Tx } from '@tokenbay/platform';
import type { Capability } from '@tokenbay/protocol';
import type { ModelPriceEntity } from './model-price.entity.js';
import type { ModelEntity } from './model.entity.js';
import { type ModelRateLimit, rateLimitOf } from './model.js';
import { type ModelColumns, ModelsRepository } from './models.repository.js';
import type { Prices } from './prices.js';
import { readPrices } from './read-prices.js';

/** What may change about a model; what is absent stays, null clears. */
export interface ModelChange {
  readonly displayName?: string;
  readonly enabled?: boolean;
  readonly capabilities?: Capability[];
  readonly contextTokensMax?: number | null;
  readonly outputTokensMax?: number | null;
  /** Replaced whole; judged by `readPrices`. */
  readonly prices?: unknown;
  /** A part of it leaves the other part as it is. */
  readonly rateLimit?: Partial<ModelRateLimit> | null;
}

/** A new model: shown under its name, enabled, of text, unlimited and without prices, hence not sold, unless said otherwise. */
export interface ModelDraft extends ModelChange {
  readonly name: string;
}

/** Administers the models on offer and the history of their prices. */
@Injectable()
export class ModelsService {
  constructor(private readonly repository: ModelsRepository) {}

  /** Throws `conflict` where the name is taken, `invalid_request` for prices that are not well formed. */
  async create(tx: Tx, { name, prices: written = {}, ...draft }: ModelDraft): Promise<ModelEntity> {
    const prices = toPrices(written);
    try {
      const priceVersion = await this.repository.appendPrices(tx, name, prices);
      const defaults = { displayName: name, capabilities: ['text'] satisfies Capability[] };
      await this.repository.insert(tx, { ...defaults, ...toColumns(draft), name, prices, priceVersion });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const message = 'A model of this name exists already.';
      throw new DomainError('conflict', 'model name taken', { message, cause: error });
    }
    return this.get(tx, name);
  }

  /** Models newest first. */
  list(tx: Tx, page: PageRequest): Promise<Page<ModelEntity>> {
    return this.repository.list(tx, page);
  }

  /** Throws `not_found`. */
  async get(tx: Tx, name: string): Promise<ModelEntity> {
    const model = await this.repository.find(tx, name);
    if (!model) throw new DomainError('not_found', 'model');
    return model;
  }

  /**
   * Prices that differ from those in force become a new version. Throws `not_found`; `conflict` where `ifMatch` is not the present
   * version; `invalid_request` for prices that are not well formed.
   */
  async update(
    tx: Tx,
    name: string,
    { ifMatch, prices: written, ...change }: ModelChange & { ifMatch?: number | undefined },
  ): Promise<ModelEntity> {
    const prices = written === undefined ? undefined : toPrices(written);
    const model = await this.repository.lock(tx, name, ifMatch);
    const columns = toColumns(change, model);
    if (prices && !isDeepStrictEqual(prices, model.prices))
      Object.assign(columns, { prices, priceVersion: await this.repository.appendPrices(tx, name, prices) });
    if (Object.keys(columns).length === 0) return model;
    await this.repository.update(tx, name, columns);
    return this.get(tx, name);
  }

  /** Throws `not_found`, or `conflict` while a channel serves the model. The history of its prices stays. */
  async delete(tx: Tx, name: string, ifMatch?: number): Promise<void> {
    await this.repository.lock(tx, name, ifMatch);
    try {
      await this.repository.delete(tx, name);
    } catch (error) {
      if (!isForeignKeyViolation(error)) throw error;
      throw new DomainError('conflict', 'model in use', { message: 'A channel serves this model.', cause: error });
    }
  }

  /** Every version of a model's prices, newest first. Throws `not_found`. */
  async listPrices(tx: Tx, name: string, page: PageRequest): Promise<Page<ModelPriceEntity>> {
    await this.get(tx, name);
    return this.repository.listPrices(tx, name, page);
  }
}

function toColumns({ rateLimit, ...columns }: Omit<ModelChange, 'prices'>, known?: ModelEntity): Partial<ModelColumns> {
  if (rateLimit === undefined) return { ...columns };
  if (rateLimit === null) return { ...columns, rateLimitRequests: null, rateLimitWindowSeconds: null };
  const { requests, windowSeconds } = { ...(known && rateLimitOf(known)), ...rateLimit };
  if (requests === undefined) throw invalid('rateLimit', ['rateLimit.requests is required.']);
  if (windowSeconds === undefined) throw invalid('rateLimit', ['rateLimit.windowSeconds is required.']);
  return { ...columns, rateLimitRequests: requests, rateLimitWindowSeconds: windowSeconds };
}

function toPrices(written: unknown): Prices {
  const { prices, problems } = readPrices(written);
  if (problems.length > 0)
    throw invalid(
      'prices',
      problems.map((problem) => `prices${problem}`),
    );
  return prices;
}

function invalid(param: string, problems: string[]): DomainError {
  return new DomainError('invalid_request', problems[0], { message: problems.slice(0, 3).join(' '), param, problems });
}
