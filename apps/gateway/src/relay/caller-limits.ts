import { Injectable } from '@nestjs/common';
import type { Account } from '@tokenbay/accounts';
import { DomainError } from '@tokenbay/errors';
import type { ApiKey } from '@tokenbay/keys';
import {
  ParallelLimiter,
  type RateDecision,
  RateLimiter,
  type SeatKey,
  type TokenKey,
  type TokenRateLimit,
} from '@tokenbay/limits';
import type { TokenUsage } from '@tokenbay/protocol';
import type { FastifyRequest } from 'fastify';
import { OccupiedSeats } from './occupied-seats.js';

/** Whose limits they are, and who is told of what is left of them. */
export interface LimitedCaller {
  readonly account: Account;
  readonly key: ApiKey;
  /** Told what is left of a token limit, also where that refuses the request. */
  readonly onTokenRate: (decision: RateDecision) => void;
  /** Given the seats that the request takes. */
  readonly onSeats: (seats: OccupiedSeats) => void;
}

interface TokenLimitOf {
  readonly tokenKey: TokenKey;
  readonly limit: TokenRateLimit;
}

/** Nobody knows when a request that runs will be over. */
const PARALLEL_RETRY_SECONDS = 1;
const TOKENS_MESSAGE = { account: 'The account', key: 'The API key' };

/** What an account and a key may consume in a window, and run at the same time. */
@Injectable()
export class CallerLimits {
  constructor(
    private readonly limiter: RateLimiter,
    private readonly parallel: ParallelLimiter,
  ) {}

  /** Throws, or rejects with, `account_rate_limited` where a limit of tokens or parallel requests is reached; answers nothing where none is set. */
  assertRoom(caller: LimitedCaller): void | Promise<void> {
    const { account, key } = caller;
    const isLimited = account.tokenRateLimit ?? account.parallelRequestsMax ?? key.tokenRateLimit;
    if (isLimited === null && key.parallelRequestsMax === null) return undefined;
    return this.assertAllRoom(caller);
  }

  /** Counts what a request consumed, for every token limit of its caller. What goes wrong with it is not the request's. */
  count({ caller }: FastifyRequest, usage: TokenUsage): void {
    if (!caller) return;
    const tokens = tokensOf(usage);
    if (tokens === 0) return;
    for (const { tokenKey, limit } of tokenLimitsOf(caller))
      this.limiter.count(tokenKey, limit, tokens).catch(() => undefined);
  }

  private async assertAllRoom(caller: LimitedCaller): Promise<void> {
    for (const { tokenKey, limit } of tokenLimitsOf(caller)) {
      const decision = await this.limiter.standing(tokenKey, limit);
      caller.onTokenRate(decision);
      if (decision.allowed) continue;
      const whose = TOKENS_MESSAGE[tokenKey.startsWith('key') ? 'key' : 'account'];
      throw limited(`${whose} has reached its token rate limit.`, decision.resetMs / 1000);
    }
    await this.takeSeats(caller);
  }

  private async takeSeats({ account, key, onSeats }: LimitedCaller): Promise<void> {
    const taken: SeatKey[] = [];
    const leave = (): void => taken.forEach((seat) => this.parallel.leave(seat));
    try {
      await this.takeSeat(taken, `account-parallel:${account.id}`, account.parallelRequestsMax);
      await this.takeSeat(taken, `key-parallel:${key.id}`, key.parallelRequestsMax);
    } catch (error) {
      leave();
      throw error;
    }
    if (taken.length > 0) onSeats(new OccupiedSeats(leave));
  }

  private async takeSeat(taken: SeatKey[], seat: SeatKey, limit: number | null): Promise<void> {
    if (limit === null) return;
    if (!(await this.parallel.enter(seat, limit))) {
      const whose = TOKENS_MESSAGE[seat.startsWith('key') ? 'key' : 'account'];
      throw limited(`${whose} has as many requests running as it may.`, PARALLEL_RETRY_SECONDS);
    }
    taken.push(seat);
  }
}

function tokenLimitsOf({ account, key }: Pick<LimitedCaller, 'account' | 'key'>): TokenLimitOf[] {
  const limits: TokenLimitOf[] = [];
  if (account.tokenRateLimit) limits.push({ tokenKey: `account-tokens:${account.id}`, limit: account.tokenRateLimit });
  if (key.tokenRateLimit) limits.push({ tokenKey: `key-tokens:${key.id}`, limit: key.tokenRateLimit });
  return limits;
}

function limited(message: string, retryAfterSeconds: number): DomainError {
  return new DomainError('account_rate_limited', undefined, { message, retryAfterSeconds });
}

/** Input and output together, cached or not. */
function tokensOf(usage: TokenUsage): number {
  const input = usage.inputTokens + usage.cachedInputTokens + usage.audioInputTokens + (usage.imageInputTokens ?? 0);
  const written = usage.cacheWriteTokens + usage.cacheWriteLongTokens;
  return input + written + usage.outputTokens + usage.audioOutputTokens + (usage.imageOutputTokens ?? 0);
}
