import { Injectable } from '@nestjs/common';
import { Database } from '@tokenbay/platform';
import type { AdminUser } from './admin-user.js';

/** A token as it is stored. */
export interface StoredToken {
  readonly hash: Buffer;
  readonly lastFour: string;
}

/** The table of administrators. */
@Injectable()
export class AdminUsersRepository {
  constructor(private readonly database: Database) {}

  /** The administrator whose token has this hash, read anew each time, so that a revoked token is refused at once. */
  async findByTokenHash(hash: Buffer): Promise<AdminUser | null> {
    const { rows } = await this.database
      .pool('config')
      .query<AdminUser>('SELECT id, name, role FROM admin_user WHERE token_hash = $1', [hash]);
    return rows[0] ?? null;
  }

  /** Creates the first administrator as owner. Answers false where there is one already, whoever else tries at the same moment. */
  async createFirst(name: string, { hash, lastFour }: StoredToken): Promise<boolean> {
    const { rowCount } = await this.database.pool('config').query(
      `INSERT INTO admin_user (name, role, token_hash, last_four)
       SELECT $1, 'owner', $2, $3 WHERE NOT EXISTS (SELECT FROM admin_user)
       ON CONFLICT DO NOTHING`,
      [name, hash, lastFour],
    );
    return rowCount === 1;
  }

  /** Makes this the token of the named owner, who is created where missing. Its earlier token ends. */
  async installOwner(name: string, { hash, lastFour }: StoredToken): Promise<void> {
    await this.database.pool('config').query(
      `INSERT INTO admin_user AS present (name, role, token_hash, last_four) VALUES ($1, 'owner', $2, $3)
       ON CONFLICT (name) DO UPDATE
         SET role = 'owner', token_hash = $2, last_four = $3, version = present.version + 1, updated_at = now()
         WHERE present.token_hash <> $2 OR present.role <> 'owner'`,
      [name, hash, lastFour],
    );
  }
}
