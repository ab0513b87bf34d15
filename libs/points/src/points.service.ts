import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { Database, decodeCursor, type Page, type PageRequest, toPage, type Tx } from '@tokenbay/platform';
import type { Balance, Credit, PointEntry } from './account-points.js';
import type { Charge, SettleOutcome } from './charge.js';
import type { Hold } from './hold.js';
import type { ReserveRequest } from './reserve-request.js';
import { Holds } from './holds.js';
import type { KeyBudget, KeyPoints, PeriodState } from './key-points.js';
import { explainLimit } from './limit-refusal.js';
import { PointsRepository } from './points.repository.js';
import { SharedRead } from './shared-read.js';
import { toKeyPoints, toPeriodStates } from './to-key-points.js';

const NO_BALANCE: Balance = { availableMicropoints: 0, heldMicropoints: 0 };

const CREDIT_REFUSALS = {
  unknown: () => new DomainError('not_found', 'account'),
  insufficient: () =>
    new DomainError('conflict', 'below zero', { message: 'The account has fewer points available than that.' }),
  excessive: () => new DomainError('conflict', 'too much', { message: 'No account can own that many points.' }),
};

/** The ledger's verbs. Amounts are integer micropoints. */
@Injectable()
export class PointsService {
  private readonly budgetReads = new SharedRead((apiKeyIds) => this.budgets(apiKeyIds));
  private readonly limitReads = new SharedRead((apiKeyIds) => this.limits(apiKeyIds));

  constructor(
    private readonly holds: Holds,
    private readonly repository: PointsRepository,
    private readonly database: Database,
  ) {}

  /**
   * Holds up to `need` micropoints, and at least `least`, before anything is sent upstream. Rejects with `account_point_insufficient`, then
   * `api_key_point_insufficient`, then `api_key_point_limit_exceeded` (with the wait until the period ends); `ledger_unavailable`. Answers
   * at once, without a promise, where this process holds points enough: await only what is one.
   */
  reserve(request: ReserveRequest): Hold | Promise<Hold> {
    return this.holds.reserve(request);
  }

  /**
   * Rejects with what a request was refused with: a periodic limit in words that say whether waiting or a smaller request would help, anything
   * else as it is.
   */
  async refuse(error: unknown, { apiKeyId, least }: Pick<ReserveRequest, 'apiKeyId' | 'least'>): Promise<never> {
    if (!(error instanceof DomainError) || error.code !== 'api_key_point_limit_exceeded') throw error;
    // Without an answer the refusal is as true as before.
    const limits = await this.limitReads.of(apiKeyId).catch(() => undefined);
    throw explainLimit(error, least, limits ?? []);
  }

  /**
   * Books the request and ends its hold; resolves once that is durable. Send the last bytes only then, and not where the outcome is
   * `refused`. Throws `ledger_unavailable` where it took too long: then the answer is cut, and nothing is or stays charged.
   */
  settle(hold: Hold, charge: Charge): Promise<SettleOutcome> {
    return this.holds.settle(hold, charge);
  }

  /** Gives a hold back without a trace in the usage log: for a request that reached no upstream. Never rejects. */
  release(hold: Hold): Promise<void> {
    return this.holds.release(hold);
  }

  /** Opens a new account's points, at zero, in the transaction that creates it. */
  createAccountPoints(tx: Tx, accountId: string): Promise<void> {
    return this.repository.insertAccount(tx, accountId);
  }

  /**
   * Adds points (negative: takes them) and answers the entry; repeated under the same idempotency key it answers the first one. Throws
   * `not_found`; `conflict` where the balance would fall below zero or the key was used for something else.
   */
  async credit(tx: Tx, credit: Credit): Promise<PointEntry> {
    if (!Number.isSafeInteger(credit.amount) || credit.amount === 0)
      throw new DomainError('invalid_request', 'amount', {
        message: 'amount must not be zero.',
        problems: ['amount must not be zero.'],
      });
    const result = await this.repository.credit(tx, credit);
    if (!('entry' in result)) throw CREDIT_REFUSALS[result.outcome]();
    const { entry } = result;
    if (entry.amountMicropoints !== credit.amount || entry.reason !== credit.reason)
      throw new DomainError('conflict', 'idempotency key', {
        message: 'The idempotency key was used for another entry.',
      });
    return entry;
  }

  /** The entries of an account, newest first; throws `not_found`. Charges are not entries: they are the usage log. */
  async listEntries(tx: Tx, accountId: string, { limit, cursor }: PageRequest): Promise<Page<PointEntry>> {
    const before = cursor === undefined ? null : decodeCursor(cursor);
    const rows = await this.repository.listEntries(tx, accountId, { before, limit: limit + 1 });
    if (rows.length === 0 && !(await this.repository.hasAccount(tx, accountId)))
      throw new DomainError('not_found', 'account');
    return toPage(rows, limit, ({ id }) => id);
  }

  /** What each of the accounts owns; one that is not known owns nothing. */
  async balances(accountIds: readonly string[], tx: Tx = this.database.tx): Promise<ReadonlyMap<string, Balance>> {
    const balances = new Map(accountIds.map((id) => [id, NO_BALANCE]));
    for (const { account_id, available, held } of await this.repository.listBalances(tx, accountIds))
      balances.set(account_id, { availableMicropoints: Number(available), heldMicropoints: Number(held) });
    return balances;
  }

  /**
   * Replaces a key's limits. A limit that was not there counts from now on; one that changes keeps its count; lowering never claws back.
   * Say `hasBudget: isLimiting(budget)` of the key in the same transaction.
   */
  async setBudget(tx: Tx, apiKeyId: string, budget: KeyBudget): Promise<void> {
    const periods = budget.pointLimits.map(({ period }) => period);
    if (new Set(periods).size !== periods.length)
      throw new DomainError('invalid_request', 'periods', {
        message: 'pointLimits must not hold the same period twice.',
        problems: ['pointLimits must not hold the same period twice.'],
      });
    await this.repository.setBudget(tx, apiKeyId, budget);
  }

  /** What each of the keys has spent and may still spend, exactly. */
  async budgets(apiKeyIds: readonly string[], tx: Tx = this.database.tx): Promise<ReadonlyMap<string, KeyPoints>> {
    const rows = await this.repository.listKeyPoints(tx, apiKeyIds);
    return new Map(rows.map((row) => [row.api_key_id, toKeyPoints(row)]));
  }

  /** The same of one key as of this moment, however many ask: at most one such reading of this process runs at a time. */
  currentBudget(apiKeyId: string): Promise<KeyPoints | undefined> {
    return this.budgetReads.of(apiKeyId);
  }

  private async limits(apiKeyIds: readonly string[]): Promise<ReadonlyMap<string, readonly PeriodState[]>> {
    const rows = await this.repository.listLimits(this.database.tx, apiKeyIds);
    return new Map(rows.map((row) => [row.api_key_id, toPeriodStates(row)]));
  }
}
