import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the audit of the ledger remembers: when a limit was lowered below what was taken, how the last audits ended, and the sums that the
 * audit of every minute goes on from. The audit itself is @tokenbay/points' own; its views go.
 */
export class PointsAudit0000000000010 implements MigrationInterface {
  name = 'PointsAudit0000000000010';

  async up(runner: QueryRunner): Promise<void> {
    for (const sentence of [...LOWERED, ...MEMORY, DROP_VIEWS]) await runner.query(sentence);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const sentence of [...VIEWS, ...DOWN]) await runner.query(sentence);
  }
}

const LOWERED = [
  // The last window in which a limit was set below what was taken already: only periods that ran then may exceed their limit.
  `ALTER TABLE key_budget ADD COLUMN over_limit_in integer NOT NULL DEFAULT 0`,
  `UPDATE key_budget SET over_limit_in = window_no WHERE quota_taken > quota_limit OR hour_taken > hour_limit OR day_taken > day_limit
    OR week_taken > week_limit OR month_taken > month_limit`,
  `CREATE FUNCTION key_budget_note_lowered() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.quota_taken > NEW.quota_limit OR NEW.hour_taken > NEW.hour_limit OR NEW.day_taken > NEW.day_limit
      OR NEW.week_taken > NEW.week_limit OR NEW.month_taken > NEW.month_limit THEN NEW.over_limit_in := NEW.window_no; END IF;
    RETURN NEW;
  END
  $$`,
  // Of these columns, which only an administrator writes: nothing that a request waits for fires it.
  `CREATE TRIGGER key_budget_note_lowered BEFORE UPDATE OF quota_limit, hour_limit, day_limit, week_limit, month_limit ON key_budget
    FOR EACH ROW EXECUTE FUNCTION key_budget_note_lowered()`,
];

const MEMORY = [
  // How the last audit of each kind ended. `accounts` names those with a difference, or the first of them.
  `CREATE TABLE audit_run (
    kind text NOT NULL,
    ended_at timestamptz NOT NULL,
    duration_ms integer NOT NULL,
    differences integer NOT NULL,
    accounts bigint[] NOT NULL,
    CONSTRAINT audit_run_pkey PRIMARY KEY (kind),
    CONSTRAINT audit_run_kind_known CHECK (kind IN ('minute', 'full'))
  )`,
  // Per account, entries − charges up to the bound. One row says where that is.
  `CREATE TABLE audit_checkpoint (
    account_id bigint NOT NULL,
    owned bigint NOT NULL,
    CONSTRAINT audit_checkpoint_pkey PRIMARY KEY (account_id)
  ) WITH (fillfactor = 80)`,
  `CREATE TABLE audit_bound (
    single boolean NOT NULL DEFAULT true,
    charges_before uuid NOT NULL,
    entries_until bigint NOT NULL,
    CONSTRAINT audit_bound_pkey PRIMARY KEY (single),
    CONSTRAINT audit_bound_one_row CHECK (single)
  )`,
];

const DROP_VIEWS = 'DROP VIEW points_audit_hold, points_audit_usage, points_audit_budget, points_audit_account';

/** As they stood before. */
const VIEWS = [
  `CREATE VIEW points_audit_account AS
    SELECT a.account_id, coalesce(e.total, 0) AS entries, coalesce(c.total, 0) AS charges, a.available, coalesce(h.total, 0) AS held,
      coalesce(e.total, 0) - coalesce(c.total, 0) - a.available - coalesce(h.total, 0) AS difference
    FROM point_account AS a
    LEFT JOIN (SELECT account_id, sum(amount) AS total FROM point_entry GROUP BY 1) AS e USING (account_id)
    LEFT JOIN (SELECT account_id, sum(points) AS total
      FROM (SELECT account_id, points FROM charge UNION ALL SELECT account_id, points FROM charge_retired) AS c GROUP BY 1) AS c USING (account_id)
    LEFT JOIN (SELECT account_id, sum(points) AS total FROM hold GROUP BY 1) AS h USING (account_id)`,
  `CREATE VIEW points_audit_budget AS
    SELECT b.api_key_id,
      b.quota_taken - coalesce(t.quota, 0) - coalesce(r.quota, 0) AS quota_difference, b.hour_taken - coalesce(t.hour, 0) AS hour_difference,
      b.day_taken - coalesce(t.day, 0) AS day_difference, b.week_taken - coalesce(t.week, 0) AS week_difference,
      b.month_taken - coalesce(t.month, 0) AS month_difference,
      greatest(b.quota_taken - b.quota_limit, b.hour_taken - b.hour_limit, b.day_taken - b.day_limit, b.week_taken - b.week_limit,
        b.month_taken - b.month_limit, 0) AS over_limit
    FROM key_budget AS b
    LEFT JOIN LATERAL (
      SELECT sum(points) FILTER (WHERE window_no >= b.quota_first) AS quota, sum(points) FILTER (WHERE window_no >= b.hour_first) AS hour,
        sum(points) FILTER (WHERE window_no >= b.day_first) AS day, sum(points) FILTER (WHERE window_no >= b.week_first) AS week,
        sum(points) FILTER (WHERE window_no >= b.month_first) AS month
      FROM (SELECT window_no, points FROM charge WHERE api_key_id = b.api_key_id AND window_no > 0
            UNION ALL SELECT window_no, points FROM hold WHERE api_key_id = b.api_key_id) AS taken
    ) AS t ON true
    LEFT JOIN LATERAL (
      SELECT sum(quota_points) AS quota FROM charge_retired AS x WHERE x.api_key_id = b.api_key_id AND x.quota_first = b.quota_first
    ) AS r ON true`,
  // The sums and what is noted, less what the log has and had. Both of a key's sums are looked at.
  `CREATE VIEW points_audit_usage AS
    SELECT api_key_id, sum(in_life) AS points_difference, sum(in_hours) AS hours_difference, sum(requests) AS requests_difference
    FROM (
      SELECT api_key_id, points AS in_life, 0 AS in_hours, 0 AS requests FROM key_usage
      UNION ALL SELECT api_key_id, 0, sum(points), sum(requests) FROM usage_hour GROUP BY 1
      UNION ALL SELECT api_key_id, points, points, 1 FROM charge_tail
      UNION ALL SELECT api_key_id, -sum(points), -sum(points), -count(*) FROM charge GROUP BY 1
      UNION ALL SELECT api_key_id, -points, -points, -requests FROM charge_retired
    ) AS part GROUP BY 1`,
  `CREATE VIEW points_audit_hold AS
    SELECT h.* FROM hold AS h LEFT JOIN gateway_instance AS i ON i.instance_id = h.owner_id WHERE i.state IS DISTINCT FROM 'live'`,
];

const DOWN = [
  'DROP TABLE audit_bound, audit_checkpoint, audit_run',
  'DROP TRIGGER key_budget_note_lowered ON key_budget',
  'DROP FUNCTION key_budget_note_lowered',
  'ALTER TABLE key_budget DROP COLUMN over_limit_in',
];
