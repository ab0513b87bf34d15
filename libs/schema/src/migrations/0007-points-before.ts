const HOT =
  'SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off';

/** What migration 0007 replaces or drops, as 0005 made it: what its way down brings back. */
export const BEFORE = [
  `CREATE OR REPLACE FUNCTION points_take_budgets(p_api_key_id bigint[], p_window_no integer[], p_points bigint[]) RETURNS void
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
  `CREATE OR REPLACE FUNCTION points_give_back(p_account_id bigint[], p_api_key_id bigint[], p_window_no integer[], p_points bigint[]) RETURNS void
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
  `CREATE OR REPLACE FUNCTION points_reserve(p_owner uuid, p_hold_no bigint[], p_sequence integer[], p_account_id bigint[], p_api_key_id bigint[],
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
  $$`,
  `CREATE OR REPLACE FUNCTION points_fund_short(p_owner uuid, p_hold_no bigint[], p_back bigint[], p_request_id uuid[], p_account_id bigint[],
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
  `CREATE OR REPLACE FUNCTION points_settle(p_owner uuid, p_hold_no bigint[], p_back bigint[], p_request_id uuid[], p_account_id bigint[],
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
  `CREATE TABLE key_spend (
    api_key_id bigint NOT NULL,
    slot smallint NOT NULL,
    points bigint NOT NULL,
    CONSTRAINT key_spend_pkey PRIMARY KEY (api_key_id, slot)
  ) WITH (fillfactor = 50)`,
  `CREATE VIEW points_audit_spend AS
    SELECT api_key_id, coalesce(s.points, 0) - coalesce(c.points, 0) AS difference
    FROM (SELECT api_key_id, sum(points) AS points FROM key_spend GROUP BY 1) AS s FULL JOIN (SELECT api_key_id, sum(points) AS points FROM charge WHERE points > 0 GROUP BY 1) AS c USING (api_key_id)`,
  `INSERT INTO key_spend (api_key_id, slot, points)
    SELECT api_key_id, 0, sum(points) FROM charge WHERE points > 0 GROUP BY 1`,
];
