import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The ledger: balances, budgets, holds, charges, and the functions that move points between them.
 *
 * Locks are taken in one order everywhere, or two functions deadlock: instance (advisory) → own holds by number → accounts by id →
 * budgets by key → spend by key. A charge is inserted while only its hold is locked, rarely its account and budget. Functions that the
 * hot path calls pin their plans: a plan made while tables were empty must not survive into a full one.
 */
export class Points0000000000005 implements MigrationInterface {
  name = 'Points0000000000005';

  async up(runner: QueryRunner): Promise<void> {
    for (const sentence of [
      ...INSTANCES,
      ...BALANCES,
      ...HOLDS,
      ...CHARGES,
      ...PARTITIONS,
      ...WINDOWS,
      RESERVE,
      ...SETTLE,
      RELEASE,
      ...REAP,
      CREDIT,
      SET_BUDGET,
      KEY_BUDGET_NOW,
      ...AUDIT,
    ])
      await runner.query(sentence);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const sentence of DOWN) await runner.query(sentence);
  }
}

/** Of the functions that the hot path calls; what they call inherits it. */
const HOT = 'SET plan_cache_mode = force_generic_plan SET enable_seqscan = off';

const INSTANCES = [
  // A process that may hold points. Its id is new at every start, so that a process returning from the dead owns nothing.
  `CREATE TABLE gateway_instance (
    instance_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'live',
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    CONSTRAINT gateway_instance_pkey PRIMARY KEY (instance_id),
    CONSTRAINT gateway_instance_state_known CHECK (state IN ('live', 'stopped', 'dead'))
  )`,
  // Apart from gateway_instance, so that a heartbeat never waits for a reserve. The row goes when the instance ends.
  `CREATE TABLE gateway_lease (
    instance_id uuid NOT NULL,
    lease_until timestamptz NOT NULL,
    CONSTRAINT gateway_lease_pkey PRIMARY KEY (instance_id)
  ) WITH (fillfactor = 50)`,
  // The advisory lock of an instance: shared by its reserves, exclusive for whoever ends it. A shared row lock would do the same, but
  // many at once on one row cost a multixact each.
  `CREATE FUNCTION points_fence(p_instance uuid) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT hashtextextended(p_instance::text, 0)
  $$`,
];

const BALANCES = [
  `CREATE TABLE point_account (
    account_id bigint NOT NULL,
    available bigint NOT NULL DEFAULT 0,
    CONSTRAINT point_account_pkey PRIMARY KEY (account_id),
    CONSTRAINT point_account_account_fkey FOREIGN KEY (account_id) REFERENCES account (id),
    CONSTRAINT point_account_available_in_range CHECK (available BETWEEN 0 AND 9007199254740991)
  ) WITH (fillfactor = 50)`,
  // Everything but charges that ever changed what an account owns.
  `CREATE TABLE point_entry (
    id bigint GENERATED ALWAYS AS IDENTITY,
    account_id bigint NOT NULL,
    amount bigint NOT NULL,
    available_after bigint NOT NULL,
    reason text NOT NULL,
    idempotency_key text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT point_entry_pkey PRIMARY KEY (id),
    CONSTRAINT point_entry_point_account_fkey FOREIGN KEY (account_id) REFERENCES point_account (account_id),
    CONSTRAINT point_entry_once UNIQUE (account_id, idempotency_key)
  )`,
  `CREATE INDEX point_entry_account ON point_entry (account_id, id)`,
  // All budgets of a key in one row: one lock, one update. Each counter "taken" is spent + held since window "…_first". A limit of null
  // is none. A key's time is cut into numbered windows, an hour long or up to midnight, so that every period is a run of windows.
  `CREATE TABLE key_budget (
    api_key_id bigint NOT NULL,
    time_zone text NOT NULL,
    window_no integer NOT NULL DEFAULT 0,
    window_end timestamptz NOT NULL DEFAULT '-infinity',
    quota_limit bigint, quota_taken bigint NOT NULL DEFAULT 0, quota_first integer NOT NULL DEFAULT 1,
    hour_limit bigint, hour_taken bigint NOT NULL DEFAULT 0, hour_first integer NOT NULL DEFAULT 1,
    day_limit bigint, day_taken bigint NOT NULL DEFAULT 0, day_first integer NOT NULL DEFAULT 1,
    week_limit bigint, week_taken bigint NOT NULL DEFAULT 0, week_first integer NOT NULL DEFAULT 1,
    month_limit bigint, month_taken bigint NOT NULL DEFAULT 0, month_first integer NOT NULL DEFAULT 1,
    hour_start timestamptz NOT NULL DEFAULT '-infinity',
    day_start timestamptz NOT NULL DEFAULT '-infinity',
    week_start timestamptz NOT NULL DEFAULT '-infinity',
    month_start timestamptz NOT NULL DEFAULT '-infinity',
    CONSTRAINT key_budget_pkey PRIMARY KEY (api_key_id),
    CONSTRAINT key_budget_api_key_fkey FOREIGN KEY (api_key_id) REFERENCES api_key (id),
    CONSTRAINT key_budget_taken_not_negative CHECK (least(quota_taken, hour_taken, day_taken, week_taken, month_taken) >= 0),
    CONSTRAINT key_budget_limit_not_negative CHECK (least(quota_limit, hour_limit, day_limit, week_limit, month_limit) >= 0)
  ) WITH (fillfactor = 50)`,
  // What a key has been charged in its life, budget or not. No foreign key: a settle must not wait for an administrator's lock.
  `CREATE TABLE key_spend (
    api_key_id bigint NOT NULL,
    points bigint NOT NULL,
    CONSTRAINT key_spend_pkey PRIMARY KEY (api_key_id)
  ) WITH (fillfactor = 50)`,
];

const HOLDS = [
  // Points that were moved out of an account (and taken from a key's budgets) until they are charged or given back. The owner numbers
  // its holds and never uses a number again. A hold without budget belongs to no key and to window 0.
  `CREATE TABLE hold (
    owner_id uuid NOT NULL,
    hold_no bigint NOT NULL,
    account_id bigint NOT NULL,
    api_key_id bigint,
    window_no integer NOT NULL,
    points bigint NOT NULL,
    CONSTRAINT hold_pkey PRIMARY KEY (owner_id, hold_no),
    CONSTRAINT hold_points_not_negative CHECK (points >= 0)
  ) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000)`,
  `CREATE INDEX hold_account ON hold (account_id)`,
  `CREATE INDEX hold_api_key ON hold (api_key_id) WHERE api_key_id IS NOT NULL`,
];

const CHARGES = [
  // Who paid: the hold; the account directly, as the hold was gone; nobody (the row then bars any later charge of this request).
  `CREATE TYPE charge_funding AS ENUM ('hold', 'account', 'refused')`,
  // The usage log, append-only, one row per request. Ordered by time through the UUIDv7, partitioned by month. Dialect, outcome and
  // usage source are the numbers of @tokenbay/protocol.
  `CREATE TABLE charge (
    request_id uuid NOT NULL,
    account_id bigint NOT NULL,
    api_key_id bigint NOT NULL,
    points bigint NOT NULL,
    held bigint NOT NULL,
    uncollected bigint NOT NULL,
    channel_id bigint,
    window_no integer NOT NULL,
    price_version integer NOT NULL,
    latency_ms integer NOT NULL,
    first_byte_ms integer,
    input_tokens integer NOT NULL,
    cached_input_tokens integer NOT NULL,
    cache_write_tokens integer NOT NULL,
    output_tokens integer NOT NULL,
    reasoning_tokens integer NOT NULL,
    funding charge_funding NOT NULL,
    status smallint NOT NULL,
    dialect smallint NOT NULL,
    outcome smallint NOT NULL,
    usage_source smallint NOT NULL,
    stream boolean NOT NULL,
    model text NOT NULL,
    code text,
    receipt json NOT NULL,
    CONSTRAINT charge_pkey PRIMARY KEY (request_id),
    CONSTRAINT charge_points_within_hold CHECK (points BETWEEN 0 AND held),
    CONSTRAINT charge_uncollected_not_negative CHECK (uncollected >= 0)
  ) PARTITION BY RANGE (request_id)`,
  `CREATE INDEX charge_account_request ON charge (account_id, request_id)`,
  `CREATE TABLE charge_other PARTITION OF charge DEFAULT`,
];

const PARTITIONS = [
  `CREATE FUNCTION charge_first_id(p_at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT rpad(lpad(to_hex(floor(extract(epoch FROM p_at) * 1000)::bigint), 12, '0'), 32, '0')::uuid
  $$`,
  // Sees to it that charges of this month and the next two have a partition. Attached, not created in place: that locks no charge out.
  `CREATE FUNCTION charge_prepare_partitions() RETURNS void LANGUAGE plpgsql SET lock_timeout = '2s' SET TimeZone = 'UTC' AS $$
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
  `SELECT charge_prepare_partitions()`,
];

const WINDOWS = [
  // When the calendar period that contains an instant ends, in a time zone; weeks begin on Monday.
  `CREATE FUNCTION points_period_end(p_period text, p_at timestamptz, p_time_zone text) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE p_period
      WHEN 'hour' THEN date_trunc('hour', p_at, p_time_zone) + interval '1 hour'
      ELSE (date_trunc(p_period, p_at AT TIME ZONE p_time_zone) + ('1 ' || p_period)::interval) AT TIME ZONE p_time_zone
    END
  $$`,
  // A budget as it stands at an instant: once its window is over the next one has begun, and periods that ended are empty. A period
  // never begins earlier than it already did, whatever the clock or a change of time zone says.
  `CREATE FUNCTION points_at(b key_budget, p_now timestamptz) RETURNS key_budget LANGUAGE plpgsql STABLE AS $$
  DECLARE
    v_hour timestamptz := date_trunc('hour', p_now, b.time_zone);
    v_day timestamptz := date_trunc('day', p_now, b.time_zone);
    v_week timestamptz := date_trunc('week', p_now, b.time_zone);
    v_month timestamptz := date_trunc('month', p_now, b.time_zone);
  BEGIN
    IF p_now < b.window_end THEN RETURN b; END IF;
    b.window_no := b.window_no + 1;
    b.window_end := least(v_hour + interval '1 hour', points_period_end('day', p_now, b.time_zone));
    IF v_hour > b.hour_start THEN b.hour_start := v_hour; b.hour_first := b.window_no; b.hour_taken := 0; END IF;
    IF v_day > b.day_start THEN b.day_start := v_day; b.day_first := b.window_no; b.day_taken := 0; END IF;
    IF v_week > b.week_start THEN b.week_start := v_week; b.week_first := b.window_no; b.week_taken := 0; END IF;
    IF v_month > b.month_start THEN b.month_start := v_month; b.month_first := b.window_no; b.month_taken := 0; END IF;
    RETURN b;
  END
  $$`,
  // Begins a key's next window. The caller holds the row's lock.
  `CREATE FUNCTION points_roll(p_api_key_id bigint, p_now timestamptz) RETURNS key_budget LANGUAGE sql AS $$
    UPDATE key_budget b SET (window_no, window_end, hour_start, hour_first, hour_taken, day_start, day_first, day_taken,
        week_start, week_first, week_taken, month_start, month_first, month_taken)
      = (SELECT n.window_no, n.window_end, n.hour_start, n.hour_first, n.hour_taken, n.day_start, n.day_first, n.day_taken,
          n.week_start, n.week_first, n.week_taken, n.month_start, n.month_first, n.month_taken FROM points_at(b, p_now) AS n)
    WHERE b.api_key_id = p_api_key_id
    RETURNING b.*
  $$`,
  // Takes points from a key's budgets (negative: gives them back), each period only if the window belongs to it.
  `CREATE FUNCTION points_take_budget(p_api_key_id bigint, p_window_no integer, p_points bigint) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE key_budget SET
      quota_taken = quota_taken + CASE WHEN p_window_no >= quota_first THEN p_points ELSE 0 END,
      hour_taken = hour_taken + CASE WHEN p_window_no >= hour_first THEN p_points ELSE 0 END,
      day_taken = day_taken + CASE WHEN p_window_no >= day_first THEN p_points ELSE 0 END,
      week_taken = week_taken + CASE WHEN p_window_no >= week_first THEN p_points ELSE 0 END,
      month_taken = month_taken + CASE WHEN p_window_no >= month_first THEN p_points ELSE 0 END
    WHERE api_key_id = p_api_key_id;
  END
  $$`,
  // Gives points back to an account and to those periods of a key that still run.
  `CREATE FUNCTION points_give_back(p_account_id bigint, p_api_key_id bigint, p_window_no integer, p_points bigint) RETURNS void
    LANGUAGE plpgsql AS $$
  BEGIN
    IF p_points = 0 THEN RETURN; END IF;
    UPDATE point_account SET available = available + p_points WHERE account_id = p_account_id;
    IF p_window_no > 0 THEN PERFORM points_take_budget(p_api_key_id, p_window_no, -p_points); END IF;
  END
  $$`,
];

/**
 * Moves points from an account, and from a key's budgets where p_api_key_id is given, into a new hold: all of p_need, or what every
 * limit leaves of it if that is at least p_least, or nothing; and p_extra on top where that is at most a hundredth of what is then left.
 * The outcome says who refused, in the order of the contract: account, quota, period. `fenced`: this instance was declared dead and must
 * begin anew. Asynchronous commit: losing a reserve in a crash of
 * Postgres only gives points back, and a durable charge can never rest on a lost one.
 */
const RESERVE = `
  CREATE FUNCTION points_reserve(p_owner uuid, p_hold_no bigint, p_account_id bigint, p_api_key_id bigint, p_least bigint, p_need bigint,
      p_extra bigint DEFAULT 0, OUT outcome text, OUT granted bigint, OUT window_no integer, OUT retry_after_seconds integer)
    LANGUAGE plpgsql ${HOT} AS $$
  #variable_conflict use_column
  DECLARE
    v_budget key_budget;
    v_now timestamptz;
    v_account_room bigint;
    v_quota_room bigint;
    v_period_room bigint;
  BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM pg_advisory_xact_lock_shared(points_fence(p_owner));
    PERFORM FROM gateway_instance WHERE instance_id = p_owner AND state = 'live';
    IF NOT FOUND THEN outcome := 'fenced'; RETURN; END IF;

    SELECT available INTO v_account_room FROM point_account WHERE account_id = p_account_id FOR NO KEY UPDATE;
    v_account_room := coalesce(v_account_room, 0);
    IF v_account_room < p_least THEN outcome := 'account'; RETURN; END IF;

    window_no := 0;
    IF p_api_key_id IS NOT NULL THEN
      SELECT * INTO v_budget FROM key_budget WHERE api_key_id = p_api_key_id FOR NO KEY UPDATE;
      v_now := clock_timestamp();
      IF v_budget.window_end <= v_now THEN v_budget := points_roll(p_api_key_id, v_now); END IF;
      window_no := coalesce(v_budget.window_no, 0);
      v_quota_room := v_budget.quota_limit - v_budget.quota_taken;
      v_period_room := least(v_budget.hour_limit - v_budget.hour_taken, v_budget.day_limit - v_budget.day_taken,
        v_budget.week_limit - v_budget.week_taken, v_budget.month_limit - v_budget.month_taken);
      IF v_quota_room < p_least THEN outcome := 'quota'; RETURN; END IF;
      IF v_period_room < p_least THEN
        outcome := 'period';
        SELECT ceil(extract(epoch FROM max(points_period_end(p.period, greatest(p.start, v_now), v_budget.time_zone)) - v_now))
          INTO retry_after_seconds
          FROM (VALUES ('hour', v_budget.hour_limit - v_budget.hour_taken, v_budget.hour_start),
                       ('day', v_budget.day_limit - v_budget.day_taken, v_budget.day_start),
                       ('week', v_budget.week_limit - v_budget.week_taken, v_budget.week_start),
                       ('month', v_budget.month_limit - v_budget.month_taken, v_budget.month_start)) AS p (period, room, start)
          WHERE p.room < p_least;
        RETURN;
      END IF;
    END IF;

    outcome := 'granted';
    granted := least(p_need, v_account_room, v_quota_room, v_period_room);
    IF p_extra * 100 <= least(v_account_room, v_quota_room, v_period_room) - granted THEN granted := granted + p_extra; END IF;
    UPDATE point_account SET available = available - granted WHERE account_id = p_account_id;
    IF window_no > 0 THEN PERFORM points_take_budget(p_api_key_id, window_no, granted); END IF;
    INSERT INTO hold (owner_id, hold_no, account_id, api_key_id, window_no, points)
      VALUES (p_owner, p_hold_no, p_account_id, CASE WHEN window_no > 0 THEN p_api_key_id END, window_no, granted);
  END
  $$`;

const SETTLE = [
  // Decides, for a request whose hold is gone, who pays, and takes the points: the account, if it and every budget can still bear the
  // whole amount and no limited period ended since admission; otherwise nobody. Null: the request was booked before.
  `CREATE FUNCTION points_pay_directly(p_request_id uuid, p_account_id bigint, p_api_key_id bigint, p_window_no integer, p_points bigint)
    RETURNS charge_funding LANGUAGE plpgsql AS $$
  DECLARE
    v_budget key_budget;
  BEGIN
    PERFORM FROM point_account WHERE account_id = p_account_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM charge WHERE request_id = p_request_id) THEN RETURN NULL; END IF;
    IF p_window_no > 0 THEN
      SELECT * INTO v_budget FROM key_budget WHERE api_key_id = p_api_key_id FOR NO KEY UPDATE;
      IF p_points > least(CASE WHEN p_window_no >= v_budget.quota_first THEN v_budget.quota_limit - v_budget.quota_taken END,
            v_budget.hour_limit - v_budget.hour_taken, v_budget.day_limit - v_budget.day_taken,
            v_budget.week_limit - v_budget.week_taken, v_budget.month_limit - v_budget.month_taken)
          OR p_window_no < greatest(CASE WHEN v_budget.hour_limit IS NOT NULL THEN v_budget.hour_first END,
            CASE WHEN v_budget.day_limit IS NOT NULL THEN v_budget.day_first END,
            CASE WHEN v_budget.week_limit IS NOT NULL THEN v_budget.week_first END,
            CASE WHEN v_budget.month_limit IS NOT NULL THEN v_budget.month_first END)
        THEN RETURN 'refused'; END IF;
    END IF;
    UPDATE point_account SET available = available - p_points WHERE account_id = p_account_id AND available >= p_points;
    IF NOT FOUND THEN RETURN 'refused'; END IF;
    IF p_window_no > 0 THEN PERFORM points_take_budget(p_api_key_id, p_window_no, p_points); END IF;
    RETURN 'account';
  END
  $$`,
  /* Books one request for ever: charges min(cost, held), nothing where it failed (p_is_free), gives the rest of the hold back and
     removes the hold. A request that was booked before stays as it was and is answered as it stands, with repeated = true. */
  `CREATE FUNCTION points_settle(p_owner uuid, p_hold_no bigint, p_held bigint, p_window_no integer, p_is_free boolean, p_cost bigint,
      p_request_id uuid, p_account_id bigint, p_api_key_id bigint, p_model text, p_channel_id bigint, p_dialect smallint, p_stream boolean,
      p_status smallint, p_code text, p_outcome smallint, p_input_tokens integer, p_cached_input_tokens integer, p_cache_write_tokens integer,
      p_output_tokens integer, p_reasoning_tokens integer, p_usage_source smallint, p_price_version integer, p_latency_ms integer,
      p_first_byte_ms integer, p_receipt json,
      OUT funding charge_funding, OUT points bigint, OUT uncollected bigint, OUT repeated boolean)
    LANGUAGE plpgsql ${HOT} AS $$
  #variable_conflict use_variable
  DECLARE
    v_held bigint;
  BEGIN
    PERFORM set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off';
    DELETE FROM hold h WHERE h.owner_id = p_owner AND h.hold_no = p_hold_no RETURNING h.points INTO v_held;
    points := CASE WHEN p_is_free THEN 0 ELSE least(p_cost, coalesce(v_held, p_held)) END;
    funding := 'hold';
    IF v_held IS NULL AND points > 0 THEN
      funding := points_pay_directly(p_request_id, p_account_id, p_api_key_id, p_window_no, points);
      IF funding = 'refused' THEN points := 0; END IF;
    END IF;
    uncollected := p_cost - points;

    IF funding IS NOT NULL THEN
      INSERT INTO charge (request_id, account_id, api_key_id, points, held, uncollected, channel_id, window_no, price_version, latency_ms,
          first_byte_ms, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, funding, status, dialect,
          outcome, usage_source, stream, model, code, receipt)
        VALUES (p_request_id, p_account_id, p_api_key_id, points, coalesce(v_held, p_held), uncollected, p_channel_id, p_window_no,
          p_price_version, p_latency_ms, p_first_byte_ms, p_input_tokens, p_cached_input_tokens, p_cache_write_tokens, p_output_tokens,
          p_reasoning_tokens, funding, p_status, p_dialect, p_outcome, p_usage_source, p_stream, p_model, p_code, p_receipt)
        ON CONFLICT DO NOTHING;
      repeated := NOT FOUND;
    ELSE
      repeated := true;
    END IF;

    IF repeated THEN
      IF funding = 'account' THEN RAISE EXCEPTION 'request % was booked meanwhile', p_request_id USING ERRCODE = 'serialization_failure'; END IF;
      SELECT c.funding, c.points, c.uncollected INTO funding, points, uncollected FROM charge c WHERE c.request_id = p_request_id;
      PERFORM points_give_back(p_account_id, p_api_key_id, p_window_no, coalesce(v_held, 0));
      RETURN;
    END IF;
    PERFORM points_give_back(p_account_id, p_api_key_id, p_window_no, v_held - points) WHERE v_held > points;
    IF points > 0 THEN
      UPDATE key_spend s SET points = s.points + points_settle.points WHERE s.api_key_id = p_api_key_id;
      IF NOT FOUND THEN
        INSERT INTO key_spend AS s VALUES (p_api_key_id, points)
          ON CONFLICT (api_key_id) DO UPDATE SET points = s.points + excluded.points;
      END IF;
    END IF;
  END
  $$`,
];

/** Gives a hold back whole. Answers its points, or null where there is no such hold (any more). */
const RELEASE = `
  CREATE FUNCTION points_release(p_owner uuid, p_hold_no bigint) RETURNS bigint LANGUAGE plpgsql ${HOT} AS $$
  DECLARE
    v_hold hold;
  BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    DELETE FROM hold WHERE owner_id = p_owner AND hold_no = p_hold_no RETURNING * INTO v_hold;
    PERFORM points_give_back(v_hold.account_id, v_hold.api_key_id, v_hold.window_no, v_hold.points) WHERE v_hold.points > 0;
    RETURN v_hold.points;
  END
  $$`;

const REAP = [
  // Ends an instance, in a clean stop ('stopped') or by the reaper ('dead'), and gives back everything it holds. Waits for its open
  // reserves; later ones are fenced. Answers how many points came back.
  `CREATE FUNCTION points_reap(p_instance uuid, p_state text) RETURNS bigint LANGUAGE plpgsql ${HOT} AS $$
  DECLARE
    v_account bigint[];
    v_key bigint[];
    v_window integer[];
    v_points bigint[];
    v_back record;
  BEGIN
    PERFORM pg_advisory_xact_lock(points_fence(p_instance));
    UPDATE gateway_instance SET state = p_state, ended_at = clock_timestamp() WHERE instance_id = p_instance AND state = 'live';
    DELETE FROM gateway_lease WHERE instance_id = p_instance;
    PERFORM FROM hold WHERE owner_id = p_instance ORDER BY hold_no FOR UPDATE;
    WITH gone AS (DELETE FROM hold WHERE owner_id = p_instance RETURNING account_id, api_key_id, window_no, points)
      SELECT array_agg(account_id), array_agg(api_key_id), array_agg(window_no), array_agg(points)
        INTO v_account, v_key, v_window, v_points FROM gone;

    PERFORM FROM point_account WHERE account_id = ANY (v_account) ORDER BY account_id FOR NO KEY UPDATE;
    PERFORM FROM key_budget WHERE api_key_id = ANY (v_key) ORDER BY api_key_id FOR NO KEY UPDATE;
    UPDATE point_account a SET available = a.available + back.points
      FROM (SELECT account_id, sum(points)::bigint AS points FROM unnest(v_account, v_points) AS u (account_id, points) GROUP BY 1) AS back
      WHERE a.account_id = back.account_id;
    FOR v_back IN
      SELECT api_key_id, window_no, sum(points)::bigint AS points
        FROM unnest(v_key, v_window, v_points) AS u (api_key_id, window_no, points) WHERE window_no > 0 GROUP BY 1, 2
    LOOP
      PERFORM points_take_budget(v_back.api_key_id, v_back.window_no, -v_back.points);
    END LOOP;
    RETURN coalesce((SELECT sum(p) FROM unnest(v_points) AS p), 0);
  END
  $$`,
  // Ends the instance whose lease ran out first; one process of all at a time. Answers its id, or null where there is nothing to do.
  `CREATE FUNCTION points_reap_next() RETURNS uuid LANGUAGE plpgsql AS $$
  DECLARE
    v_instance uuid;
  BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('points_reap_next', 0)) THEN RETURN NULL; END IF;
    DELETE FROM gateway_instance WHERE state <> 'live' AND ended_at < clock_timestamp() - interval '7 days';
    SELECT instance_id INTO v_instance FROM gateway_lease WHERE lease_until < clock_timestamp() ORDER BY lease_until LIMIT 1;
    IF FOUND THEN PERFORM points_reap(v_instance, 'dead'); END IF;
    RETURN v_instance;
  END
  $$`,
];

/**
 * Adds points to an account (negative: takes them) once per idempotency key. applied · repeated (the entry of the first time) ·
 * unknown (no such account) · insufficient (it would fall below zero) · excessive (it would own more than is exact in JSON).
 */
const CREDIT = `
  CREATE FUNCTION points_credit(p_account_id bigint, p_amount bigint, p_reason text, p_idempotency_key text, OUT outcome text, OUT entry point_entry)
    LANGUAGE plpgsql AS $$
  DECLARE
    v_available bigint;
  BEGIN
    SELECT available INTO v_available FROM point_account WHERE account_id = p_account_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN outcome := 'unknown'; RETURN; END IF;
    SELECT * INTO entry FROM point_entry WHERE account_id = p_account_id AND idempotency_key = p_idempotency_key;
    IF FOUND THEN outcome := 'repeated'; RETURN; END IF;
    IF v_available + p_amount < 0 THEN outcome := 'insufficient'; RETURN; END IF;
    IF v_available + p_amount + (SELECT coalesce(sum(points), 0) FROM hold WHERE account_id = p_account_id) > 9007199254740991
      THEN outcome := 'excessive'; RETURN; END IF;
    UPDATE point_account SET available = available + p_amount WHERE account_id = p_account_id;
    INSERT INTO point_entry (account_id, amount, available_after, reason, idempotency_key)
      VALUES (p_account_id, p_amount, v_available + p_amount, p_reason, p_idempotency_key) RETURNING * INTO entry;
    outcome := 'applied';
  END
  $$`;

/**
 * Replaces a key's limits (null: none) and time zone. A limit that was not there before counts from now on, through a window of its
 * own; one that merely changes keeps what it has counted. A new time zone lets every period that runs go on until its end there.
 */
const SET_BUDGET = `
  CREATE FUNCTION points_set_budget(p_api_key_id bigint, p_time_zone text, p_quota bigint, p_hour bigint, p_day bigint, p_week bigint, p_month bigint)
    RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    b key_budget;
    v_now timestamptz := clock_timestamp();
  BEGIN
    INSERT INTO key_budget (api_key_id, time_zone) VALUES (p_api_key_id, p_time_zone) ON CONFLICT DO NOTHING;
    SELECT * INTO b FROM key_budget WHERE api_key_id = p_api_key_id FOR NO KEY UPDATE;
    b := points_roll(p_api_key_id, v_now);
    b.window_no := b.window_no + 1;
    IF b.quota_limit IS NULL AND p_quota IS NOT NULL THEN b.quota_first := b.window_no; b.quota_taken := 0; END IF;
    IF b.hour_limit IS NULL AND p_hour IS NOT NULL THEN b.hour_first := b.window_no; b.hour_taken := 0; END IF;
    IF b.day_limit IS NULL AND p_day IS NOT NULL THEN b.day_first := b.window_no; b.day_taken := 0; END IF;
    IF b.week_limit IS NULL AND p_week IS NOT NULL THEN b.week_first := b.window_no; b.week_taken := 0; END IF;
    IF b.month_limit IS NULL AND p_month IS NOT NULL THEN b.month_first := b.window_no; b.month_taken := 0; END IF;
    UPDATE key_budget SET time_zone = p_time_zone, window_no = b.window_no, window_end = '-infinity',
        quota_limit = p_quota, quota_first = b.quota_first, quota_taken = b.quota_taken,
        hour_limit = p_hour, hour_first = b.hour_first, hour_taken = b.hour_taken,
        day_limit = p_day, day_first = b.day_first, day_taken = b.day_taken,
        week_limit = p_week, week_first = b.week_first, week_taken = b.week_taken,
        month_limit = p_month, month_first = b.month_first, month_taken = b.month_taken,
        hour_start = greatest(b.hour_start, date_trunc('hour', v_now, p_time_zone)),
        day_start = greatest(b.day_start, date_trunc('day', v_now, p_time_zone)),
        week_start = greatest(b.week_start, date_trunc('week', v_now, p_time_zone)),
        month_start = greatest(b.month_start, date_trunc('month', v_now, p_time_zone))
      WHERE api_key_id = p_api_key_id;
  END
  $$`;

/** What people are shown of a key's limits: what was used and what is held in the period that runs now. */
const KEY_BUDGET_NOW = `
  CREATE VIEW key_budget_now AS
    SELECT b.api_key_id, p.period, p.points_limit, p.taken - h.held AS used, h.held, p.resets_at
    FROM key_budget AS k
    CROSS JOIN LATERAL points_at(k, clock_timestamp()) AS b
    CROSS JOIN LATERAL (VALUES
      ('quota', b.quota_limit, b.quota_taken, b.quota_first, NULL::timestamptz),
      ('hour', b.hour_limit, b.hour_taken, b.hour_first, points_period_end('hour', greatest(b.hour_start, clock_timestamp()), b.time_zone)),
      ('day', b.day_limit, b.day_taken, b.day_first, points_period_end('day', greatest(b.day_start, clock_timestamp()), b.time_zone)),
      ('week', b.week_limit, b.week_taken, b.week_first, points_period_end('week', greatest(b.week_start, clock_timestamp()), b.time_zone)),
      ('month', b.month_limit, b.month_taken, b.month_first, points_period_end('month', greatest(b.month_start, clock_timestamp()), b.time_zone))
    ) AS p (period, points_limit, taken, first, resets_at)
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(points), 0)::bigint AS held FROM hold WHERE api_key_id = k.api_key_id AND window_no >= p.first
    ) AS h
    WHERE p.points_limit IS NOT NULL`;

/** Each view is one statement, so one snapshot: every difference must be zero, every other view empty. */
const AUDIT = [
  `CREATE VIEW points_audit_account AS
    SELECT a.account_id, coalesce(e.total, 0) AS entries, coalesce(c.total, 0) AS charges, a.available, coalesce(h.total, 0) AS held,
      coalesce(e.total, 0) - coalesce(c.total, 0) - a.available - coalesce(h.total, 0) AS difference
    FROM point_account AS a
    LEFT JOIN (SELECT account_id, sum(amount) AS total FROM point_entry GROUP BY 1) AS e USING (account_id)
    LEFT JOIN (SELECT account_id, sum(points) AS total FROM charge GROUP BY 1) AS c USING (account_id)
    LEFT JOIN (SELECT account_id, sum(points) AS total FROM hold GROUP BY 1) AS h USING (account_id)`,
  `CREATE VIEW points_audit_budget AS
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
  `CREATE VIEW points_audit_spend AS
    SELECT api_key_id, coalesce(s.points, 0) - coalesce(c.points, 0) AS difference
    FROM key_spend AS s FULL JOIN (SELECT api_key_id, sum(points) AS points FROM charge WHERE points > 0 GROUP BY 1) AS c USING (api_key_id)`,
  `CREATE VIEW points_audit_hold AS
    SELECT h.* FROM hold AS h LEFT JOIN gateway_instance AS i ON i.instance_id = h.owner_id WHERE i.state IS DISTINCT FROM 'live'`,
];

const DOWN = [
  'DROP VIEW points_audit_hold, points_audit_spend, points_audit_budget, points_audit_account, key_budget_now',
  `DROP FUNCTION points_set_budget, points_credit, points_reap_next, points_reap, points_release, points_settle, points_pay_directly,
    points_reserve, points_give_back, points_take_budget, points_roll, points_at, points_period_end, charge_prepare_partitions,
    charge_first_id, points_fence`,
  'DROP TABLE charge, hold, key_spend, key_budget, point_entry, point_account, gateway_lease, gateway_instance',
  'DROP TYPE charge_funding',
];
