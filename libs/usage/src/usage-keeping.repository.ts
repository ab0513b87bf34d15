import { Injectable } from '@nestjs/common';
import { Database } from '@tokenbay/platform';

/** Giving up a month reads all of it. */
const RETIRE_TIMEOUT_MS = 30 * 60_000;
const SILENT_SERVER_MS = 1_000;

/** The statements that keep the usage log in order. Each may run in many processes at once; the database lets one do the work. */
@Injectable()
export class UsageKeepingRepository {
  constructor(private readonly database: Database) {}

  /** Adds charges to the sums, of at most so many notes; answers how many notes were there, 0 where another process is at it. */
  async rollUp(notesMax: number): Promise<number> {
    const { rows } = await this.database
      .pool('config')
      .query<{ notes: number | null }>('SELECT charge_roll_up($1) AS notes', [notesMax]);
    return rows[0]?.notes ?? 0;
  }

  /** Sees to it that charges of this month and the next two have a partition. On the pool of reports: rows may have to move. */
  async preparePartitions(): Promise<void> {
    await this.database.pool('report').query('SELECT charge_prepare_partitions()');
  }

  /** Gives up the oldest month beyond so many whole ones; answers until when requests are gone, null where there was none. */
  async retireNext(months: number): Promise<Date | null> {
    const client = await this.database.pool('report').connect();
    try {
      await client.query(`SET statement_timeout = ${RETIRE_TIMEOUT_MS}`);
      const bounded = { query_timeout: RETIRE_TIMEOUT_MS + SILENT_SERVER_MS };
      const query = { text: 'SELECT charge_retire_next($1) AS until', values: [months], ...bounded };
      const { rows } = await client.query<{ until: Date | null }>(query);
      return rows[0]?.until ?? null;
    } finally {
      client.release(true);
    }
  }
}
