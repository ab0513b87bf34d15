import { Inject, Injectable } from '@nestjs/common';
import type { Account } from '@tokenbay/accounts';
import { type RateDecision, RateLimiter } from '@tokenbay/limits';
import type { Model } from '@tokenbay/models';
import type { ClientAddress } from '@tokenbay/platform';
import { GATEWAY_CONFIG, type GatewayConfig } from '../gateway.config.js';
import { whenDecided } from './when-decided.js';

const MINUTE_SECONDS = 60;

/**
 * How many requests an address, an account, and an account of a model may send in a window. Each take counts one, for good, and throws, or
 * rejects with, the refusal where the limit is reached; it answers nothing at once where no store must be asked.
 */
@Injectable()
export class RequestRates {
  constructor(
    private readonly limiter: RateLimiter,
    @Inject(GATEWAY_CONFIG) private readonly config: Pick<GatewayConfig, 'requestsPerMinutePerIp'>,
  ) {}

  /** Throws `global_rate_limited`. */
  takeOfAddress(address: ClientAddress): void | Promise<void> {
    const requests = this.config.requestsPerMinutePerIp;
    if (requests === 0) return;
    const decision = this.limiter.consume(`address:${address.text}`, { requests, windowSeconds: MINUTE_SECONDS });
    return whenDecided(decision, 'global_rate_limited');
  }

  /** Throws `account_rate_limited`; tells what is left also then. */
  takeOfAccount({ id, rateLimit }: Account, tell: (decision: RateDecision) => void): void | Promise<void> {
    if (!rateLimit) return;
    return whenDecided(this.limiter.consume(`account:${id}`, rateLimit), 'account_rate_limited', tell);
  }

  /** Throws `model_rate_limited`. */
  takeOfModel({ name, rateLimit }: Model, { id }: Account): void | Promise<void> {
    if (!rateLimit) return;
    return whenDecided(this.limiter.consume(`model:${id}:${name}`, rateLimit), 'model_rate_limited');
  }
}
