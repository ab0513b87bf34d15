import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Webhooks: where an account is told that a task of its is over, and every such message until it has arrived or was given up. The message is
 * added by a trigger in the transaction that ends the task, so that neither is there without the other, whoever ended it.
 */
export class Webhooks0000000000014 implements MigrationInterface {
  name = 'Webhooks0000000000014';

  async up(runner: QueryRunner): Promise<void> {
    for (const sentence of UP) await runner.query(sentence);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const sentence of DOWN) await runner.query(sentence);
  }
}

const UP = [
  // `secret` is sealed for this account alone.
  `CREATE TABLE webhook_endpoint (
    account_id bigint NOT NULL,
    url text NOT NULL,
    secret bytea NOT NULL,
    CONSTRAINT webhook_endpoint_pkey PRIMARY KEY (account_id),
    CONSTRAINT webhook_endpoint_account_fkey FOREIGN KEY (account_id) REFERENCES account (id)
  )`,
  // `attempt_at` is when it may be attempted: while an attempt runs, when that is taken for lost.
  `CREATE TABLE webhook_delivery (
    id bigint GENERATED ALWAYS AS IDENTITY,
    event_id uuid NOT NULL DEFAULT gen_random_uuid(),
    account_id bigint NOT NULL,
    task_id uuid NOT NULL,
    type text NOT NULL,
    state text NOT NULL DEFAULT 'pending',
    attempts integer NOT NULL DEFAULT 0,
    attempt_at timestamptz DEFAULT clock_timestamp(),
    last_status smallint,
    last_problem text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    CONSTRAINT webhook_delivery_pkey PRIMARY KEY (id),
    CONSTRAINT webhook_delivery_task_unique UNIQUE (task_id),
    CONSTRAINT webhook_delivery_task_fkey FOREIGN KEY (task_id) REFERENCES task (id) ON DELETE CASCADE,
    CONSTRAINT webhook_delivery_account_fkey FOREIGN KEY (account_id) REFERENCES account (id),
    CONSTRAINT webhook_delivery_type_known CHECK (type IN ('video.completed', 'video.failed')),
    CONSTRAINT webhook_delivery_state_known CHECK (state IN ('pending', 'delivered', 'failed')),
    CONSTRAINT webhook_delivery_ended_whole
      CHECK ((state = 'pending') = (attempt_at IS NOT NULL) AND (state = 'pending') = (ended_at IS NULL))
  ) WITH (fillfactor = 70)`,
  `CREATE INDEX webhook_delivery_due ON webhook_delivery (attempt_at) WHERE attempt_at IS NOT NULL`,
  `CREATE INDEX webhook_delivery_account ON webhook_delivery (account_id, id)`,
  `CREATE INDEX webhook_delivery_ended ON webhook_delivery (ended_at) WHERE ended_at IS NOT NULL`,
  `CREATE TRIGGER webhook_delivery_added AFTER INSERT ON webhook_delivery
     FOR EACH ROW EXECUTE FUNCTION notify_change()`,
  `CREATE FUNCTION webhook_tell() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     INSERT INTO webhook_delivery (account_id, task_id, type)
       SELECT NEW.account_id, NEW.id, 'video.' || NEW.state FROM webhook_endpoint WHERE account_id = NEW.account_id;
     RETURN NULL;
   END $$`,
  // A submission that was answered with an error has become no task that its client knows of.
  `CREATE TRIGGER task_told AFTER UPDATE OF state ON task
     FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL AND NEW.refused_with IS NULL)
     EXECUTE FUNCTION webhook_tell()`,
];

const DOWN = [
  'DROP TRIGGER task_told ON task',
  'DROP FUNCTION webhook_tell()',
  'DROP TABLE webhook_delivery, webhook_endpoint',
];
