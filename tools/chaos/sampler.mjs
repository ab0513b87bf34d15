// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { CONSERVATION, NEGATIVE, OVER_LIMIT } from './books-sql.mjs';

/** @typedef {import('./violations.mjs').Violation} Violation */

const PAUSE_MS = 40;
const AGAIN_MS = 100;
const ANSWER_TIMEOUT_MS = 2_000;
/** Adding up all charges takes longer: not with each sample. */
const CONSERVATION_EVERY = 25;
const VIOLATIONS_MAX = 20;

/** Looks at the books while they change, over a connection of its own: what may be at no committed moment. */
export class Sampler {
  /** @param {string} databaseUrl */
  constructor(databaseUrl) {
    this.databaseUrl = databaseUrl;
    this.samples = 0;
    /** @type {Violation[]} */
    this.violations = [];
    this.isOver = false;
    this.running = this.run();
  }

  /** Resolves when no sample is under way. */
  async stop() {
    this.isOver = true;
    await this.running;
  }

  async run() {
    while (!this.isOver) {
      const client = new pg.Client({
        ...{ connectionString: this.databaseUrl, application_name: 'chaos-sampler' },
        ...{ connectionTimeoutMillis: ANSWER_TIMEOUT_MS, query_timeout: ANSWER_TIMEOUT_MS },
      });
      client.on('error', () => undefined);
      // It is a fault that ends this: the next connection goes on.
      await client
        .connect()
        .then(() => this.sample(client))
        .catch(() => sleep(AGAIN_MS));
      await Promise.race([client.end(), sleep(AGAIN_MS)]).catch(() => undefined);
    }
  }

  /** @param {pg.Client} client */
  async sample(client) {
    while (!this.isOver) {
      await this.look(client, 'negative', NEGATIVE);
      await this.look(client, 'over a limit', OVER_LIMIT);
      if (this.samples % CONSERVATION_EVERY === 0) await this.look(client, 'conservation', CONSERVATION);
      this.samples += 1;
      await sleep(PAUSE_MS);
    }
  }

  /** @param {pg.Client} client @param {Violation['name']} name @param {string} sql */
  async look(client, name, sql) {
    const { rows } = await client.query(sql);
    for (const { problem } of rows)
      if (this.violations.length < VIOLATIONS_MAX) this.violations.push({ name, detail: `while running: ${problem}` });
  }
}
