import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { resolveClientAddress, SecretHasher } from '@tokenbay/platform';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { ADMIN_CONFIG, type AdminConfig } from '../admin.config.js';
import type { AdminUser } from './admin-user.js';
import { AdminUsersRepository } from './admin-users.repository.js';
import { AttemptLimiter } from './attempt-limiter.js';
import { readBearerToken } from './read-bearer-token.js';

const KNOWN_MAX = 1_000;
const READING_METHODS = new Set(['GET', 'HEAD']);

/** Decides who is calling the admin API, and whether they may. */
@Injectable()
export class AuthService {
  /** Hashes of tokens that were right when they were last seen. */
  private readonly known = new LRUCache<string, true>({ max: KNOWN_MAX });

  constructor(
    @Inject(ADMIN_CONFIG) private readonly config: AdminConfig,
    private readonly admins: AdminUsersRepository,
    private readonly hasher: SecretHasher,
    private readonly attempts: AttemptLimiter,
  ) {}

  /**
   * Throws `admin_token_missing`, `admin_token_invalid`, or `global_rate_limited` for an address that keeps sending wrong ones; a token that
   * was right before is not kept out by others behind the same address.
   */
  async authenticate(request: FastifyRequest): Promise<AdminUser> {
    const address = this.addressOf(request);
    const token = readBearerToken(request.headers.authorization);
    const hash = token ? this.hasher.hash(token) : undefined;
    const name = hash?.toString('base64') ?? '';
    if (!this.known.has(name)) this.attempts.assertMayTry(address);
    if (token === null) throw new DomainError('admin_token_missing');
    const admin = hash ? await this.admins.findByTokenHash(hash) : null;
    if (admin) {
      this.known.set(name, true);
      return admin;
    }
    this.known.delete(name);
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
