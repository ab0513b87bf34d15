import { DomainError } from '@tokenbay/errors';
import { DIALECTS, OUTCOMES, USAGE_SOURCES } from '@tokenbay/protocol';
import type { Charge } from './charge.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const INTEGER_MAX = 2_147_483_647;
const SMALLINT_MAX = 32_767;
const MODEL_LENGTH_MAX = 256;
const CODE_LENGTH_MAX = 128;
const RECEIPT_LENGTH_MAX = 65_536;

/** The columns of one line of the usage log that say nothing of who pays. */
export interface ChargeRow {
  readonly model: string;
  readonly channelId: string | null;
  readonly dialect: number;
  readonly stream: boolean;
  readonly status: number;
  readonly code: string | null;
  readonly outcome: number;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly usageSource: number;
  readonly priceVersion: number;
  readonly latencyMs: number;
  readonly firstByteMs: number | null;
  /** JSON text. */
  readonly receipt: string;
}

/**
 * What the usage log keeps of a charge. Counts and texts are cut to what their columns take, because one absurd report of an upstream must
 * not keep a request out of the books, or its whole batch; money and identity are never adjusted, but refused as `internal_error`.
 */
export function toChargeRow(charge: Charge): ChargeRow {
  const { tokens } = charge;
  if (!UUID.test(charge.requestId)) throw new DomainError('internal_error', 'request id is no UUID');
  if (!isAmount(charge.cost)) throw new DomainError('internal_error', `cost of ${charge.cost} micropoints`);
  return {
    model: text(charge.model, MODEL_LENGTH_MAX),
    channelId: charge.channelId,
    dialect: DIALECTS[charge.dialect],
    stream: charge.stream,
    status: count(charge.status, SMALLINT_MAX),
    code: charge.code === null ? null : text(charge.code, CODE_LENGTH_MAX),
    outcome: OUTCOMES[charge.outcome],
    inputTokens: count(tokens.input),
    cachedInputTokens: count(tokens.cachedInput),
    cacheWriteTokens: count(tokens.cacheWrite),
    outputTokens: count(tokens.output),
    reasoningTokens: count(tokens.reasoning),
    usageSource: USAGE_SOURCES[charge.usageSource],
    priceVersion: count(charge.priceVersion),
    latencyMs: count(charge.latencyMs),
    firstByteMs: charge.firstByteMs === null ? null : count(charge.firstByteMs),
    receipt: receipt(charge),
  };
}

/** True for an integer number of micropoints from 0 up to the largest exact one. */
export function isAmount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function count(value: number, max = INTEGER_MAX): number {
  return Number.isNaN(value) ? 0 : Math.min(Math.max(Math.round(value), 0), max);
}

function text(value: string, lengthMax: number): string {
  const cut = value.length > lengthMax ? value.slice(0, lengthMax) : value;
  return cut.replaceAll('\0', '').toWellFormed();
}

/** Receipts of unreasonable size lose their lines and attempts, never the charge. */
function receipt({ receipt: { lines, multiplier, attempts } }: Charge): string {
  const json = JSON.stringify({ lines, multiplier, attempts });
  return json.length <= RECEIPT_LENGTH_MAX ? json : JSON.stringify({ lines: [], multiplier, attempts: [] });
}
