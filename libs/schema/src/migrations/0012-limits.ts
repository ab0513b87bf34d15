import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Limits of tokens and of parallel requests for accounts and API keys, and `rate_peer`: one row for each gateway that counts rates by
 * itself, renewed every second, so that each knows whether it is alone.
 */
export class Limits0000000000012 implements MigrationInterface {
  name = 'Limits0000000000012';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const sentence of [...LIMITED_TABLES.map(addLimits), RATE_PEER]) await queryRunner.query(sentence);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE rate_peer');
    for (const table of LIMITED_TABLES) await queryRunner.query(dropLimits(table));
  }
}

const LIMITED_TABLES = ['account', 'api_key'];

function addLimits(table: string): string {
  return `ALTER TABLE ${table}
    ADD COLUMN token_rate_limit_tokens integer,
    ADD COLUMN token_rate_limit_window_seconds integer,
    ADD COLUMN parallel_requests_max integer,
    ADD CONSTRAINT ${table}_token_rate_limit_whole
      CHECK ((token_rate_limit_tokens IS NULL) = (token_rate_limit_window_seconds IS NULL)),
    ADD CONSTRAINT ${table}_token_rate_limit_positive
      CHECK (token_rate_limit_tokens > 0 AND token_rate_limit_window_seconds > 0),
    ADD CONSTRAINT ${table}_parallel_requests_max_positive CHECK (parallel_requests_max > 0)`;
}

function dropLimits(table: string): string {
  return `ALTER TABLE ${table}
    DROP COLUMN token_rate_limit_tokens,
    DROP COLUMN token_rate_limit_window_seconds,
    DROP COLUMN parallel_requests_max`;
}

const RATE_PEER = `CREATE TABLE rate_peer (
  peer_id uuid NOT NULL,
  host text NOT NULL,
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT rate_peer_pkey PRIMARY KEY (peer_id)
) WITH (fillfactor = 50)`;
