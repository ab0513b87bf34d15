import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { generateSecret, SecretHasher } from '@tokenbay/platform';
import { ADMIN_CONFIG, type AdminConfig } from '../admin.config.js';
import { AdminUsersRepository, type StoredToken } from './admin-users.repository.js';

const OWNER_NAME = 'owner';

/**
 * Makes sure that somebody can administer. `ADMIN_TOKEN` becomes the owner's token at every start; without it, a database that knows no
 * administrator gets a generated token, printed once and kept nowhere.
 */
@Injectable()
export class BootstrapOwner implements OnApplicationBootstrap {
  constructor(
    @Inject(ADMIN_CONFIG) private readonly config: AdminConfig,
    private readonly admins: AdminUsersRepository,
    private readonly hasher: SecretHasher,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { adminToken } = this.config;
    if (adminToken !== undefined) {
      await this.admins.installOwner(OWNER_NAME, this.toStored(adminToken));
      return;
    }
    const token = generateSecret('adm-');
    const isFirst = await this.admins.createFirst(OWNER_NAME, this.toStored(token));
    // Past the logger on purpose: logs are kept, shipped and searched.
    if (isFirst) process.stdout.write(`Admin token (shown once, keep it): ${token}\n`);
  }

  private toStored(token: string): StoredToken {
    return { hash: this.hasher.hash(token), lastFour: token.slice(-4) };
  }
}
