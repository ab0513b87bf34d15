import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The ledger: balances, budgets, holds, charges, and the functions that move points between them.
 *
 * Locks are taken in one order everywhere, or two functions deadlock: instance (advisory) → own holds by number → accounts by id →
 * budgets by key → charges by request id → spend by key. Holds come before accounts, so that no account is locked by whoever waits for a
 * settle to reach the disk. What the hot path calls takes whole batches as arrays and pins its plans: a plan made while tables were empty
 * must not survive into a full one, and none may be made anew for every call.
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
const HOT =
  'SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off';

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
  // write the instance's row, and so the log, with every batch.
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
  // What a key has been charged in its life, budget or not: the sum over its slots. A process always writes the same slot, so that
  // processes that charge one key rarely wait for each other's commits. No foreign key: a settle must not wait for an administrator.
  `CREATE TABLE key_spend (
    api_key_id bigint NOT NULL,
    slot smallint NOT NULL,
    points bigint NOT NULL,
    CONSTRAINT key_spend_pkey PRIMARY KEY (api_key_id, slot)
  ) WITH (fillfactor = 50)`,
];

const HOLDS = [
  // Points that were moved out of an account (and taken from a key's budgets) into the hands of one process, until they are charged or
  // given back. One hold serves all keys of an account that have no budget, in window 0; a key with budgets has its own, one for each
  // window. The owner numbers its holds and never uses a number again. The last reserve that was applied, and what it gave, make a
  // repeated reserve harmless.
  `CREATE TABLE hold (
    owner_id uuid NOT NULL,
    hold_no bigint NOT NULL,
    account_id bigint NOT NULL,
    api_key_id bigint,
    window_no integer NOT NULL,
    points bigint NOT NULL,
    sequence integer NOT NULL DEFAULT 0,
    last_grant bigint NOT NULL DEFAULT 0,
    CONSTRAINT hold_pkey PRIMARY KEY (owner_id, hold_no),
    CONSTRAINT hold_points_not_negative CHECK (points >= 0)
  ) WITH (fillfactor = 50)`,
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
  // One row at a time, here and below: an update that joins would be planned for tables of another size.
  // Takes points from budgets (negative: gives them back), from each period only what its windows were asked for. The caller holds the
  // rows' locks; lines without window belong to no budget.
  `CREATE FUNCTION points_take_budgets(p_api_key_id bigint[], p_window_no integer[], p_points bigint[]) RETURNS void
    LANGUAGE plpgsql ${HOT} AS $$
  DECLARE
    r record;
  BEGIN
    FOR r IN
      SELECT api_key_id, window_no, sum(points)::bigint AS points FROM unnest(p_api_key_id, p_window_no, p_points) AS u (api_key_id, window_no, points)
        WHERE window_no > 0 GROUP BY 1, 2 ORDER BY 1, 2
    LOOP
      UPDATE key_budget SET
        quota_taken = quota_taken + CASE WHEN r.window_no >= quota_first THEN r.points ELSE 0 END,
        hour_taken = hour_taken + CASE WHEN r.window_no >= hour_first THEN r.points ELSE 0 END,
        day_taken = day_taken + CASE WHEN r.window_no >= day_first THEN r.points ELSE 0 END,
        week_taken = week_taken + CASE WHEN r.window_no >= week_first THEN r.points ELSE 0 END,
        month_taken = month_taken + CASE WHEN r.window_no >= month_first THEN r.points ELSE 0 END
      WHERE api_key_id = r.api_key_id;
    END LOOP;
  END
  $$`,
  // Gives points back to accounts and to those periods of keys that still run. The caller holds the locks.
  `CREATE FUNCTION points_give_back(p_account_id bigint[], p_api_key_id bigint[], p_window_no integer[], p_points bigint[]) RETURNS void
    LANGUAGE plpgsql ${HOT} AS $$
  DECLARE
    r record;
  BEGIN
    FOR r IN SELECT u.account_id, sum(u.points)::bigint AS points FROM unnest(p_account_id, p_points) AS u (account_id, points) GROUP BY 1 ORDER BY 1 LOOP
      UPDATE point_account SET available = available + r.points WHERE account_id = r.account_id AND r.points > 0;
    END LOOP;
    IF 0 < ANY (p_window_no) THEN
      PERFORM points_take_budgets(p_api_key_id, p_window_no, ARRAY(SELECT -x FROM unnest(p_points) WITH ORDINALITY AS u (x, n) ORDER BY n));
    END IF;
  END
  $$`,
];

/**
 * Moves points between accounts (with key budgets, where p_api_key_id says so) and holds of one process, many holds in one round trip.
 *
 * need ≥ 0: as much of it as every limit allows, all limits alike, or nothing if that is under `least`; `tip` on top where that is at most
 * a hundredth of what is then left; and, lent ahead, at most `extra` and one part in `share` of what is left after `need`, and nothing
 * under `unit`. need < 0: gives that much back. No row at all: this instance was
 * declared dead. Otherwise one row for each hold:
 * outcome `granted` (what moved is in granted, possibly 0) · `window` (the hold's window is over, open another hold) · `sequence` (not the
 * next reserve of this hold, read it again). A sequence that was applied already is answered with what it gave then. …_left is what each
 * limit leaves after this row, null where there is none; window_ms tells how long the hold may be used from when the reserve was sent.
 * Asynchronous commit: losing a reserve in a crash of Postgres only gives points back, and a durable charge can never rest on a lost one.
 */
const RESERVE = `
  CREATE FUNCTION points_reserve(p_owner uuid, p_hold_no bigint[], p_sequence integer[], p_account_id bigint[], p_api_key_id bigint[],
      p_least bigint[], p_need bigint[], p_tip bigint[], p_extra bigint[], p_unit bigint[],
      p_share integer[])
    RETURNS TABLE (hold_no bigint, outcome text, granted bigint, account_left bigint, quota_left bigint, period_left bigint,
      window_no integer, window_ms integer, retry_after_seconds integer)
    LANGUAGE plpgsql ${HOT} AS $$
  #variable_conflict use_column
  DECLARE
    r record;
    v_now timestamptz;
    v_key bigint;
    v_room bigint;
    v_extra bigint;
    v_written integer;
    v_account_id bigint := -1;
    v_account_left bigint;
    v_api_key_id bigint := -1;
    v_quota_left bigint;
    v_period_left bigint;
    w_hold bigint[];
    w_sequence integer[];
    w_account bigint[];
    w_key bigint[];
    w_window integer[];
    w_grant bigint[];
  BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM pg_advisory_xact_lock_shared(points_fence(p_owner));
    PERFORM FROM gateway_instance WHERE instance_id = p_owner AND state = 'live';
    IF NOT FOUND THEN RETURN; END IF;
    PERFORM FROM hold AS h WHERE h.owner_id = p_owner AND h.hold_no = ANY (p_hold_no) ORDER BY h.hold_no FOR NO KEY UPDATE;
    PERFORM FROM point_account WHERE account_id = ANY (p_account_id) ORDER BY account_id FOR NO KEY UPDATE;
    IF p_api_key_id IS NOT NULL THEN
      PERFORM FROM key_budget WHERE api_key_id = ANY (p_api_key_id) ORDER BY api_key_id FOR NO KEY UPDATE;
      v_now := clock_timestamp();
      FOR v_key IN SELECT api_key_id FROM key_budget WHERE api_key_id = ANY (p_api_key_id) AND window_end <= v_now LOOP
        PERFORM points_roll(v_key, v_now);
      END LOOP;
    END IF;

    FOR r IN
      SELECT q.*, coalesce(q.api_key_id, 0) AS key, coalesce(a.available, 0) AS available, h.account_id AS h_account,
        coalesce(h.api_key_id, 0) AS h_key, h.points, h.sequence AS h_sequence, h.last_grant,
        coalesce(h.window_no, b.window_no, 0) AS h_window, coalesce(b.window_no, 0) AS b_window,
        (extract(epoch FROM b.window_end - v_now) * 1000)::integer AS window_ms, b.quota_limit - b.quota_taken AS quota_left,
        least(b.hour_limit - b.hour_taken, b.day_limit - b.day_taken, b.week_limit - b.week_taken, b.month_limit - b.month_taken) AS period_left
      FROM unnest(p_hold_no, p_sequence, p_account_id, p_api_key_id, p_least, p_need, p_tip, p_extra, p_unit, p_share)
        AS q (hold_no, sequence, account_id, api_key_id, least, need, tip, extra, unit, share)
      LEFT JOIN LATERAL (SELECT available FROM point_account AS x WHERE x.account_id = q.account_id LIMIT 1) AS a ON true
      LEFT JOIN LATERAL (SELECT * FROM key_budget AS x WHERE x.api_key_id = q.api_key_id LIMIT 1) AS b ON true
      LEFT JOIN LATERAL (SELECT * FROM hold AS x WHERE x.owner_id = p_owner AND x.hold_no = q.hold_no LIMIT 1) AS h ON true
      ORDER BY q.account_id, key, q.hold_no
    LOOP
      IF r.account_id <> v_account_id THEN v_account_id := r.account_id; v_account_left := r.available; END IF;
      IF r.key <> v_api_key_id THEN v_api_key_id := r.key; v_quota_left := r.quota_left; v_period_left := r.period_left; END IF;
      hold_no := r.hold_no; window_no := r.h_window; window_ms := r.window_ms; granted := 0; retry_after_seconds := NULL;
      outcome := 'granted';
      IF r.h_sequence = r.sequence THEN granted := r.last_grant;
      ELSIF coalesce(r.h_sequence, 0) <> r.sequence - 1 OR r.h_account <> r.account_id OR r.h_account IS NOT NULL AND r.h_key <> r.key THEN
        outcome := 'sequence';
      ELSIF r.need >= 0 AND r.h_window <> r.b_window THEN outcome := 'window';
      ELSE
        IF r.need < 0 THEN granted := greatest(r.need, -coalesce(r.points, 0));
        ELSE
          -- Never of these three alone: least() ignores what is null, and an account that does not exist has none.
          v_room := least(v_account_left, v_quota_left, v_period_left);
          IF v_room >= r.least THEN
            granted := least(r.need, v_room);
            IF granted = r.need AND r.tip * 100 <= v_room - granted THEN granted := granted + r.tip; END IF;
            v_extra := least(r.extra, (v_room - granted) / greatest(r.share, 1));
            IF v_extra > 0 AND v_extra >= r.unit THEN granted := granted + v_extra; END IF;
          END IF;
        END IF;
        IF granted <> 0 THEN
          v_account_left := v_account_left - granted;
          -- What comes back may belong to a window or a period that is over: it is not lent again in this batch.
          v_quota_left := v_quota_left - greatest(granted, 0);
          v_period_left := v_period_left - greatest(granted, 0);
          w_hold := w_hold || r.hold_no; w_sequence := w_sequence || r.sequence; w_account := w_account || r.account_id;
          w_key := w_key || r.api_key_id; w_window := w_window || r.h_window; w_grant := w_grant || granted;
        END IF;
        IF granted < r.need AND v_period_left IS NOT NULL THEN
          SELECT ceil(extract(epoch FROM max(points_period_end(p.period, greatest(p.start, v_now), b.time_zone)) - v_now))
            INTO retry_after_seconds
            FROM key_budget AS b CROSS JOIN LATERAL
              (VALUES ('hour', b.hour_limit - b.hour_taken, b.hour_start), ('day', b.day_limit - b.day_taken, b.day_start),
                      ('week', b.week_limit - b.week_taken, b.week_start), ('month', b.month_limit - b.month_taken, b.month_start))
              AS p (period, room, start)
            WHERE b.api_key_id = r.api_key_id AND p.room < greatest(r.least, r.period_left + 1);
        END IF;
      END IF;
      account_left := v_account_left; quota_left := v_quota_left; period_left := v_period_left;
      RETURN NEXT;
    END LOOP;
    IF w_hold IS NULL THEN RETURN; END IF;

    FOR r IN SELECT u.account_id, sum(u.x)::bigint AS total FROM unnest(w_account, w_grant) AS u (account_id, x) GROUP BY 1 ORDER BY 1 LOOP
      UPDATE point_account SET available = available - r.total WHERE account_id = r.account_id;
    END LOOP;
    IF p_api_key_id IS NOT NULL THEN PERFORM points_take_budgets(w_key, w_window, w_grant); END IF;
    -- The constraint sees the proposed row even where it conflicts, hence the greatest().
    INSERT INTO hold AS h (owner_id, hold_no, account_id, api_key_id, window_no, points, sequence, last_grant)
      SELECT p_owner, u.hold_no, u.account_id, u.api_key_id, u.window_no, greatest(u.x, 0), u.sequence, u.x
        FROM unnest(w_hold, w_sequence, w_account, w_key, w_window, w_grant) AS u (hold_no, sequence, account_id, api_key_id, window_no, x)
        ORDER BY u.hold_no
      ON CONFLICT ON CONSTRAINT hold_pkey DO UPDATE
        SET points = h.points + excluded.last_grant, sequence = excluded.sequence, last_grant = excluded.last_grant
        WHERE h.sequence = excluded.sequence - 1;
    GET DIAGNOSTICS v_written = ROW_COUNT;
    IF v_written <> cardinality(w_hold) THEN RAISE EXCEPTION 'points_reserve: a hold moved underneath'; END IF;
  END
  $$`;

const SETTLE = [
  // Decides for the lines of a batch whose hold is gone, or smaller than all that is due from it, who pays, and takes the points: the
  // account, if it and every budget can still bear the whole amount and no limited period ended since admission; otherwise nobody. From
  // such a hold nothing goes back. The caller has locked holds, accounts and budgets.
  `CREATE FUNCTION points_fund_short(p_owner uuid, p_hold_no bigint[], p_back bigint[], p_request_id uuid[], p_account_id bigint[],
      p_api_key_id bigint[], p_window_no integer[], p_points bigint[], OUT fundings charge_funding[], OUT backs bigint[])
    LANGUAGE plpgsql AS $$
  DECLARE
    r record;
    v_budget key_budget;
    v_pays boolean;
  BEGIN
    fundings := array_fill('hold'::charge_funding, ARRAY[cardinality(p_request_id)]);
    backs := p_back;
    FOR r IN
      SELECT * FROM (
        SELECT *, sum(points + back) OVER (PARTITION BY hold_no) AS due
        FROM unnest(p_request_id, p_hold_no, p_back, p_account_id, p_api_key_id, p_window_no, p_points) WITH ORDINALITY
          AS l (request_id, hold_no, back, account_id, api_key_id, window_no, points, n)
        WHERE NOT EXISTS (SELECT FROM charge AS c WHERE c.request_id = l.request_id)
      ) AS l
      WHERE NOT EXISTS (SELECT FROM hold AS h
        WHERE h.owner_id = p_owner AND h.hold_no = l.hold_no AND h.account_id = l.account_id AND h.points >= l.due)
      ORDER BY n
    LOOP
      backs[r.n] := 0;
      CONTINUE WHEN r.points = 0;
      fundings[r.n] := 'refused';
      v_pays := true;
      IF r.window_no > 0 THEN
        SELECT * INTO v_budget FROM key_budget WHERE api_key_id = r.api_key_id;
        v_pays := NOT coalesce(r.points > least(CASE WHEN r.window_no >= v_budget.quota_first THEN v_budget.quota_limit - v_budget.quota_taken END,
              v_budget.hour_limit - v_budget.hour_taken, v_budget.day_limit - v_budget.day_taken,
              v_budget.week_limit - v_budget.week_taken, v_budget.month_limit - v_budget.month_taken), false)
          AND r.window_no >= coalesce(greatest(CASE WHEN v_budget.hour_limit IS NOT NULL THEN v_budget.hour_first END,
              CASE WHEN v_budget.day_limit IS NOT NULL THEN v_budget.day_first END,
              CASE WHEN v_budget.week_limit IS NOT NULL THEN v_budget.week_first END,
              CASE WHEN v_budget.month_limit IS NOT NULL THEN v_budget.month_first END), 0);
      END IF;
      CONTINUE WHEN NOT v_pays;
      UPDATE point_account SET available = available - r.points WHERE account_id = r.account_id AND available >= r.points;
      CONTINUE WHEN NOT FOUND;
      fundings[r.n] := 'account';
      IF r.window_no > 0 THEN PERFORM points_take_budgets(ARRAY[r.api_key_id], ARRAY[r.window_no], ARRAY[r.points]); END IF;
    END LOOP;
  END
  $$`,
  /* Books requests for ever, a batch of one process's: p_points from the hold are charged, p_back of it go back to account and budgets at
     once. A line that was paid so has no row in the answer; any other has one, with its place in the batch and how it stands in the books:
     paid by the account, as the hold was gone; refused, nothing was or will be charged; or booked before, whatever this line says.
     An account is locked only where points go back to it, or its hold is short: nobody else may wait for this commit. */
  `CREATE FUNCTION points_settle(p_owner uuid, p_hold_no bigint[], p_back bigint[], p_request_id uuid[], p_account_id bigint[],
      p_api_key_id bigint[], p_window_no integer[], p_points bigint[], p_held bigint[], p_uncollected bigint[], p_model text[],
      p_channel_id bigint[], p_dialect smallint[], p_stream boolean[], p_status smallint[], p_code text[], p_outcome smallint[],
      p_input_tokens integer[], p_cached_input_tokens integer[], p_cache_write_tokens integer[], p_output_tokens integer[],
      p_reasoning_tokens integer[], p_usage_source smallint[], p_price_version integer[], p_latency_ms integer[], p_first_byte_ms integer[],
      p_receipt json)
    RETURNS TABLE (n integer, funding charge_funding, points bigint, uncollected bigint, repeated boolean)
    LANGUAGE plpgsql ${HOT} AS $$
  #variable_conflict use_column
  DECLARE
    r record;
    v_short boolean;
    v_funding charge_funding[];
    v_back bigint[] := p_back;
    v_lent bigint[];
    v_fresh uuid[];
    v_hold bigint[] := p_hold_no;
    v_account bigint[] := p_account_id;
    v_key bigint[] := p_api_key_id;
    v_window integer[] := p_window_no;
    v_points bigint[] := p_points;
    v_due bigint[];
    v_slot smallint := abs(hashtext(p_owner::text) % 16);
  BEGIN
    PERFORM set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off';
    PERFORM FROM hold AS h WHERE h.owner_id = p_owner AND h.hold_no = ANY (p_hold_no) ORDER BY h.hold_no FOR NO KEY UPDATE;
    v_short := EXISTS (
      SELECT FROM (
        SELECT hold_no, account_id, sum(points + back) AS due FROM unnest(p_hold_no, p_account_id, p_points, p_back) AS l (hold_no, account_id, points, back)
        WHERE points + back > 0 GROUP BY 1, 2
      ) AS d
      LEFT JOIN LATERAL (SELECT h.points FROM hold AS h
        WHERE h.owner_id = p_owner AND h.hold_no = d.hold_no AND h.account_id = d.account_id LIMIT 1) AS h ON true
      WHERE h.points IS NULL OR h.points < d.due);
    IF v_short OR 0 < ANY (p_back) THEN
      v_lent := ARRAY(SELECT account_id FROM unnest(p_account_id, p_back) AS l (account_id, back) WHERE v_short OR back > 0);
      PERFORM FROM point_account WHERE account_id = ANY (v_lent) ORDER BY account_id FOR NO KEY UPDATE;
      v_lent := ARRAY(SELECT api_key_id FROM unnest(p_api_key_id, p_window_no, p_back) AS l (api_key_id, window_no, back)
        WHERE window_no > 0 AND (v_short OR back > 0));
      IF cardinality(v_lent) > 0 THEN
        PERFORM FROM key_budget WHERE api_key_id = ANY (v_lent) ORDER BY api_key_id FOR NO KEY UPDATE;
      END IF;
    END IF;
    IF v_short THEN
      SELECT s.fundings, s.backs INTO v_funding, v_back
        FROM points_fund_short(p_owner, p_hold_no, p_back, p_request_id, p_account_id, p_api_key_id, p_window_no, p_points) AS s;
    END IF;

    WITH fresh AS (
      INSERT INTO charge (request_id, account_id, api_key_id, points, held, uncollected, channel_id, window_no, price_version, latency_ms,
          first_byte_ms, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, funding, status, dialect,
          outcome, usage_source, stream, model, code, receipt)
        SELECT request_id, account_id, api_key_id, CASE WHEN funding = 'refused' THEN 0 ELSE points END, held,
          CASE WHEN funding = 'refused' THEN uncollected + points ELSE uncollected END, channel_id, window_no, price_version, latency_ms,
          first_byte_ms, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, coalesce(funding, 'hold'),
          status, dialect, outcome, usage_source, stream, model, code, receipt
        FROM ROWS FROM (unnest(p_request_id), unnest(p_account_id), unnest(p_api_key_id), unnest(p_points), unnest(p_held),
            unnest(p_uncollected), unnest(p_channel_id), unnest(p_window_no), unnest(p_price_version), unnest(p_latency_ms),
            unnest(p_first_byte_ms), unnest(p_input_tokens), unnest(p_cached_input_tokens), unnest(p_cache_write_tokens),
            unnest(p_output_tokens), unnest(p_reasoning_tokens), unnest(v_funding), unnest(p_status), unnest(p_dialect), unnest(p_outcome),
            unnest(p_usage_source), unnest(p_stream), unnest(p_model), unnest(p_code), json_array_elements(p_receipt))
          AS l (request_id, account_id, api_key_id, points, held, uncollected, channel_id, window_no, price_version, latency_ms,
            first_byte_ms, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, funding, status, dialect,
            outcome, usage_source, stream, model, code, receipt)
        ORDER BY request_id
      ON CONFLICT DO NOTHING RETURNING request_id
    )
    SELECT coalesce(array_agg(request_id), '{}') INTO v_fresh FROM fresh;

    IF v_short OR cardinality(v_fresh) < cardinality(p_request_id) THEN
      IF (SELECT count(*) > count(DISTINCT request_id) FROM unnest(p_request_id) AS l (request_id)) THEN
        RAISE EXCEPTION 'a request stands twice in one batch';
      END IF;
      IF EXISTS (SELECT FROM unnest(p_request_id, v_funding) AS l (request_id, funding) WHERE funding = 'account' AND request_id <> ALL (v_fresh))
        THEN RAISE EXCEPTION 'a request was booked meanwhile' USING ERRCODE = 'serialization_failure'; END IF;
      RETURN QUERY
        SELECT l.n::integer, c.funding, c.points, c.uncollected, l.request_id <> ALL (v_fresh)
          FROM unnest(p_request_id) WITH ORDINALITY AS l (request_id, n)
          CROSS JOIN LATERAL (SELECT x.funding, x.points, x.uncollected FROM charge AS x WHERE x.request_id = l.request_id LIMIT 1) AS c
          WHERE c.funding <> 'hold' OR l.request_id <> ALL (v_fresh);
      SELECT array_agg(hold_no), array_agg(account_id), array_agg(api_key_id), array_agg(window_no), array_agg(points), array_agg(back),
          array_agg(CASE WHEN funding = 'account' THEN 0 ELSE points + back END)
        INTO v_hold, v_account, v_key, v_window, v_points, v_back, v_due
        FROM unnest(p_request_id, p_hold_no, p_account_id, p_api_key_id, p_window_no, p_points, v_back, v_funding)
          AS l (request_id, hold_no, account_id, api_key_id, window_no, points, back, funding)
        WHERE request_id = ANY (v_fresh) AND funding IS DISTINCT FROM 'refused';
      IF v_hold IS NULL THEN RETURN; END IF;
    ELSE
      v_due := ARRAY(SELECT points + back FROM unnest(p_points, p_back) WITH ORDINALITY AS l (points, back, n) ORDER BY n);
    END IF;

    FOR r IN SELECT u.hold_no, sum(u.due)::bigint AS due FROM unnest(v_hold, v_due) AS u (hold_no, due) GROUP BY 1 LOOP
      UPDATE hold AS h SET points = h.points - r.due WHERE h.owner_id = p_owner AND h.hold_no = r.hold_no AND r.due > 0;
    END LOOP;
    IF 0 < ANY (v_back) THEN PERFORM points_give_back(v_account, v_key, v_window, v_back); END IF;
    INSERT INTO key_spend AS s (api_key_id, slot, points)
      SELECT u.api_key_id, v_slot, sum(u.points) FROM unnest(v_key, v_points) AS u (api_key_id, points) WHERE u.points > 0 GROUP BY 1 ORDER BY 1
      ON CONFLICT ON CONSTRAINT key_spend_pkey DO UPDATE SET points = s.points + excluded.points;
  END
  $$`,
];

const REAP = [
  // Ends an instance, in a clean stop ('stopped') or by the reaper ('dead'), and gives back everything it holds. Waits for its open
  // reserves; later ones are fenced. Answers how many points came back.
  `CREATE FUNCTION points_reap(p_instance uuid, p_state text) RETURNS bigint LANGUAGE plpgsql ${HOT} AS $$
  DECLARE
    v_account bigint[];
    v_key bigint[];
    v_window integer[];
    v_points bigint[];
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
    PERFORM points_give_back(v_account, v_key, v_window, v_points) WHERE v_points IS NOT NULL;
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
    FROM (SELECT api_key_id, sum(points) AS points FROM key_spend GROUP BY 1) AS s FULL JOIN (SELECT api_key_id, sum(points) AS points FROM charge WHERE points > 0 GROUP BY 1) AS c USING (api_key_id)`,
  `CREATE VIEW points_audit_hold AS
    SELECT h.* FROM hold AS h LEFT JOIN gateway_instance AS i ON i.instance_id = h.owner_id WHERE i.state IS DISTINCT FROM 'live'`,
];

const DOWN = [
  'DROP VIEW points_audit_hold, points_audit_spend, points_audit_budget, points_audit_account, key_budget_now',
  `DROP FUNCTION points_set_budget, points_credit, points_reap_next, points_reap, points_settle, points_fund_short,
    points_reserve, points_give_back, points_take_budgets, points_roll, points_at, points_period_end, charge_prepare_partitions,
    charge_first_id, points_fence`,
  'DROP TABLE charge, hold, key_spend, key_budget, point_entry, point_account, gateway_lease, gateway_instance',
  'DROP TYPE charge_funding',
];
