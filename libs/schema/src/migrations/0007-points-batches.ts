import type { MigrationInterface, QueryRunner } from 'typeorm';
import { BEFORE } from './0007-points-before.js';

/**
 * The functions of the hot path, with one statement for all rows of a batch where there was one for each row: starting a statement costs
 * more than what it does to a row. Settle takes from holds at once what it only locked before, so each hold is written once.
 *
 * An update that joins a batch finds its rows through what the batch brings, column by column, never through a parameter: the primary key
 * is then the only way in, and the batch the outer side, whatever the planner believes of the tables' sizes.
 *
 * What a key was charged in its life is counted from the usage log and no longer with every charge: that was a second row to be written, and
 * waited for, each time.
 */
export class PointsBatches0000000000007 implements MigrationInterface {
  name = 'PointsBatches0000000000007';

  async up(runner: QueryRunner): Promise<void> {
    // What it answers changes, and that cannot be replaced.
    await runner.query('DROP FUNCTION points_fund_short');
    for (const sentence of [TAKE_BUDGETS, GIVE_BACK, RESERVE, FUND_SHORT, SETTLE]) await runner.query(sentence);
    await runner.query('DROP VIEW points_audit_spend');
    await runner.query('DROP TABLE key_spend');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION points_fund_short');
    for (const sentence of BEFORE) await runner.query(sentence);
  }
}

/** Of the functions that processes call; what those call inherits it, and would only pay to set it again. */
const HOT =
  'SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off';

/**
 * Takes points from budgets (negative: gives them back), from each period only what its windows were asked for. The caller holds the
 * rows' locks; lines without window belong to no budget.
 */
const TAKE_BUDGETS = `
  CREATE OR REPLACE FUNCTION points_take_budgets(p_api_key_id bigint[], p_window_no integer[], p_points bigint[]) RETURNS void
    LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE key_budget AS b SET quota_taken = b.quota_taken + t.quota, hour_taken = b.hour_taken + t.hour,
        day_taken = b.day_taken + t.day, week_taken = b.week_taken + t.week, month_taken = b.month_taken + t.month
      FROM (
        SELECT u.api_key_id,
          sum(CASE WHEN u.window_no >= k.quota_first THEN u.points ELSE 0 END)::bigint AS quota,
          sum(CASE WHEN u.window_no >= k.hour_first THEN u.points ELSE 0 END)::bigint AS hour,
          sum(CASE WHEN u.window_no >= k.day_first THEN u.points ELSE 0 END)::bigint AS day,
          sum(CASE WHEN u.window_no >= k.week_first THEN u.points ELSE 0 END)::bigint AS week,
          sum(CASE WHEN u.window_no >= k.month_first THEN u.points ELSE 0 END)::bigint AS month
        FROM unnest(p_api_key_id, p_window_no, p_points) AS u (api_key_id, window_no, points)
        CROSS JOIN LATERAL (SELECT * FROM key_budget AS x WHERE x.api_key_id = u.api_key_id LIMIT 1) AS k
        WHERE u.window_no > 0 AND u.points <> 0
        GROUP BY 1 ORDER BY 1
      ) AS t
      WHERE b.api_key_id = t.api_key_id;
  END
  $$`;

/** Gives points back to accounts and to those periods of keys that still run. The caller holds the budgets' locks. */
const GIVE_BACK = `
  CREATE OR REPLACE FUNCTION points_give_back(p_account_id bigint[], p_api_key_id bigint[], p_window_no integer[], p_points bigint[]) RETURNS void
    LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE point_account AS a SET available = a.available + t.total
      FROM (SELECT u.account_id, sum(u.points)::bigint AS total FROM unnest(p_account_id, p_points) AS u (account_id, points)
            WHERE u.points <> 0 GROUP BY 1 ORDER BY 1) AS t
      WHERE a.account_id = t.account_id;
    IF 0 < ANY (p_window_no) THEN
      PERFORM points_take_budgets(p_api_key_id, p_window_no, ARRAY(SELECT -x FROM unnest(p_points) WITH ORDINALITY AS u (x, n) ORDER BY n));
    END IF;
  END
  $$`;

/**
 * Moves points between accounts (with key budgets, where p_api_key_id says so) and holds of one process, many holds in one round trip.
 *
 * need ≥ 0: as much of it as every limit allows, all limits alike, or nothing if that is under `least`; `tip` on top where that is at most
 * a hundredth of what is then left; and, lent ahead, whole units up to `extra` and one part in `share` of what is left after `need`.
 * need < 0: gives that much back. No row at all: this instance was
 * declared dead. Otherwise one row for each hold:
 * outcome `granted` (what moved is in granted, possibly 0) · `window` (the hold's window is over, open another hold) · `sequence` (not the
 * next reserve of this hold, read it again). A sequence that was applied already is answered with what it gave then. …_left is what each
 * limit leaves after this row, null where there is none; window_ms tells how long the hold may be used from when the reserve was sent.
 * Asynchronous commit: losing a reserve in a crash of Postgres only gives points back, and a durable charge can never rest on a lost one.
 */
const RESERVE = `
  CREATE OR REPLACE FUNCTION points_reserve(p_owner uuid, p_hold_no bigint[], p_sequence integer[], p_account_id bigint[], p_api_key_id bigint[],
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
            -- Whole requests only: parts of one that lie in different processes pay for none while all ask at once.
            granted := granted + greatest(v_extra - v_extra % greatest(r.unit, 1), 0);
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

    UPDATE point_account AS a SET available = a.available - t.total
      FROM (SELECT u.account_id, sum(u.x)::bigint AS total FROM unnest(w_account, w_grant) AS u (account_id, x) GROUP BY 1 ORDER BY 1) AS t
      WHERE a.account_id = t.account_id;
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

/**
 * Decides for the lines of a batch whose hold is gone, or smaller than all that is due from it, who pays, and takes the points: the
 * account, if it and every budget can still bear the whole amount and no limited period ended since admission; otherwise nobody. From
 * such a hold nothing goes back. `dues` is what is left to be taken from holds, nothing where a request is in the books already. The
 * caller has locked holds, accounts and budgets.
 */
const FUND_SHORT = `
  CREATE FUNCTION points_fund_short(p_owner uuid, p_hold_no bigint[], p_back bigint[], p_request_id uuid[], p_account_id bigint[],
      p_api_key_id bigint[], p_window_no integer[], p_points bigint[], OUT fundings charge_funding[], OUT backs bigint[], OUT dues bigint[])
    LANGUAGE plpgsql AS $$
  DECLARE
    r record;
    v_budget key_budget;
    v_pays boolean;
  BEGIN
    fundings := array_fill('hold'::charge_funding, ARRAY[cardinality(p_request_id)]);
    SELECT array_agg(CASE WHEN c.request_id IS NULL THEN l.back ELSE 0 END ORDER BY n),
        array_agg(CASE WHEN c.request_id IS NULL THEN l.points + l.back ELSE 0 END ORDER BY n) INTO backs, dues
      FROM unnest(p_request_id, p_back, p_points) WITH ORDINALITY AS l (request_id, back, points, n)
      LEFT JOIN LATERAL (SELECT x.request_id FROM charge AS x WHERE x.request_id = l.request_id LIMIT 1) AS c ON true;
    FOR r IN
      SELECT * FROM (
        SELECT *, sum(total) OVER (PARTITION BY hold_no) AS due
        FROM unnest(dues, p_hold_no, p_account_id, p_api_key_id, p_window_no, p_points) WITH ORDINALITY
          AS l (total, hold_no, account_id, api_key_id, window_no, points, n)
      ) AS l
      WHERE total > 0 AND NOT EXISTS (SELECT FROM hold AS h
        WHERE h.owner_id = p_owner AND h.hold_no = l.hold_no AND h.account_id = l.account_id AND h.points >= l.due)
      ORDER BY n
    LOOP
      backs[r.n] := 0;
      dues[r.n] := 0;
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
  $$`;

/**
 * Books requests for ever, a batch of one process's: p_points from the hold are charged, p_back of it go back to account and budgets at
 * once. A line that was paid so has no row in the answer; any other has one, with its place in the batch and how it stands in the books:
 * paid by the account, as the hold was gone; refused, nothing was or will be charged; or booked before, whatever this line says. An
 * account is locked only where points go back to it, or a hold is short: nobody else may wait for this commit.
 */
const SETTLE = `
  CREATE OR REPLACE FUNCTION points_settle(p_owner uuid, p_hold_no bigint[], p_back bigint[], p_request_id uuid[], p_account_id bigint[],
      p_api_key_id bigint[], p_window_no integer[], p_points bigint[], p_held bigint[], p_uncollected bigint[], p_model text[],
      p_channel_id bigint[], p_dialect smallint[], p_stream boolean[], p_status smallint[], p_code text[], p_outcome smallint[],
      p_input_tokens integer[], p_cached_input_tokens integer[], p_cache_write_tokens integer[], p_output_tokens integer[],
      p_reasoning_tokens integer[], p_usage_source smallint[], p_price_version integer[], p_latency_ms integer[], p_first_byte_ms integer[],
      p_receipt json)
    RETURNS TABLE (n integer, funding charge_funding, points bigint, uncollected bigint, repeated boolean)
    LANGUAGE plpgsql ${HOT} AS $$
  #variable_conflict use_column
  DECLARE
    v_short boolean;
    v_funding charge_funding[];
    v_back bigint[] := p_back;
    v_due bigint[] := p_points;
    v_fresh uuid[];
    v_hold bigint[];
    v_account bigint[];
    v_key bigint[];
    v_window integer[];
    v_holds integer;
    v_taken integer;
  BEGIN
    IF current_setting('synchronous_commit') = 'off' THEN PERFORM set_config('synchronous_commit', 'on', true); END IF;
    IF 0 < ANY (p_back) THEN
      v_due := ARRAY(SELECT points + back FROM unnest(p_points, p_back) WITH ORDINALITY AS l (points, back, n) ORDER BY n);
    END IF;
    SELECT count(DISTINCT d.hold_no), coalesce(bool_or(h.points IS NULL OR h.account_id <> d.account_id OR h.points < d.due), false)
      INTO v_holds, v_short
      FROM (SELECT l.hold_no, l.account_id, sum(l.due) AS due FROM unnest(p_hold_no, p_account_id, v_due) AS l (hold_no, account_id, due)
            WHERE l.due > 0 GROUP BY 1, 2) AS d
      LEFT JOIN LATERAL (SELECT x.points, x.account_id FROM hold AS x WHERE x.owner_id = p_owner AND x.hold_no = d.hold_no LIMIT 1) AS h ON true;

    IF v_short THEN
      PERFORM FROM hold AS h WHERE h.owner_id = p_owner AND h.hold_no = ANY (p_hold_no) ORDER BY h.hold_no FOR NO KEY UPDATE;
      PERFORM FROM point_account WHERE account_id = ANY (p_account_id) ORDER BY account_id FOR NO KEY UPDATE;
      PERFORM FROM key_budget AS b WHERE b.api_key_id = ANY (p_api_key_id) ORDER BY b.api_key_id FOR NO KEY UPDATE;
      SELECT s.fundings, s.backs, s.dues INTO v_funding, v_back, v_due
        FROM points_fund_short(p_owner, p_hold_no, p_back, p_request_id, p_account_id, p_api_key_id, p_window_no, p_points) AS s;
      SELECT count(DISTINCT l.hold_no) INTO v_holds FROM unnest(p_hold_no, v_due) AS l (hold_no, due) WHERE l.due > 0;
    END IF;

    UPDATE hold AS h SET points = h.points - d.due
      FROM (SELECT p_owner AS owner_id, l.hold_no, sum(l.due)::bigint AS due FROM unnest(p_hold_no, v_due) AS l (hold_no, due)
            WHERE l.due > 0 GROUP BY l.hold_no ORDER BY l.hold_no) AS d
      WHERE h.owner_id = d.owner_id AND h.hold_no = d.hold_no AND h.points >= d.due;
    GET DIAGNOSTICS v_taken = ROW_COUNT;
    -- It was reaped since it was looked at: the repetition finds it gone.
    IF v_taken <> v_holds THEN RAISE EXCEPTION 'a hold was taken away meanwhile' USING ERRCODE = 'serialization_failure'; END IF;
    IF 0 < ANY (v_back) THEN
      IF 0 < ANY (p_window_no) THEN
        -- Accounts come before budgets; the update below finds these locked.
        PERFORM FROM point_account WHERE account_id = ANY (ARRAY(SELECT l.account_id FROM unnest(p_account_id, v_back) AS l (account_id, back) WHERE l.back > 0))
          ORDER BY account_id FOR NO KEY UPDATE;
        PERFORM FROM key_budget AS b WHERE b.api_key_id = ANY (ARRAY(SELECT l.api_key_id FROM unnest(p_api_key_id, p_window_no, v_back) AS l (api_key_id, window_no, back)
            WHERE l.window_no > 0 AND l.back > 0))
          ORDER BY b.api_key_id FOR NO KEY UPDATE;
      END IF;
      PERFORM points_give_back(p_account_id, p_api_key_id, p_window_no, v_back);
    END IF;

    WITH fresh AS (
      INSERT INTO charge (request_id, account_id, api_key_id, points, held, uncollected, channel_id, window_no, price_version, latency_ms,
          first_byte_ms, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, funding, status, dialect,
          outcome, usage_source, stream, model, code, receipt)
        SELECT p_request_id[n], p_account_id[n], p_api_key_id[n], CASE WHEN v_funding[n] = 'refused' THEN 0 ELSE p_points[n] END, p_held[n],
          CASE WHEN v_funding[n] = 'refused' THEN p_uncollected[n] + p_points[n] ELSE p_uncollected[n] END, p_channel_id[n], p_window_no[n],
          p_price_version[n], p_latency_ms[n], p_first_byte_ms[n], p_input_tokens[n], p_cached_input_tokens[n], p_cache_write_tokens[n],
          p_output_tokens[n], p_reasoning_tokens[n], coalesce(v_funding[n], 'hold'), p_status[n], p_dialect[n], p_outcome[n],
          p_usage_source[n], p_stream[n], p_model[n], p_code[n], receipt
        FROM (SELECT l.n::integer, l.receipt FROM ROWS FROM (unnest(p_request_id), json_array_elements(p_receipt)) WITH ORDINALITY
                AS l (request_id, receipt, n) ORDER BY l.request_id) AS l
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
      -- What was booked before costs nothing now: everything that was moved for it moves again the other way.
      SELECT array_agg(hold_no), array_agg(account_id), array_agg(api_key_id), array_agg(window_no), array_agg(due), array_agg(-back)
        INTO v_hold, v_account, v_key, v_window, v_due, v_back
        FROM unnest(p_request_id, p_hold_no, p_account_id, p_api_key_id, p_window_no, v_due, v_back)
          AS l (request_id, hold_no, account_id, api_key_id, window_no, due, back)
        WHERE request_id <> ALL (v_fresh) AND due > 0;
      UPDATE hold AS h SET points = h.points + d.due
        FROM (SELECT p_owner AS owner_id, l.hold_no, sum(l.due)::bigint AS due FROM unnest(v_hold, v_due) AS l (hold_no, due)
              GROUP BY l.hold_no ORDER BY l.hold_no) AS d
        WHERE h.owner_id = d.owner_id AND h.hold_no = d.hold_no;
      IF 0 > ANY (v_back) THEN PERFORM points_give_back(v_account, v_key, v_window, v_back); END IF;
    END IF;
  END
  $$`;
