import type { MigrationInterface, QueryRunner } from 'typeorm';
import { TASK_FUNCTIONS } from './0013-task-functions.js';

/**
 * Tasks: what runs at a provider after its request was answered. A task and its hold are committed together before the provider is called,
 * and a task ends in one transaction with its charge or the return of its points. Everything that changes a task is a function that says
 * from which states it may; whoever comes second changes nothing.
 *
 * A task's hold is number 1 of the owner that has the task's own id. Locks are taken in the ledger's order, the task before its hold.
 */
export class Tasks0000000000013 implements MigrationInterface {
  name = 'Tasks0000000000013';

  async up(runner: QueryRunner): Promise<void> {
    for (const sentence of [...TABLES, ...CHANNEL, ...TASK_FUNCTIONS]) await runner.query(sentence);
    const [{ schema }] = (await runner.query('SELECT quote_ident(current_schema()) AS schema')) as [{ schema: string }];
    for (const door of DOORS)
      await runner.query(`ALTER FUNCTION ${door} SECURITY DEFINER SET search_path = ${schema}, pg_temp`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const sentence of DOWN) await runner.query(sentence);
  }
}

const TABLES = [
  // accepted: its points are held, nobody was called · submitting: the provider is being called, or was · queued, in_progress: the provider
  // has it · completed, failed: over. `refused_with` is the status of a submission that was answered with an error: its client knows of no
  // task. `held` is what was held, `points` what was charged of it, `uncollected` what it cost, or may have cost, beyond that. `secret` is
  // the key's, sealed for this task alone, so that neither a changed channel nor a deleted key is felt; it goes with the task's end, or
  // some time after the video's.
  `CREATE TABLE task (
    id uuid NOT NULL,
    account_id bigint NOT NULL,
    api_key_id bigint NOT NULL,
    model text NOT NULL,
    state text NOT NULL DEFAULT 'accepted',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    submitted_at timestamptz,
    deadline_at timestamptz NOT NULL,
    heard_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    expires_at timestamptz,
    held bigint NOT NULL,
    points bigint,
    uncollected bigint,
    price_version integer NOT NULL,
    multiplier text NOT NULL,
    priced jsonb NOT NULL,
    prompt text,
    seconds integer,
    size text,
    idempotency_key text,
    request_digest bytea NOT NULL,
    channel_id bigint,
    key_id bigint,
    provider text,
    base_url text,
    upstream_model text,
    secret bytea,
    upstream_id text,
    attempts jsonb NOT NULL DEFAULT '[]',
    progress smallint NOT NULL DEFAULT 0,
    result jsonb,
    error_code text,
    error_message text,
    refused_with smallint,
    polls integer NOT NULL DEFAULT 0,
    poll_at timestamptz,
    poll_problem text,
    CONSTRAINT task_pkey PRIMARY KEY (id),
    CONSTRAINT task_account_fkey FOREIGN KEY (account_id) REFERENCES account (id),
    CONSTRAINT task_api_key_fkey FOREIGN KEY (api_key_id) REFERENCES api_key (id),
    CONSTRAINT task_state_known CHECK (state IN ('accepted', 'submitting', 'queued', 'in_progress', 'completed', 'failed')),
    CONSTRAINT task_progress_in_range CHECK (progress BETWEEN 0 AND 100),
    CONSTRAINT task_points_within_hold CHECK (points BETWEEN 0 AND held),
    CONSTRAINT task_ended_whole CHECK ((state IN ('completed', 'failed')) = (ended_at IS NOT NULL) AND (ended_at IS NULL) = (points IS NULL)),
    CONSTRAINT task_polled_while_running CHECK ((poll_at IS NOT NULL) = (state IN ('queued', 'in_progress'))),
    CONSTRAINT task_known_upstream CHECK (upstream_id IS NOT NULL OR state NOT IN ('queued', 'in_progress', 'completed'))
  ) WITH (fillfactor = 70)`,
  `CREATE INDEX task_account ON task (account_id, id)`,
  `CREATE INDEX task_api_key ON task (api_key_id, created_at)`,
  `CREATE UNIQUE INDEX task_idempotency_key ON task (api_key_id, idempotency_key) WHERE idempotency_key IS NOT NULL`,
  `CREATE INDEX task_open ON task (deadline_at) WHERE ended_at IS NULL`,
  `CREATE INDEX task_due ON task (poll_at) WHERE poll_at IS NOT NULL`,
  `CREATE INDEX task_secret ON task (ended_at) WHERE secret IS NOT NULL`,
  // What happened to a task, in order.
  `CREATE TABLE task_event (
    id bigint GENERATED ALWAYS AS IDENTITY,
    task_id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    event text NOT NULL,
    detail text,
    CONSTRAINT task_event_pkey PRIMARY KEY (id),
    CONSTRAINT task_event_task_fkey FOREIGN KEY (task_id) REFERENCES task (id) ON DELETE CASCADE
  )`,
  `CREATE INDEX task_event_task ON task_event (task_id, id)`,
];

const CHANNEL = [
  `ALTER TABLE channel ADD COLUMN task_timeout_ms integer, ADD CONSTRAINT channel_task_timeout_ms_positive CHECK (task_timeout_ms > 0)`,
];

/** What applications may call; the rest is called by these. */
const DOORS = [
  'task_find_earlier',
  'task_accept',
  'task_withdraw',
  'task_submit',
  'task_submitted',
  'task_end',
  'task_expire_next',
  'task_lease_polls',
  'task_note_poll',
  'task_renew_result',
  'task_forget_secrets',
];

const DOWN = [
  // What tasks that run would have taken goes back: without them nobody would ever settle their holds.
  `SELECT task_release(t.id) FROM task AS t JOIN hold AS h ON h.owner_id = t.id AND h.hold_no = 1 WHERE t.ended_at IS NULL`,
  `DROP FUNCTION ${DOORS.join(', ')}, task_release`,
  'ALTER TABLE channel DROP COLUMN task_timeout_ms',
  'DROP TABLE task_event, task',
];
