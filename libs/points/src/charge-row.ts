import { DomainError } from '@tokenbay/errors';
import { DIALECTS, OUTCOMES, USAGE_SOURCES } from '@tokenbay/protocol';
import type { Charge } from './charge.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const INTEGER_MAX = 2_147_483_647;
const SMALLINT_MAX = 32_767;
const MODEL_LENGTH_MAX = 256;
const CODE_LENGTH_MAX = 128;
const RECEIPT_LENGTH_MAX = 65_536;

/**
 * The values of `points_settle` after the hold's own. Counts and texts are cut to what their columns take, because one absurd report of an
 * upstream must not keep a request out of the books; money and identity are never adjusted, but refused as `internal_error`.
 */
export function toChargeRow(accountId: string, apiKeyId: string, charge: Charge): unknown[] {
  const { tokens } = charge;
  if (!UUID.test(charge.requestId)) throw new DomainError('internal_error', 'request id is no UUID');
  if (!isAmount(charge.cost)) throw new DomainError('internal_error', `cost of ${charge.cost} micropoints`);
  return [
    charge.outcome === 'failed',
    charge.cost,
    charge.requestId,
    accountId,
    apiKeyId,
    text(charge.model, MODEL_LENGTH_MAX),
    charge.channelId,
    DIALECTS[charge.dialect],
    charge.stream,
    count(charge.status, SMALLINT_MAX),
    charge.code === null ? null : text(charge.code, CODE_LENGTH_MAX),
    OUTCOMES[charge.outcome],
    count(tokens.input),
    count(tokens.cachedInput),
    count(tokens.cacheWrite),
    count(tokens.output),
    count(tokens.reasoning),
    USAGE_SOURCES[charge.usageSource],
    count(charge.priceVersion),
    count(charge.latencyMs),
    charge.firstByteMs === null ? null : count(charge.firstByteMs),
    receipt(charge),
  ];
}

/** True for an integer number of micropoints from 0 up to the largest exact one. */
export function isAmount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function count(value: number, max = INTEGER_MAX): number {
  return Number.isNaN(value) ? 0 : Math.min(Math.max(Math.round(value), 0), max);
}

function text(value: string, lengthMax: number): string {
  return value.slice(0, lengthMax).replaceAll('\0', '').toWellFormed();
}

/** Receipts of unreasonable size lose their lines and attempts, never the charge. */
function receipt({ receipt: { lines, multiplier, attempts } }: Charge): string {
  const json = JSON.stringify({ lines, multiplier, attempts });
  return json.length <= RECEIPT_LENGTH_MAX ? json : JSON.stringify({ lines: [], multiplier, attempts: [] });
}
