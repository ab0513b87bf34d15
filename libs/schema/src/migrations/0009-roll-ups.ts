import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Hourly sums of the usage log, and months of it that are given up.
 *
 * A request that is booked is noted in `charge_fresh` by a trigger, in the transaction that books it; `charge_roll_up` takes notes away and
 * adds what they name to `usage_hour` and `key_usage`, in one transaction. So every charge is at any moment either noted or summed up,
 * never both and never neither, whatever order ids were made and committed in, whatever any clock says, and whoever dies.
 */
export class RollUps0000000000009 implements MigrationInterface {
  name = 'RollUps0000000000009';

  async up(runner: QueryRunner): Promise<void> {
    for (const sentence of [...TABLES, ...NOTES, ...ROLL_UP, ...CARRY_OVER, ...PARTITIONS, ...RETIREMENT, ...AUDIT])
      await runner.query(sentence);
    for (const name of DOORS) await makeDoor(runner, name);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const sentence of DOWN) await runner.query(sentence);
    await makeDoor(runner, 'charge_prepare_partitions');
  }
}

/** What replaces a function, or makes it, leaves it without the rights of a door. */
async function makeDoor(runner: QueryRunner, name: string): Promise<void> {
  const [{ schema }] = (await runner.query('SELECT quote_ident(current_schema()) AS schema')) as [{ schema: string }];
  await runner.query(`ALTER FUNCTION ${name} SECURITY DEFINER SET search_path = ${schema}, pg_temp`);
}

const DOORS = ['charge_prepare_partitions', 'charge_roll_up', 'charge_retire_next'];

/** Every look at a noted request is one look into an index: a plan that reads the whole log must not be thought of. */
const BY_INDEX =
  'SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off';

const TABLES = [
  // Requests that were booked and are in no sum yet. Arrays stay below the size at which they would be stored apart. No index: it is
  // read whole, and only by who empties it and who adds what it names to the sums. Its pages are few and are used again and again.
  `CREATE TABLE charge_fresh (
    request_ids uuid[] NOT NULL
  ) WITH (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_insert_threshold = -1, vacuum_truncate = off)`,
  // Sums by hour of admission; channel 0 is none.
  `CREATE TABLE usage_hour (
    hour timestamptz NOT NULL,
    account_id bigint NOT NULL,
    api_key_id bigint NOT NULL,
    channel_id bigint NOT NULL,
    model text NOT NULL,
    requests bigint NOT NULL,
    client_left bigint NOT NULL,
    failed bigint NOT NULL,
    input_tokens bigint NOT NULL,
    cached_input_tokens bigint NOT NULL,
    cache_write_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    reasoning_tokens bigint NOT NULL,
    points bigint NOT NULL,
    uncollected bigint NOT NULL,
    CONSTRAINT usage_hour_pkey PRIMARY KEY (hour, account_id, api_key_id, channel_id, model)
  ) WITH (fillfactor = 70)`,
  `CREATE INDEX usage_hour_account ON usage_hour (account_id, hour)`,
  // The same for a key's whole life.
  `CREATE TABLE key_usage (
    api_key_id bigint NOT NULL,
    requests bigint NOT NULL,
    points bigint NOT NULL,
    CONSTRAINT key_usage_pkey PRIMARY KEY (api_key_id)
  ) WITH (fillfactor = 50)`,
  // What was charged in months that are no longer kept, so that the books still balance. Of a key's quota only what it still counted
  // when the month was given up, together with the window it counts from: a quota that was set anew since has another one.
  `CREATE TABLE charge_retired (
    until timestamptz NOT NULL,
    account_id bigint NOT NULL,
    api_key_id bigint NOT NULL,
    requests bigint NOT NULL,
    points bigint NOT NULL,
    uncollected bigint NOT NULL,
    quota_first integer NOT NULL,
    quota_points bigint NOT NULL,
    CONSTRAINT charge_retired_pkey PRIMARY KEY (until, account_id, api_key_id, quota_first)
  )`,
  `CREATE INDEX charge_retired_account ON charge_retired (account_id)`,
  `CREATE INDEX charge_retired_api_key ON charge_retired (api_key_id)`,
  // Requests with ids before this are no longer kept, and none of them is ever charged again. One row.
  `CREATE TABLE charge_horizon (
    id smallint NOT NULL DEFAULT 1,
    kept_from uuid NOT NULL,
    CONSTRAINT charge_horizon_pkey PRIMARY KEY (id),
    CONSTRAINT charge_horizon_single CHECK (id = 1)
  )`,
  `INSERT INTO charge_horizon (kept_from) VALUES ('00000000-0000-0000-0000-000000000000')`,
];

const NOTES = [
  `CREATE FUNCTION charge_hour(p_request_id uuid) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT to_timestamp(('x' || translate(left(p_request_id::text, 13), '-', ''))::bit(48)::bigint / 3600000 * 3600)
  $$`,
  `CREATE FUNCTION charge_note_fresh() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO charge_fresh (request_ids)
      SELECT array_agg(request_id) FROM (SELECT request_id, row_number() OVER () / 100 AS chunk FROM fresh) AS f GROUP BY chunk;
    RETURN NULL;
  END
  $$`,
  `CREATE TRIGGER charge_noted_fresh AFTER INSERT ON charge REFERENCING NEW TABLE AS fresh
     FOR EACH STATEMENT EXECUTE FUNCTION charge_note_fresh()`,
  // The charges that are in no sum yet. One look into the log's primary key for each.
  `CREATE VIEW charge_tail AS
    SELECT c.* FROM charge_fresh AS f CROSS JOIN LATERAL unnest(f.request_ids) AS n (id)
    CROSS JOIN LATERAL (
      SELECT request_id, account_id, api_key_id, coalesce(channel_id, 0) AS channel_id, model, outcome, input_tokens, cached_input_tokens,
        cache_write_tokens, output_tokens, reasoning_tokens, points, uncollected
      FROM charge WHERE request_id = n.id LIMIT 1) AS c`,
  // What keys were charged in their life, exact in the snapshot of the statement that asks.
  `CREATE FUNCTION key_points_used(p_api_key_id bigint[]) RETURNS TABLE (api_key_id bigint, points bigint) LANGUAGE sql STABLE ${BY_INDEX} AS $$
    SELECT k.id, coalesce((SELECT u.points FROM key_usage AS u WHERE u.api_key_id = k.id), 0) + coalesce(t.points, 0)
    FROM unnest(p_api_key_id) AS k (id)
    LEFT JOIN (SELECT c.api_key_id, sum(c.points)::bigint AS points FROM charge_tail AS c WHERE c.api_key_id = ANY (p_api_key_id) GROUP BY 1) AS t
      ON t.api_key_id = k.id
  $$`,
];

/** What one charge or many add to the sums. */
const SUMS = `count(*), count(*) FILTER (WHERE outcome = 2), count(*) FILTER (WHERE outcome = 3), sum(input_tokens), sum(cached_input_tokens),
  sum(cache_write_tokens), sum(output_tokens), sum(reasoning_tokens), sum(points), sum(uncollected)`;

const ROLL_UP = [
  // Adds noted requests to the sums, at most so many notes of up to a hundred requests each. Answers how many notes it took: null where
  // another process is at it.
  `CREATE FUNCTION charge_roll_up(p_notes_max integer) RETURNS integer LANGUAGE plpgsql ${BY_INDEX} AS $$
  DECLARE
    v_notes integer;
    v_ids uuid[];
  BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('charge_roll_up', 0)) THEN RETURN NULL; END IF;
    WITH gone AS (
      DELETE FROM charge_fresh WHERE ctid = ANY (ARRAY(SELECT ctid FROM charge_fresh LIMIT p_notes_max)) RETURNING request_ids
    )
    SELECT (SELECT count(*) FROM gone), ARRAY(SELECT n.id FROM gone CROSS JOIN LATERAL unnest(request_ids) AS n (id) ORDER BY 1)
      INTO v_notes, v_ids;
    IF v_notes = 0 THEN RETURN 0; END IF;
    WITH booked AS MATERIALIZED (
      SELECT c.* FROM unnest(v_ids) AS n (id) CROSS JOIN LATERAL (SELECT * FROM charge WHERE request_id = n.id LIMIT 1) AS c
    ), keys AS (
      INSERT INTO key_usage AS u (api_key_id, requests, points) SELECT api_key_id, count(*), sum(points) FROM booked GROUP BY 1 ORDER BY 1
        ON CONFLICT ON CONSTRAINT key_usage_pkey DO UPDATE SET requests = u.requests + excluded.requests, points = u.points + excluded.points
    )
    INSERT INTO usage_hour AS u
      SELECT charge_hour(request_id), account_id, api_key_id, coalesce(channel_id, 0), model, ${SUMS}
        FROM booked GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
      ON CONFLICT ON CONSTRAINT usage_hour_pkey DO UPDATE SET requests = u.requests + excluded.requests,
        client_left = u.client_left + excluded.client_left, failed = u.failed + excluded.failed,
        input_tokens = u.input_tokens + excluded.input_tokens, cached_input_tokens = u.cached_input_tokens + excluded.cached_input_tokens,
        cache_write_tokens = u.cache_write_tokens + excluded.cache_write_tokens, output_tokens = u.output_tokens + excluded.output_tokens,
        reasoning_tokens = u.reasoning_tokens + excluded.reasoning_tokens, points = u.points + excluded.points,
        uncollected = u.uncollected + excluded.uncollected;
    RETURN v_notes;
  END
  $$`,
];

/** What was charged before there were notes. The trigger's lock keeps further charges out until this is committed. */
const CARRY_OVER = [
  `INSERT INTO usage_hour SELECT charge_hour(request_id), account_id, api_key_id, coalesce(channel_id, 0), model, ${SUMS} FROM charge GROUP BY 1, 2, 3, 4, 5`,
  `INSERT INTO key_usage SELECT api_key_id, count(*), sum(points) FROM charge GROUP BY 1`,
];

const PARTITIONS = [
  // As before, and what was booked for a month while it had no partition moves into it: a partition cannot be attached while the default
  // one has rows that belong there. From the lock on, charges without a partition wait; all others go on.
  `CREATE OR REPLACE FUNCTION charge_prepare_partitions() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET lock_timeout = '2s' SET TimeZone = 'UTC' AS $$
  DECLARE
    v_month timestamptz;
    v_first uuid;
    v_end uuid;
    v_name text;
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('charge_prepare_partitions', 0));
    FOR v_month IN
      SELECT date_trunc('month', clock_timestamp()) + make_interval(months => n) FROM generate_series(0, 2) AS n
    LOOP
      v_name := 'charge_' || to_char(v_month, 'YYYY_MM');
      v_first := charge_first_id(v_month);
      v_end := charge_first_id(v_month + interval '1 month');
      CONTINUE WHEN to_regclass(v_name) IS NOT NULL OR v_first < (SELECT kept_from FROM charge_horizon);
      EXECUTE format('CREATE TABLE %I (LIKE charge INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_name);
      LOCK TABLE charge_other IN ACCESS EXCLUSIVE MODE;
      EXECUTE format('WITH moved AS (DELETE FROM charge_other WHERE request_id >= %L AND request_id < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
        v_first, v_end, v_name);
      EXECUTE format('ALTER TABLE charge ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', v_name, v_first, v_end);
    END LOOP;
  END
  $$`,
];

const RETIREMENT = [
  // Adds up what a table has of ids before p_end and keeps the sums.
  `CREATE FUNCTION charge_sum_up(p_table regclass, p_end uuid, p_until timestamptz) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    EXECUTE format('INSERT INTO charge_retired AS r (until, account_id, api_key_id, requests, points, uncollected, quota_first, quota_points)
      SELECT $2, c.account_id, c.api_key_id, count(*), sum(c.points), sum(c.uncollected), coalesce(b.quota_first, 0),
          coalesce(sum(c.points) FILTER (WHERE c.window_no > 0 AND c.window_no >= b.quota_first), 0)
        FROM %s AS c LEFT JOIN key_budget AS b ON b.api_key_id = c.api_key_id WHERE c.request_id < $1 GROUP BY c.account_id, c.api_key_id, b.quota_first
      ON CONFLICT ON CONSTRAINT charge_retired_pkey DO UPDATE SET requests = r.requests + excluded.requests, points = r.points + excluded.points,
        uncollected = r.uncollected + excluded.uncollected, quota_points = r.quota_points + excluded.quota_points', p_table) USING p_end, p_until;
  END
  $$`,
  // Begins the next window of those keys whose hour, day, week or month still counts requests before p_end, and refuses where one goes on
  // counting them: it is the clock of the database that is wrong then, or was.
  `CREATE FUNCTION charge_close_windows(p_table regclass, p_end uuid) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    v_key bigint;
    v_keys bigint[];
    v_counted text := format('SELECT ARRAY(SELECT DISTINCT c.api_key_id FROM %s AS c JOIN key_budget AS b ON b.api_key_id = c.api_key_id
      WHERE c.request_id < $1 AND c.window_no > 0 AND c.window_no >= least(b.hour_first, b.day_first, b.week_first, b.month_first) ORDER BY 1)', p_table);
  BEGIN
    EXECUTE v_counted INTO v_keys USING p_end;
    PERFORM FROM key_budget WHERE api_key_id = ANY (v_keys) ORDER BY api_key_id FOR NO KEY UPDATE;
    FOREACH v_key IN ARRAY v_keys LOOP
      PERFORM points_roll(v_key, clock_timestamp());
    END LOOP;
    EXECUTE v_counted INTO v_keys USING p_end;
    IF cardinality(v_keys) > 0 THEN
      RAISE EXCEPTION 'a limit of key % still counts requests of a month that is to be given up', v_keys[1] USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
  END
  $$`,
  // Gives up the oldest month of the usage log that lies more than p_months whole months back, by the clock of the database and by the
  // newest request as well, so that one clock that leaps ahead costs nothing. Its sums stay. Answers until when requests are gone now, null
  // where there is nothing to give up or another process is at it. Charges are locked out for the drop only.
  `CREATE FUNCTION charge_retire_next(p_months integer) RETURNS timestamptz LANGUAGE plpgsql SET lock_timeout = '2s' SET TimeZone = 'UTC' AS $$
  DECLARE
    v_cutoff timestamptz;
    v_until timestamptz;
    v_end uuid;
    v_table regclass;
  BEGIN
    IF p_months < 2 THEN RAISE EXCEPTION 'a month may still count' USING ERRCODE = 'invalid_parameter_value'; END IF;
    IF NOT pg_try_advisory_xact_lock(hashtextextended('charge_roll_up', 0)) THEN RETURN NULL; END IF;
    SELECT date_trunc('month', least(clock_timestamp(), charge_hour(c.request_id))) - make_interval(months => p_months) INTO v_cutoff
      FROM charge AS c ORDER BY c.request_id DESC LIMIT 1;
    SELECT inhrelid::regclass, to_date(right(relname, 7), 'YYYY_MM') + interval '1 month' INTO v_table, v_until
      FROM pg_inherits JOIN pg_class AS c ON c.oid = inhrelid
      WHERE inhparent = 'charge'::regclass AND relname ~ '^charge_[0-9]{4}_[0-9]{2}$' ORDER BY relname LIMIT 1;
    IF v_until IS NULL OR v_until > v_cutoff THEN v_table := NULL; v_until := v_cutoff; END IF;
    v_end := charge_first_id(v_until);
    IF v_table IS NULL AND NOT EXISTS (SELECT FROM charge_other WHERE request_id < v_end) THEN RETURN NULL; END IF;

    IF v_table IS NOT NULL THEN
      EXECUTE format('LOCK TABLE %s IN EXCLUSIVE MODE', v_table);
      PERFORM charge_sum_up(v_table, v_end, v_until);
      PERFORM charge_close_windows(v_table, v_end);
    END IF;
    LOCK TABLE charge_other IN EXCLUSIVE MODE;
    PERFORM charge_sum_up('charge_other', v_end, v_until);
    PERFORM charge_close_windows('charge_other', v_end);
    WHILE charge_roll_up(1000) > 0 LOOP END LOOP;
    DELETE FROM charge_other WHERE request_id < v_end;
    UPDATE charge_horizon SET kept_from = greatest(kept_from, v_end);
    IF v_table IS NOT NULL THEN
      EXECUTE format('ALTER TABLE charge DETACH PARTITION %s', v_table);
      EXECUTE format('DROP TABLE %s', v_table);
    END IF;
    RETURN v_until;
  END
  $$`,
  // An id of a month that was given up finds no partition but the default one. Whether it was charged before nobody knows any more, so it
  // is not charged: its row stands for nothing, and whoever books it is answered as if it had been refused before.
  `CREATE FUNCTION charge_refuse_retired() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.points = 0 OR NEW.request_id >= (SELECT kept_from FROM charge_horizon) THEN RETURN NEW; END IF;
    NEW.funding := 'refused';
    NEW.uncollected := NEW.uncollected + NEW.points;
    NEW.points := 0;
    INSERT INTO charge SELECT NEW.* ON CONFLICT DO NOTHING;
    RETURN NULL;
  END
  $$`,
  `CREATE TRIGGER charge_retired_refused BEFORE INSERT ON charge_other FOR EACH ROW EXECUTE FUNCTION charge_refuse_retired()`,
];

const AUDIT = [
  `CREATE OR REPLACE VIEW points_audit_account AS
    SELECT a.account_id, coalesce(e.total, 0) AS entries, coalesce(c.total, 0) AS charges, a.available, coalesce(h.total, 0) AS held,
      coalesce(e.total, 0) - coalesce(c.total, 0) - a.available - coalesce(h.total, 0) AS difference
    FROM point_account AS a
    LEFT JOIN (SELECT account_id, sum(amount) AS total FROM point_entry GROUP BY 1) AS e USING (account_id)
    LEFT JOIN (SELECT account_id, sum(points) AS total
      FROM (SELECT account_id, points FROM charge UNION ALL SELECT account_id, points FROM charge_retired) AS c GROUP BY 1) AS c USING (account_id)
    LEFT JOIN (SELECT account_id, sum(points) AS total FROM hold GROUP BY 1) AS h USING (account_id)`,
  `CREATE OR REPLACE VIEW points_audit_budget AS
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
];

const DOWN = [
  'DROP VIEW points_audit_usage',
  `CREATE OR REPLACE VIEW points_audit_budget AS
    SELECT b.api_key_id,
      b.quota_taken - coalesce(t.quota, 0) AS quota_difference, b.hour_taken - coalesce(t.hour, 0) AS hour_difference,
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
    ) AS t ON true`,
  `CREATE OR REPLACE VIEW points_audit_account AS
    SELECT a.account_id, coalesce(e.total, 0) AS entries, coalesce(c.total, 0) AS charges, a.available, coalesce(h.total, 0) AS held,
      coalesce(e.total, 0) - coalesce(c.total, 0) - a.available - coalesce(h.total, 0) AS difference
    FROM point_account AS a
    LEFT JOIN (SELECT account_id, sum(amount) AS total FROM point_entry GROUP BY 1) AS e USING (account_id)
    LEFT JOIN (SELECT account_id, sum(points) AS total FROM charge GROUP BY 1) AS c USING (account_id)
    LEFT JOIN (SELECT account_id, sum(points) AS total FROM hold GROUP BY 1) AS h USING (account_id)`,
  'DROP TRIGGER charge_retired_refused ON charge_other',
  'DROP TRIGGER charge_noted_fresh ON charge',
  `DROP FUNCTION charge_refuse_retired, charge_retire_next, charge_close_windows, charge_sum_up, charge_roll_up, key_points_used`,
  'DROP VIEW charge_tail',
  'DROP FUNCTION charge_note_fresh, charge_hour',
  `CREATE OR REPLACE FUNCTION charge_prepare_partitions() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET lock_timeout = '2s' SET TimeZone = 'UTC' AS $$
  DECLARE
    v_month timestamptz;
    v_name text;
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('charge_prepare_partitions', 0));
    FOR v_month IN
      SELECT date_trunc('month', clock_timestamp()) + make_interval(months => n) FROM generate_series(0, 2) AS n
    LOOP
      v_name := 'charge_' || to_char(v_month, 'YYYY_MM');
      CONTINUE WHEN to_regclass(v_name) IS NOT NULL;
      EXECUTE format('CREATE TABLE %I (LIKE charge INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_name);
      EXECUTE format('ALTER TABLE charge ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', v_name,
        charge_first_id(v_month), charge_first_id(v_month + interval '1 month'));
    END LOOP;
  END
  $$`,
  'DROP TABLE charge_horizon, charge_retired, key_usage, usage_hour, charge_fresh',
];
