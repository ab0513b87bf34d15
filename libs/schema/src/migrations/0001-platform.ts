import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What every room's tables lean on: the notice of changes once they are committed, and what tells a wrong `SECRETS_KEY`. */
export class Platform0000000000001 implements MigrationInterface {
  name = 'Platform0000000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION notify_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('tokenbay_change', TG_TABLE_NAME || ':' ||
          CASE WHEN TG_LEVEL = 'ROW' THEN coalesce((to_jsonb(NEW) ->> 'id'), (to_jsonb(OLD) ->> 'id')) ELSE '*' END);
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TABLE installation (
        id smallint NOT NULL DEFAULT 1,
        secrets_check bytea NOT NULL,
        CONSTRAINT installation_pkey PRIMARY KEY (id),
        CONSTRAINT installation_single CHECK (id = 1)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE installation');
    await runner.query('DROP FUNCTION notify_change()');
  }
}
