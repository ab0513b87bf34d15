import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who may administer, and the answers kept for repeated POSTs. Neither table concerns the gateway, so neither fires a change. */
export class Admin0000000000006 implements MigrationInterface {
  name = 'Admin0000000000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE admin_user (
        id bigint GENERATED ALWAYS AS IDENTITY,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        name text NOT NULL,
        role text NOT NULL,
        token_hash bytea NOT NULL,
        last_four text NOT NULL,
        CONSTRAINT admin_user_pkey PRIMARY KEY (id),
        CONSTRAINT admin_user_name_unique UNIQUE (name),
        CONSTRAINT admin_user_token_hash_unique UNIQUE (token_hash),
        CONSTRAINT admin_user_token_hash_length CHECK (octet_length(token_hash) = 32),
        CONSTRAINT admin_user_role_known CHECK (role IN ('owner', 'operator', 'viewer'))
      )`);
    await runner.query(`
      CREATE TABLE idempotency_record (
        admin_id bigint NOT NULL,
        idempotency_key text NOT NULL,
        request_hash bytea NOT NULL,
        claim uuid NOT NULL,
        status smallint,
        answer bytea,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT idempotency_record_pkey PRIMARY KEY (admin_id, idempotency_key),
        CONSTRAINT idempotency_record_admin_fkey FOREIGN KEY (admin_id) REFERENCES admin_user (id) ON DELETE CASCADE,
        CONSTRAINT idempotency_record_answered_whole CHECK ((status IS NULL) = (answer IS NULL)),
        CONSTRAINT idempotency_record_key_length CHECK (char_length(idempotency_key) BETWEEN 1 AND 255)
      )`);
    await runner.query('CREATE INDEX idempotency_record_created_at ON idempotency_record (created_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency_record');
    await runner.query('DROP TABLE admin_user');
  }
}
