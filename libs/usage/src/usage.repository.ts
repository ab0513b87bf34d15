import { Injectable } from '@nestjs/common';
import { Database, timeOfUuidv7 } from '@tokenbay/platform';
import { type SummaryRange, toSummaryQuery } from './summary-query.js';
import type { UsageFilter, UsageGrouping } from './usage.js';
import { firstIdAt, toConditions } from './usage-conditions.js';
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
  async summarize(groupBy: UsageGrouping, filter: UsageFilter, range: SummaryRange): Promise<SummaryRow[]> {
    const { text, values } = toSummaryQuery(groupBy, filter, range);
    const { rows } = await this.database.pool('report').query<SummaryRow>(text, values);
    return rows;
  }

  /** From which instant on single requests are kept. */
  async keptFrom(): Promise<Date> {
    const { rows } = await this.database
      .pool('report')
      .query<{ kept_from: string }>('SELECT kept_from FROM charge_horizon');
    return new Date(timeOfUuidv7(rows[0]?.kept_from ?? firstIdAt(new Date(0))));
  }
}
