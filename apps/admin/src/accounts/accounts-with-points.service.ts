import { Injectable } from '@nestjs/common';
import {
  type AccountChange,
  type AccountDraft,
  type AccountEntity,
  AccountsService,
  type AccountVersion,
} from '@tokenbay/accounts';
import { DomainError } from '@tokenbay/errors';
import { Database, type Page, type PageRequest, type Tx } from '@tokenbay/platform';
import { type Balance, PointsService } from '@tokenbay/points';
import type { WebhookChange } from '@tokenbay/webhooks';
import { AccountWebhooksService } from './account-webhooks.service.js';

/** An account together with what it owns and where it is told of its tasks. */
export interface AccountWithPoints {
  readonly account: AccountEntity;
  readonly balance: Balance;
  readonly webhookUrl: string | null;
  /** Only where it has just been made. */
  readonly webhookSecret?: string | undefined;
}

/** Accounts and their points, each change in one transaction. */
@Injectable()
export class AccountsWithPointsService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsService,
    private readonly points: PointsService,
    private readonly webhooks: AccountWebhooksService,
  ) {}

  /** Creates an account that owns no points yet. Throws what `AccountsService.create` throws, and for a webhook that may not be. */
  create(draft: AccountDraft & WebhookChange): Promise<AccountWithPoints> {
    const { webhookUrl, webhookSecret, ...rest } = draft;
    return this.database.transaction(async (tx) => {
      const account = await this.accounts.create(tx, rest);
      await this.points.createAccountPoints(tx, account.id);
      const made = await this.webhooks.change(tx, account.id, pickWebhook(draft));
      return { ...(await this.withBalance(tx, account)), webhookSecret: made };
    });
  }

  /** Newest first. */
  async list(page: PageRequest): Promise<Page<AccountWithPoints>> {
    const { rows, nextCursor } = await this.accounts.list(this.database.tx, page);
    return { rows: await this.withBalances(this.database.tx, rows), nextCursor };
  }

  /** Throws `not_found`. */
  async get(id: string): Promise<AccountWithPoints> {
    return this.withBalance(this.database.tx, await this.accounts.get(this.database.tx, id));
  }

  /** Throws what `AccountsService.update` throws, and `invalid_request` for a webhook that may not be. */
  update(which: AccountVersion, change: AccountChange & WebhookChange): Promise<AccountWithPoints> {
    const { webhookUrl, webhookSecret, ...rest } = change;
    return this.database.transaction(async (tx) => {
      const account = await this.accounts.update(tx, which, rest);
      if (webhookUrl === undefined && webhookSecret === undefined) return this.withBalance(tx, account);
      const made = await this.webhooks.change(tx, account.id, pickWebhook(change));
      const isCounted = Object.keys(rest).length > 0;
      const changed = isCounted ? account : await this.accounts.touch(tx, account.id);
      return { ...(await this.withBalance(tx, changed)), webhookSecret: made };
    });
  }

  private async withBalance(tx: Tx, account: AccountEntity): Promise<AccountWithPoints> {
    const [whole] = await this.withBalances(tx, [account]);
    if (!whole) throw new DomainError('internal_error', 'an account was lost');
    return whole;
  }

  private async withBalances(tx: Tx, accounts: AccountEntity[]): Promise<AccountWithPoints[]> {
    const ids = accounts.map(({ id }) => id);
    const balances = await this.points.balances(ids, tx);
    const urls = await this.webhooks.urlsOf(tx, ids);
    return accounts.map((account) => {
      const balance = balances.get(account.id);
      if (!balance) throw new DomainError('internal_error', 'the ledger left out an account');
      return { account, balance, webhookUrl: urls.get(account.id) ?? null };
    });
  }
}

function pickWebhook({ webhookUrl, webhookSecret }: WebhookChange): WebhookChange {
  return { ...(webhookUrl !== undefined && { webhookUrl }), ...(webhookSecret !== undefined && { webhookSecret }) };
}
