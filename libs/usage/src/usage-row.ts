import { timeOfUuidv7 } from '@tokenbay/platform';
import { type Dialect, DIALECTS, type Outcome, OUTCOMES, USAGE_SOURCES, type UsageSource } from '@tokenbay/protocol';
import type { Receipt, ReceiptAttempt, ReceiptLine, Usage } from './usage.js';

/** A row of `charge` as the driver gives it; 64-bit integers come as text. */
export interface UsageRow {
  readonly request_id: string;
  readonly account_id: string;
  readonly api_key_id: string;
  readonly points: string;
  readonly held: string;
  readonly uncollected: string;
  readonly channel_id: string | null;
  readonly price_version: number;
  readonly latency_ms: number;
  readonly first_byte_ms: number | null;
  readonly input_tokens: number;
  readonly cached_input_tokens: number;
  readonly cache_write_tokens: number;
  readonly output_tokens: number;
  readonly reasoning_tokens: number;
  readonly status: number;
  readonly dialect: number;
  readonly outcome: number;
  readonly usage_source: number;
  readonly stream: boolean;
  readonly model: string;
  readonly code: string | null;
}

/** A row together with what only a receipt shows. */
export interface ReceiptRow extends UsageRow {
  readonly receipt: {
    readonly lines: ReceiptLine[];
    readonly multiplier: string;
    readonly attempts: ReceiptAttempt[];
  };
}

const DIALECT_NAMES = namesByNumber<Dialect>(DIALECTS);
const OUTCOME_NAMES = namesByNumber<Outcome>(OUTCOMES);
const SOURCE_NAMES = namesByNumber<UsageSource>(USAGE_SOURCES);

/** A line of the usage log in the words of the house. */
export function toUsage(row: UsageRow): Usage {
  return {
    requestId: row.request_id,
    accountId: row.account_id,
    apiKeyId: row.api_key_id,
    model: row.model,
    channelId: row.channel_id,
    dialect: DIALECT_NAMES.get(row.dialect) ?? 'openai',
    stream: row.stream,
    status: row.status,
    code: row.code,
    outcome: OUTCOME_NAMES.get(row.outcome) ?? 'failed',
    tokens: {
      input: row.input_tokens,
      cachedInput: row.cached_input_tokens,
      cacheWrite: row.cache_write_tokens,
      output: row.output_tokens,
      reasoning: row.reasoning_tokens,
    },
    usageSource: SOURCE_NAMES.get(row.usage_source) ?? 'suspect',
    heldMicropoints: Number(row.held),
    chargeMicropoints: Number(row.points),
    uncollectedMicropoints: Number(row.uncollected),
    priceVersion: row.price_version,
    latencyMs: row.latency_ms,
    firstByteMs: row.first_byte_ms,
    createdAt: new Date(timeOfUuidv7(row.request_id)),
  };
}

/** A whole receipt. */
export function toReceipt(row: ReceiptRow): Receipt {
  return { ...toUsage(row), ...row.receipt };
}

function namesByNumber<Name extends string>(numbers: Readonly<Record<Name, number>>): ReadonlyMap<number, Name> {
  return new Map(Object.entries<number>(numbers).map(([name, number]) => [number, name as Name]));
}
