import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { resolveClientAddress, SecretHasher } from '@tokenbay/platform';
import type { FastifyRequest } from 'fastify';
import { ADMIN_CONFIG, type AdminConfig } from '../admin.config.js';
import type { AdminUser } from './admin-user.js';
import { AdminUsersRepository } from './admin-users.repository.js';
import { AttemptLimiter } from './attempt-limiter.js';
import { readBearerToken } from './read-bearer-token.js';

const READING_METHODS = new Set(['GET', 'HEAD']);

/** Decides who is calling the admin API, and whether they may. */
@Injectable()
export class AuthService {
  constructor(
    @Inject(ADMIN_CONFIG) private readonly config: AdminConfig,
    private readonly admins: AdminUsersRepository,
    private readonly hasher: SecretHasher,
    private readonly attempts: AttemptLimiter,
  ) {}

  /** Throws `admin_token_missing`, `admin_token_invalid`, or `global_rate_limited` for an address that keeps sending wrong ones. */
  async authenticate(request: FastifyRequest): Promise<AdminUser> {
    const address = this.addressOf(request);
    this.attempts.assertMayTry(address);
    const token = readBearerToken(request.headers.authorization);
    if (token === null) throw new DomainError('admin_token_missing');
    const admin = token === undefined ? null : await this.admins.findByTokenHash(this.hasher.hash(token));
    if (admin) return admin;
    this.attempts.reportFailure(address);
    throw new DomainError('admin_token_invalid');
  }

  /** Throws `permission_denied` where the role does not cover the method. */
  assertMay(admin: AdminUser, method: string): void {
    if (admin.role === 'viewer' && !READING_METHODS.has(method))
      throw new DomainError('permission_denied', `${admin.role} ${method}`);
  }

  private addressOf({ socket, headers }: FastifyRequest): string {
    const forwardedFor = headers['x-forwarded-for'];
    return resolveClientAddress({ peer: socket.remoteAddress, forwardedFor, trusted: this.config.trustedProxies }).text;
  }
}
