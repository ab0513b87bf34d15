import { formatPoints } from '@tokenbay/protocol';
import type { Receipt } from '@tokenbay/usage';

/** `GET /v1/usage/{request_id}`: what one request cost, and why. Amounts are decimal strings of points. */
export interface OwnReceiptResponse {
  readonly request_id: string;
  readonly account_id: string;
  readonly api_key_id: string;
  readonly model: string;
  readonly channel_id: string | null;
  readonly dialect: string;
  readonly stream: boolean;
  readonly status: number;
  readonly code: string | null;
  readonly outcome: string;
  readonly tokens: OwnTokens;
  readonly usage_source: string;
  readonly held_points: string;
  readonly charge_points: string;
  readonly price_version: number;
  readonly multiplier: string;
  readonly lines: readonly OwnLine[];
  readonly attempts: readonly OwnAttempt[];
  readonly latency_ms: number;
  readonly first_byte_ms: number | null;
  /** RFC 3339. */
  readonly created_at: string;
}

interface OwnTokens {
  readonly input: number;
  readonly cached_input: number;
  readonly cache_write: number;
  readonly output: number;
  readonly reasoning: number;
}

interface OwnLine {
  readonly kind: string;
  readonly quantity: number;
  readonly unit_price: string;
  readonly points: string;
}

interface OwnAttempt {
  readonly channel_id: string;
  readonly key_id: string;
  readonly status: number | null;
  readonly ms: number;
  readonly reason: string | null;
}

export function toOwnReceiptResponse(receipt: Receipt): OwnReceiptResponse {
  const { model, dialect, stream, status, code, outcome, multiplier } = receipt;
  return {
    request_id: receipt.requestId,
    account_id: receipt.accountId,
    api_key_id: receipt.apiKeyId,
    model,
    channel_id: receipt.channelId,
    dialect,
    stream,
    status,
    code,
    outcome,
    tokens: toOwnTokens(receipt.tokens),
    usage_source: receipt.usageSource,
    held_points: formatPoints(receipt.heldMicropoints),
    charge_points: formatPoints(receipt.chargeMicropoints),
    price_version: receipt.priceVersion,
    multiplier,
    lines: receipt.lines.map(({ kind, quantity, unitPrice, points }) => ({
      kind,
      quantity,
      unit_price: unitPrice,
      points,
    })),
    attempts: receipt.attempts.map((attempt) => ({
      channel_id: attempt.channelId,
      key_id: attempt.keyId,
      status: attempt.status,
      ms: attempt.ms,
      reason: attempt.reason,
    })),
    latency_ms: receipt.latencyMs,
    first_byte_ms: receipt.firstByteMs,
    created_at: receipt.createdAt.toISOString(),
  };
}

function toOwnTokens({ input, cachedInput, cacheWrite, output, reasoning }: Receipt['tokens']): OwnTokens {
  return { input, cached_input: cachedInput, cache_write: cacheWrite, output, reasoning };
}
