import { Injectable } from '@nestjs/common';
import { Database } from '@tokenbay/platform';
import { MIGRATIONS } from '@tokenbay/schema';

const ANSWER_WITHIN_MS = 2_000;

/** Whether the application can do its work. */
@Injectable()
export class Readiness {
  constructor(private readonly database: Database) {}

  /** True while the database answers in time and has run every migration this build knows. */
  async isReady(): Promise<boolean> {
    const question = this.database
      .pool('config')
      .query<{ ran: number }>('SELECT count(*)::int AS ran FROM schema_migration')
      .then(({ rows }) => (rows[0]?.ran ?? 0) >= MIGRATIONS.length)
      .catch(() => false);
    const deadline = new Promise<false>((resolve) => {
      setTimeout(() => resolve(false), ANSWER_WITHIN_MS).unref();
    });
    return Promise.race([question, deadline]);
  }
}
