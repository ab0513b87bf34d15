import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What gateways have found wrong with keys and models of channels, for administrators and for each other; and jobs that administrators
 * give to whichever gateway is alive.
 *
 * Only what is disabled is told to every gateway: what cools down passes before it would have been heard of.
 */
export class ChannelHealth0000000000011 implements MigrationInterface {
  name = 'ChannelHealth0000000000011';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const sentence of [...CHANNEL_HEALTH, ...GATEWAY_JOBS]) await queryRunner.query(sentence);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['gateway_job', 'channel_health']) await queryRunner.query(`DROP TABLE ${table}`);
  }
}

const CHANNEL_HEALTH = [
  `CREATE TABLE channel_health (
    id bigint GENERATED ALWAYS AS IDENTITY,
    channel_id bigint NOT NULL,
    key_id bigint,
    upstream_model text,
    state text NOT NULL,
    reason text NOT NULL,
    until timestamptz NOT NULL,
    gateway_id uuid NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT channel_health_pkey PRIMARY KEY (id),
    CONSTRAINT channel_health_subject_unique UNIQUE NULLS NOT DISTINCT (channel_id, key_id, upstream_model),
    CONSTRAINT channel_health_subject_single CHECK ((key_id IS NULL) <> (upstream_model IS NULL)),
    CONSTRAINT channel_health_state_known CHECK (state IN ('cooling', 'disabled')),
    CONSTRAINT channel_health_channel_fkey FOREIGN KEY (channel_id) REFERENCES channel (id) ON DELETE CASCADE,
    CONSTRAINT channel_health_key_fkey FOREIGN KEY (key_id) REFERENCES channel_key (id) ON DELETE CASCADE
  )`,
  `CREATE INDEX channel_health_key ON channel_health (key_id)`,
  `CREATE TRIGGER channel_health_disabled AFTER INSERT ON channel_health
     FOR EACH ROW WHEN (NEW.state = 'disabled') EXECUTE FUNCTION notify_change()`,
  `CREATE TRIGGER channel_health_changed AFTER UPDATE ON channel_health
     FOR EACH ROW WHEN (NEW.state = 'disabled' OR OLD.state = 'disabled') EXECUTE FUNCTION notify_change()`,
  `CREATE TRIGGER channel_health_cleared AFTER DELETE ON channel_health
     FOR EACH ROW WHEN (OLD.state = 'disabled') EXECUTE FUNCTION notify_change()`,
];

const GATEWAY_JOBS = [
  `CREATE TABLE gateway_job (
    id bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL,
    task jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    taken_by uuid,
    result jsonb,
    CONSTRAINT gateway_job_pkey PRIMARY KEY (id),
    CONSTRAINT gateway_job_result_of_taken CHECK (result IS NULL OR taken_by IS NOT NULL)
  )`,
  `CREATE TRIGGER gateway_job_added AFTER INSERT ON gateway_job
     FOR EACH ROW EXECUTE FUNCTION notify_change()`,
];
