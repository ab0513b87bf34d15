import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { Clock, cursorRefusal, type Page, type PageRequest, toPage } from '@tokenbay/platform';
import type { Receipt, Usage, UsageFilter, UsageGrouping, UsageSummary } from './usage.js';
import { HOUR_MS, type SummaryRange } from './summary-query.js';
import { toReceipt, toUsage } from './usage-row.js';
import { type SummaryRow, UsageRepository } from './usage.repository.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const DAY_MS = 86_400_000;
/** Days that a summary covers where nobody says from when. */
const SUMMARY_DAYS = 31;
/** The most days that one summary may cover. */
const SUMMARY_DAYS_MAX = 366;

/** Reads what happened: receipts, the log, summaries. Writes nothing; the ledger writes the log. */
@Injectable()
export class UsageService {
  constructor(
    private readonly repository: UsageRepository,
    private readonly clock: Clock,
  ) {}

  /** The receipt of any request. Throws `not_found`. */
  async getReceipt(requestId: string): Promise<Receipt> {
    const receipt = await this.findReceipt(requestId);
    if (!receipt) throw new DomainError('not_found', 'receipt');
    return receipt;
  }

  /** The receipt of one of a key's own requests. Throws `usage_not_found`, for another key's request too. */
  async getForKey(apiKeyId: string, requestId: string): Promise<Receipt> {
    const receipt = await this.findReceipt(requestId);
    if (receipt?.apiKeyId !== apiKeyId) throw new DomainError('usage_not_found');
    return receipt;
  }

  /** The usage log, newest first. */
  async list(filter: UsageFilter, { limit, cursor }: PageRequest): Promise<Page<Usage>> {
    const before = cursor === undefined ? undefined : readCursor(cursor);
    const rows = await this.repository.list(filter, { before, limit: limit + 1 });
    const { rows: page, nextCursor } = toPage(rows, limit, (row) => row.request_id);
    return { rows: page.map(toUsage), nextCursor };
  }

  /**
   * Sums over at most 366 days, the last 31 unless told; exact at the moment of asking, whatever is rolled up. Throws `invalid_request` for
   * a range that is empty, longer, or cuts through an hour of which single requests are no longer kept.
   */
  async summarize(groupBy: UsageGrouping, { from, to, ...filter }: UsageFilter): Promise<UsageSummary[]> {
    const range = this.rangeOf(from, to);
    await this.assertAnswerable(range);
    return (await this.repository.summarize(groupBy, filter, range)).map(toSummary);
  }

  private rangeOf(from: Date | undefined, to: Date | undefined): SummaryRange {
    const nowMs = Math.ceil(this.clock.nowMs() / HOUR_MS) * HOUR_MS;
    const toMs = to?.getTime() ?? nowMs + DAY_MS;
    const fromMs = from?.getTime() ?? toMs - SUMMARY_DAYS * DAY_MS;
    if (fromMs >= toMs || toMs - fromMs > SUMMARY_DAYS_MAX * DAY_MS)
      throw rangeRefusal(`from must lie before to, by at most ${SUMMARY_DAYS_MAX} days.`);
    return { from: new Date(fromMs), to: new Date(toMs) };
  }

  private async assertAnswerable({ from, to }: SummaryRange): Promise<void> {
    const cuts = [from, to].filter((instant) => instant.getTime() % HOUR_MS !== 0);
    if (cuts.length === 0) return;
    const keptFrom = await this.repository.keptFrom();
    if (cuts.some((instant) => instant < keptFrom))
      throw rangeRefusal(`Before ${keptFrom.toISOString()}, from and to must be whole hours.`);
  }

  private async findReceipt(requestId: string): Promise<Receipt | null> {
    const row = UUID.test(requestId) ? await this.repository.findReceipt(requestId) : null;
    return row && toReceipt(row);
  }
}

function toSummary(row: SummaryRow): UsageSummary {
  return {
    key: row.key,
    requests: Number(row.requests),
    failed: Number(row.failed),
    tokens: {
      input: Number(row.input),
      cachedInput: Number(row.cached_input),
      cacheWrite: Number(row.cache_write),
      output: Number(row.output),
      reasoning: Number(row.reasoning),
    },
    chargeMicropoints: Number(row.points),
    uncollectedMicropoints: Number(row.uncollected),
  };
}

function rangeRefusal(problem: string): DomainError {
  return new DomainError('invalid_request', 'range', { message: problem, problems: [problem] });
}

function readCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString();
  if (!UUID.test(id)) throw cursorRefusal();
  return id;
}
