import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What every room's tables lean on: the function that tells all processes of a change once it is committed. */
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
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION notify_change()');
  }
}
