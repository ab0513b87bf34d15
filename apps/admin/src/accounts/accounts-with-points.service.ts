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

/** An account together with what it owns. */
export interface AccountWithPoints {
  readonly account: AccountEntity;
  readonly balance: Balance;
}

/** Accounts and their points, each change in one transaction. */
@Injectable()
export class AccountsWithPointsService {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsService,
    private readonly points: PointsService,
  ) {}

  /** Creates an account that owns no points yet. */
  create(draft: AccountDraft): Promise<AccountWithPoints> {
    return this.database.transaction(async (tx) => {
      const account = await this.accounts.create(tx, draft);
      await this.points.createAccountPoints(tx, account.id);
      return this.withBalance(tx, account);
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

  /** Throws what `AccountsService.update` throws. */
  update(which: AccountVersion, change: AccountChange): Promise<AccountWithPoints> {
    return this.database.transaction(async (tx) => this.withBalance(tx, await this.accounts.update(tx, which, change)));
  }

  private async withBalance(tx: Tx, account: AccountEntity): Promise<AccountWithPoints> {
    return withBalance(account, await this.points.balances([account.id], tx));
  }

  private async withBalances(tx: Tx, accounts: AccountEntity[]): Promise<AccountWithPoints[]> {
    const ids = accounts.map(({ id }) => id);
    const balances = await this.points.balances(ids, tx);
    return accounts.map((account) => withBalance(account, balances));
  }
}

function withBalance(account: AccountEntity, balances: ReadonlyMap<string, Balance>): AccountWithPoints {
  const balance = balances.get(account.id);
  if (!balance) throw new DomainError('internal_error', 'the ledger left out an account');
  return { account, balance };
}
