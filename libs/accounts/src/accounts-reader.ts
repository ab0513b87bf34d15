import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { CachedRows, ChangeFeed, Database } from '@tokenbay/platform';
import { type Account, toAccount } from './account.js';
import { AccountsRepository } from './accounts.repository.js';

const ACCOUNTS_CACHED_MAX = 50_000;

/** Accounts for the request path: from memory where they were met before, and never older than the last change of them. */
@Injectable()
export class AccountsReader {
  private readonly rows: CachedRows<Account>;

  constructor(
    private readonly database: Database,
    private readonly repository: AccountsRepository,
    feed: ChangeFeed,
  ) {
    this.rows = new CachedRows(feed, {
      table: 'account',
      sizeMax: ACCOUNTS_CACHED_MAX,
      load: (id) => this.load(id),
      idOf: (account) => account.id,
    });
  }

  /** The account of a key; every key has one. Throws `ledger_unavailable` where it must be read and the database does not answer. */
  get(id: string): Account | Promise<Account> {
    const account = this.rows.get(id);
    return account instanceof Promise ? account.then(assertKnown) : assertKnown(account);
  }

  private async load(id: string): Promise<Account | null> {
    const row = await this.repository.find(this.database.tx, id);
    return row && toAccount(row);
  }
}

function assertKnown(account: Account | null): Account {
  if (!account) throw new DomainError('internal_error', 'a key belongs to an account that is not there');
  return account;
}
