import type { KeyPoints } from '@tokenbay/points';
import { formatPoints } from '@tokenbay/protocol';
import type { Caller } from '../../relay/caller.js';

/** `GET /v1/account`. Amounts are decimal strings of points. */
export interface OwnAccountResponse {
  readonly account: { readonly points_available: string; readonly points_held: string };
  readonly api_key: {
    readonly name: string;
    readonly group: string;
    readonly points_used: string;
    /** What the key's quota leaves; null without quota. */
    readonly points_remaining: string | null;
    readonly point_limits: readonly OwnPointLimit[];
    /** Of this key alone, within what the account may. */
    readonly token_rate_limit: OwnTokenRateLimit | null;
    readonly parallel_requests_max: number | null;
  };
  readonly rate_limit: { readonly requests: number; readonly window_seconds: number } | null;
  /** Of the account: all its keys together. */
  readonly token_rate_limit: OwnTokenRateLimit | null;
  readonly parallel_requests_max: number | null;
}

type LimitField = 'tokenRateLimit' | 'parallelRequestsMax';
type OwnLimits = Pick<OwnAccountResponse, 'token_rate_limit' | 'parallel_requests_max'>;

interface OwnTokenRateLimit {
  readonly tokens: number;
  readonly window_seconds: number;
}

interface OwnPointLimit {
  readonly period: string;
  readonly limit: string;
  readonly used: string;
  readonly held: string;
  /** RFC 3339. */
  readonly resets_at: string;
}

interface OwnBalance {
  readonly availableMicropoints: number;
  readonly heldMicropoints: number;
}

export function toOwnAccountResponse(
  { account, key, group }: Caller,
  balance: OwnBalance | undefined,
  points: KeyPoints | undefined,
): OwnAccountResponse {
  const remaining = points?.remainingMicropoints ?? null;
  return {
    account: {
      points_available: formatPoints(balance?.availableMicropoints ?? 0),
      points_held: formatPoints(balance?.heldMicropoints ?? 0),
    },
    api_key: {
      name: key.name,
      group: group.name,
      points_used: formatPoints(points?.usedMicropoints ?? 0),
      points_remaining: remaining === null ? null : formatPoints(remaining),
      point_limits: (points?.limits ?? []).map((limit) => ({
        period: limit.period,
        limit: formatPoints(limit.limitMicropoints),
        used: formatPoints(limit.usedMicropoints),
        held: formatPoints(limit.heldMicropoints),
        resets_at: limit.resetsAt.toISOString(),
      })),
      ...toOwnLimits(key),
    },
    rate_limit: account.rateLimit && {
      requests: account.rateLimit.requests,
      window_seconds: account.rateLimit.windowSeconds,
    },
    ...toOwnLimits(account),
  };
}

function toOwnLimits({ tokenRateLimit: limit, parallelRequestsMax }: Pick<Caller['key'], LimitField>): OwnLimits {
  return {
    token_rate_limit: limit && { tokens: limit.tokens, window_seconds: limit.windowSeconds },
    parallel_requests_max: parallelRequestsMax,
  };
}
