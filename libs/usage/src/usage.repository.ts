import { Injectable } from '@nestjs/common';
import { Database } from '@tokenbay/platform';
import type { UsageFilter, UsageGrouping } from './usage.js';
import { toConditions } from './usage-conditions.js';
import type { ReceiptRow, UsageRow } from './usage-row.js';

/** A row of a summary; sums come as text. */
export interface SummaryRow {
  readonly key: string | null;
  readonly requests: string;
  readonly failed: string;
  readonly input: string;
  readonly cached_input: string;
  readonly cache_write: string;
  readonly output: string;
  readonly reasoning: string;
  readonly points: string;
  readonly uncollected: string;
}

const COLUMNS = `request_id, account_id, api_key_id, points, held, uncollected, channel_id, price_version, latency_ms, first_byte_ms,
  input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, status, dialect, outcome, usage_source, stream, model, code`;

const KEYS: Record<UsageGrouping, string> = {
  account: 'account_id::text',
  apiKey: 'api_key_id::text',
  model: 'model',
  channel: 'channel_id::text',
  day: `to_char(to_timestamp(('x' || translate(left(request_id::text, 13), '-', ''))::bit(48)::bigint / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD')`,
};

/** The most groups one summary answers. */
const GROUPS_MAX = 1_000;

/** Reads the usage log; lists and summaries on the pool of reports, so that no dashboard delays a charge. */
@Injectable()
export class UsageRepository {
  constructor(private readonly database: Database) {}

  /** One request's receipt, or null. Not on the pool of reports: clients ask for it, and must not wait for a summary. */
  async findReceipt(requestId: string): Promise<ReceiptRow | null> {
    const { rows } = await this.database
      .pool('config')
      .query<ReceiptRow>(`SELECT ${COLUMNS}, receipt FROM charge WHERE request_id = $1`, [requestId]);
    return rows[0] ?? null;
  }

  /** Lines of the log, newest first, older than the given one. */
  async list(
    filter: UsageFilter,
    { before, limit }: { before: string | undefined; limit: number },
  ): Promise<UsageRow[]> {
    const { text, values } = toConditions(filter, before);
    const { rows } = await this.database
      .pool('report')
      .query<UsageRow>(
        `SELECT ${COLUMNS} FROM charge WHERE ${text} ORDER BY request_id DESC LIMIT $${values.length + 1}`,
        [...values, limit],
      );
    return rows;
  }

  /** Sums over the lines of a filter, the dearest group first; days in their order. */
  async summarize(groupBy: UsageGrouping, filter: UsageFilter): Promise<SummaryRow[]> {
    const { text, values } = toConditions(filter);
    const { rows } = await this.database.pool('report').query<SummaryRow>(
      `SELECT ${KEYS[groupBy]} AS key, count(*) AS requests, count(*) FILTER (WHERE outcome = 3) AS failed, sum(input_tokens) AS input,
          sum(cached_input_tokens) AS cached_input, sum(cache_write_tokens) AS cache_write, sum(output_tokens) AS output,
          sum(reasoning_tokens) AS reasoning, sum(points) AS points, sum(uncollected) AS uncollected
        FROM charge WHERE ${text} GROUP BY 1 ORDER BY ${groupBy === 'day' ? 'key' : 'sum(points) DESC, key'} LIMIT ${GROUPS_MAX}`,
      values,
    );
    return rows;
  }
}
