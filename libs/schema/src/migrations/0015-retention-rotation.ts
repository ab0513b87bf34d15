import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Secrets of webhooks that were replaced sign along for a while, so that a receiver can change to the new one in its own time; and tasks go
 * when the month of their charge goes.
 */
export class RetentionRotation0000000000015 implements MigrationInterface {
  name = 'RetentionRotation0000000000015';

  async up(runner: QueryRunner): Promise<void> {
    for (const sentence of UP) await runner.query(sentence);
    const [{ schema }] = (await runner.query('SELECT quote_ident(current_schema()) AS schema')) as [{ schema: string }];
    await runner.query(`ALTER FUNCTION task_retire SECURITY DEFINER SET search_path = ${schema}, pg_temp`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const sentence of DOWN) await runner.query(sentence);
  }
}

const UP = [
  // Sealed like the secret it was; the youngest has the highest id.
  `CREATE TABLE webhook_former_secret (
    id bigint GENERATED ALWAYS AS IDENTITY,
    account_id bigint NOT NULL,
    secret bytea NOT NULL,
    signs_until timestamptz NOT NULL,
    CONSTRAINT webhook_former_secret_pkey PRIMARY KEY (id),
    CONSTRAINT webhook_former_secret_endpoint_fkey FOREIGN KEY (account_id) REFERENCES webhook_endpoint (account_id) ON DELETE CASCADE
  )`,
  `CREATE INDEX webhook_former_secret_account ON webhook_former_secret (account_id, id)`,
  // Deletes tasks whose charge is in a month that was given up, and answers how many. Where usage is kept for ever nothing is before the
  // horizon. None that is not over, nor one that ended within the last 30 days, however it came to be so old, nor one that its account is
  // still to be told of.
  `CREATE FUNCTION task_retire(p_limit integer) RETURNS integer LANGUAGE plpgsql AS $$
   DECLARE
     v_count integer;
   BEGIN
     DELETE FROM task WHERE id IN (
       SELECT id FROM task AS t WHERE id < (SELECT kept_from FROM charge_horizon) AND ended_at < clock_timestamp() - interval '30 days'
         AND NOT EXISTS (SELECT FROM webhook_delivery AS d WHERE d.task_id = t.id AND d.state = 'pending')
         AND NOT EXISTS (SELECT FROM charge AS c WHERE c.request_id = t.id)
       ORDER BY id LIMIT p_limit FOR UPDATE SKIP LOCKED);
     GET DIAGNOSTICS v_count = ROW_COUNT;
     RETURN v_count;
   END $$`,
];

const DOWN = ['DROP FUNCTION task_retire(integer)', 'DROP TABLE webhook_former_secret'];
