/** A day's requests with one idempotency key are one task; without a key, a repetition is recognised for as long as a library repeats. */
const KEYED_FOR = `interval '24 hours'`;
const REPEATED_FOR = `interval '10 minutes'`;

/** A commit that was answered is on the disk. */
const DURABLE = `IF current_setting('synchronous_commit') = 'off' THEN PERFORM set_config('synchronous_commit', 'on', true); END IF;`;

/** The task that this request has become before, if it has: by its key, or, where a library repeats it without one, by its content. */
const FIND_EARLIER = `
  CREATE FUNCTION task_find_earlier(p_api_key_id bigint, p_idempotency_key text, p_request_digest bytea, p_is_repeated boolean)
    RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT id FROM task WHERE api_key_id = p_api_key_id AND created_at > clock_timestamp() - ${KEYED_FOR} AND CASE
        WHEN p_idempotency_key IS NOT NULL THEN idempotency_key = p_idempotency_key
        ELSE p_is_repeated AND request_digest = p_request_digest AND refused_with IS NULL AND created_at > clock_timestamp() - ${REPEATED_FOR}
      END ORDER BY created_at DESC LIMIT 1
  $$`;

/**
 * Holds a task's points and writes the task, in one transaction, unless the same request has become one already. accepted · existing (that
 * task's id in task_id) · refused (what each limit leaves is in …_left, null where there is none). All points that are asked for or none:
 * the same rules as points_reserve, on the same locked rows.
 */
const ACCEPT = `
  CREATE FUNCTION task_accept(p_id uuid, p_account_id bigint, p_api_key_id bigint, p_budgeted boolean, p_held bigint, p_model text,
      p_price_version integer, p_multiplier text, p_priced jsonb, p_prompt text, p_seconds integer, p_size text, p_idempotency_key text,
      p_request_digest bytea, p_is_repeated boolean, p_within interval,
      OUT outcome text, OUT task_id uuid, OUT account_left bigint, OUT quota_left bigint, OUT period_left bigint, OUT retry_after_seconds integer)
    LANGUAGE plpgsql AS $$
  DECLARE
    b key_budget;
    v_now timestamptz;
    v_window integer := 0;
  BEGIN
    ${DURABLE}
    PERFORM pg_advisory_xact_lock(hashtextextended(format('task:%s:%s', p_api_key_id, coalesce(p_idempotency_key, encode(p_request_digest, 'hex'))), 0));
    task_id := task_find_earlier(p_api_key_id, p_idempotency_key, p_request_digest, p_is_repeated);
    IF task_id IS NOT NULL THEN outcome := 'existing'; RETURN; END IF;
    UPDATE task SET idempotency_key = NULL WHERE api_key_id = p_api_key_id AND idempotency_key = p_idempotency_key;
    SELECT available INTO account_left FROM point_account WHERE account_id = p_account_id FOR NO KEY UPDATE;
    account_left := coalesce(account_left, 0);
    IF p_budgeted THEN
      SELECT * INTO b FROM key_budget WHERE api_key_id = p_api_key_id FOR NO KEY UPDATE;
      v_now := clock_timestamp();
      IF b.window_end <= v_now THEN b := points_roll(p_api_key_id, v_now); END IF;
      v_window := coalesce(b.window_no, 0);
      quota_left := b.quota_limit - b.quota_taken;
      period_left := least(b.hour_limit - b.hour_taken, b.day_limit - b.day_taken, b.week_limit - b.week_taken, b.month_limit - b.month_taken);
    END IF;
    IF least(account_left, quota_left, period_left) < p_held THEN
      outcome := 'refused';
      SELECT ceil(extract(epoch FROM max(points_period_end(p.period, greatest(p.start, v_now), b.time_zone)) - v_now)) INTO retry_after_seconds
        FROM (VALUES ('hour', b.hour_limit - b.hour_taken, b.hour_start), ('day', b.day_limit - b.day_taken, b.day_start),
                     ('week', b.week_limit - b.week_taken, b.week_start), ('month', b.month_limit - b.month_taken, b.month_start))
          AS p (period, room, start) WHERE p.room < p_held;
      RETURN;
    END IF;
    UPDATE point_account SET available = available - p_held WHERE account_id = p_account_id;
    IF v_window > 0 THEN PERFORM points_take_budgets(ARRAY[p_api_key_id], ARRAY[v_window], ARRAY[p_held]); END IF;
    INSERT INTO hold (owner_id, hold_no, account_id, api_key_id, window_no, points)
      VALUES (p_id, 1, p_account_id, CASE WHEN p_budgeted THEN p_api_key_id END, v_window, p_held);
    INSERT INTO task (id, account_id, api_key_id, model, deadline_at, held, price_version, multiplier, priced, prompt, seconds, size,
        idempotency_key, request_digest)
      VALUES (p_id, p_account_id, p_api_key_id, p_model, clock_timestamp() + p_within, p_held, p_price_version, p_multiplier, p_priced,
        p_prompt, p_seconds, p_size, p_idempotency_key, p_request_digest);
    INSERT INTO task_event (task_id, event) VALUES (p_id, 'accepted');
    outcome := 'accepted';
    task_id := p_id;
  END
  $$`;

/** Gives a task's points back to its account and to those periods of its key that still run. The caller has locked the task. */
const RELEASE = `
  CREATE FUNCTION task_release(p_id uuid) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    h hold;
  BEGIN
    SELECT * INTO STRICT h FROM hold WHERE owner_id = p_id AND hold_no = 1 FOR UPDATE;
    PERFORM FROM point_account WHERE account_id = h.account_id FOR NO KEY UPDATE;
    PERFORM FROM key_budget WHERE api_key_id = h.api_key_id FOR NO KEY UPDATE;
    DELETE FROM hold WHERE owner_id = p_id;
    PERFORM points_give_back(ARRAY[h.account_id], ARRAY[h.api_key_id], ARRAY[h.window_no], ARRAY[h.points]);
  END
  $$`;

/** Undoes a task for which nobody was called. False where it has gone on since. */
const WITHDRAW = `
  CREATE FUNCTION task_withdraw(p_id uuid) RETURNS boolean LANGUAGE plpgsql AS $$
  BEGIN
    ${DURABLE}
    PERFORM FROM task WHERE id = p_id AND state = 'accepted' FOR UPDATE;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM task_release(p_id);
    DELETE FROM task WHERE id = p_id;
    RETURN true;
  END
  $$`;

/** The provider may be called from here on, once and within p_within. False where the task is not to be submitted any more. */
const SUBMIT = `
  CREATE FUNCTION task_submit(p_id uuid, p_channel_id bigint, p_key_id bigint, p_provider text, p_base_url text, p_upstream_model text,
      p_secret bytea, p_seconds integer, p_size text, p_within interval)
    RETURNS boolean LANGUAGE plpgsql AS $$
  BEGIN
    ${DURABLE}
    UPDATE task SET state = 'submitting', submitted_at = clock_timestamp(), deadline_at = clock_timestamp() + p_within,
        channel_id = p_channel_id, key_id = p_key_id, provider = p_provider, base_url = p_base_url, upstream_model = p_upstream_model,
        secret = p_secret, seconds = p_seconds, size = p_size
      WHERE id = p_id AND state = 'accepted' AND deadline_at > clock_timestamp();
    IF NOT FOUND THEN RETURN false; END IF;
    INSERT INTO task_event (task_id, event, detail) VALUES (p_id, 'submitting', format('channel %s, key %s', p_channel_id, p_key_id));
    RETURN true;
  END
  $$`;

/** The provider has it. False where the task was given up meanwhile. */
const SUBMITTED = `
  CREATE FUNCTION task_submitted(p_id uuid, p_upstream_id text, p_attempts jsonb, p_poll_in interval, p_within interval)
    RETURNS boolean LANGUAGE plpgsql AS $$
  BEGIN
    ${DURABLE}
    UPDATE task SET state = 'queued', upstream_id = p_upstream_id, attempts = p_attempts, heard_at = clock_timestamp(),
        poll_at = clock_timestamp() + p_poll_in, deadline_at = submitted_at + p_within
      WHERE id = p_id AND state = 'submitting';
    IF NOT FOUND THEN RETURN false; END IF;
    INSERT INTO task_event (task_id, event, detail) VALUES (p_id, 'queued', p_upstream_id);
    RETURN true;
  END
  $$`;

/**
 * Ends a task that is in one of p_from, for ever, and with it its hold: what is charged of p_cost (all of it where it completed, nothing
 * where it failed) is booked under the task's id as the request's, the rest goes back. p_cost null: what was held, as nobody knows better.
 * A task for which nobody was called is not booked at all. False, and nothing has happened, where it is in none of these states.
 */
const END = `
  CREATE FUNCTION task_end(p_id uuid, p_from text[], p_state text, p_cost bigint, p_lines json, p_is_estimated boolean, p_result jsonb,
      p_valid_for interval, p_error_code text, p_error_message text, p_refused_with smallint, p_attempts jsonb, p_event text, p_detail text)
    RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE
    t task;
    v_funding charge_funding;
    v_points bigint;
  BEGIN
    ${DURABLE}
    UPDATE task SET state = p_state, ended_at = clock_timestamp(), expires_at = clock_timestamp() + p_valid_for, heard_at = clock_timestamp(),
        progress = CASE WHEN p_state = 'completed' THEN 100 ELSE progress END,
        points = CASE WHEN p_state = 'completed' THEN least(p_cost, held) ELSE 0 END,
        uncollected = CASE WHEN submitted_at IS NULL THEN 0 WHEN p_state = 'completed' THEN greatest(p_cost - held, 0) ELSE coalesce(p_cost, held) END,
        result = p_result, error_code = p_error_code, error_message = p_error_message, refused_with = p_refused_with,
        attempts = coalesce(p_attempts, attempts), poll_at = NULL, poll_problem = NULL,
        secret = CASE WHEN p_state = 'completed' THEN secret END,
        -- What the provider refused runs nowhere: the same request may be sent again. What it may have taken is not.
        idempotency_key = CASE WHEN p_refused_with IS NOT NULL AND p_cost = 0 THEN NULL ELSE idempotency_key END
      WHERE id = p_id AND state = ANY (p_from) RETURNING * INTO t;
    IF NOT FOUND THEN RETURN false; END IF;
    INSERT INTO task_event (task_id, event, detail) VALUES (p_id, p_event, p_detail);
    IF t.submitted_at IS NULL THEN PERFORM task_release(p_id); RETURN true; END IF;

    -- The numbers of dialect, outcome and usage source are those of @tokenbay/protocol.
    SELECT s.funding, s.points INTO v_funding, v_points FROM hold AS h CROSS JOIN LATERAL points_settle(p_id, ARRAY[1::bigint], ARRAY[t.held - t.points],
      ARRAY[p_id], ARRAY[t.account_id], ARRAY[t.api_key_id], ARRAY[h.window_no], ARRAY[t.points], ARRAY[t.held], ARRAY[t.uncollected],
      ARRAY[t.model], ARRAY[t.channel_id], ARRAY[1::smallint], ARRAY[false],
      ARRAY[CASE WHEN p_state = 'completed' THEN 200 ELSE coalesce(p_refused_with, 500) END::smallint], ARRAY[p_error_code],
      ARRAY[CASE WHEN p_state = 'completed' THEN 1 ELSE 3 END::smallint], ARRAY[0], ARRAY[0], ARRAY[0], ARRAY[0], ARRAY[0],
      ARRAY[CASE WHEN p_is_estimated THEN 2 ELSE 1 END::smallint], ARRAY[t.price_version],
      ARRAY[least(extract(epoch FROM t.ended_at - t.created_at) * 1000, 2147483647)::integer],
      ARRAY[least(extract(epoch FROM t.submitted_at - t.created_at) * 1000, 2147483647)::integer],
      json_build_array(json_build_object('lines', coalesce(p_lines, '[]'::json), 'multiplier', t.multiplier, 'attempts', t.attempts))) AS s
      WHERE h.owner_id = p_id AND h.hold_no = 1;
    -- A line that its hold paid is not answered.
    IF v_funding IS NOT NULL THEN RAISE EXCEPTION 'task %: its hold does not pay (%)', p_id, v_funding; END IF;
    DELETE FROM hold WHERE owner_id = p_id AND points = 0;
    IF NOT FOUND THEN RAISE EXCEPTION 'task %: its hold is not what it was', p_id; END IF;
    RETURN true;
  END
  $$`;

/** What speaks of the moment, not of the row: the same may succeed later. */
const OF_THE_MOMENT = `('08', '25', '40', '53', '55', '57', '58')`;

/**
 * Ends the task whose time was over first. Nobody was called: it costs nothing. Nobody knows whether the provider took it, or it runs
 * longer than it may: its whole cost may be the platform's. Answers its id, null where there is none. One that cannot be ended, since its
 * books are not what they were, is tried again in an hour, and keeps nobody else waiting.
 */
const EXPIRE_NEXT = `
  CREATE FUNCTION task_expire_next() RETURNS uuid LANGUAGE plpgsql AS $$
  DECLARE
    t task;
  BEGIN
    ${DURABLE}
    LOOP
      SELECT * INTO t FROM task WHERE ended_at IS NULL AND deadline_at < clock_timestamp() ORDER BY deadline_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
      IF NOT FOUND THEN RETURN NULL; END IF;
      BEGIN
        PERFORM task_end(t.id, ARRAY[t.state], 'failed', NULL, NULL, true, NULL, NULL,
          CASE WHEN t.state IN ('accepted', 'submitting') THEN 'upstream_failed' ELSE 'upstream_timeout' END,
          CASE WHEN t.state IN ('accepted', 'submitting') THEN 'The task could not be submitted.' ELSE 'The task was not finished in time.' END,
          NULL, NULL, 'expired', t.state);
        RETURN t.id;
      EXCEPTION WHEN OTHERS THEN
        IF left(SQLSTATE, 2) IN ${OF_THE_MOMENT} THEN RAISE; END IF;
        RAISE WARNING 'task % is over and could not be ended: %', t.id, SQLERRM;
        INSERT INTO task_event (task_id, event, detail) VALUES (t.id, 'expire_failed', SQLERRM);
        UPDATE task SET deadline_at = clock_timestamp() + interval '1 hour' WHERE id = t.id;
      END;
    END LOOP;
  END
  $$`;

/** Takes tasks that are due to be asked about, those that wait longest first; until the lease is over nobody else takes them. */
const LEASE_POLLS = `
  CREATE FUNCTION task_lease_polls(p_limit integer, p_lease interval) RETURNS SETOF task LANGUAGE sql AS $$
    UPDATE task AS t SET poll_at = clock_timestamp() + p_lease, polls = t.polls + 1
      FROM (SELECT id FROM task WHERE poll_at <= clock_timestamp() ORDER BY poll_at LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED) AS due
      WHERE t.id = due.id RETURNING t.*
  $$`;

/**
 * What the poll of this number told: a progress that never goes back, or a problem, and when to ask again. False where the task has ended,
 * or another poll has begun since.
 */
const NOTE_POLL = `
  CREATE FUNCTION task_note_poll(p_id uuid, p_polls integer, p_state text, p_progress smallint, p_problem text, p_poll_in interval)
    RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE
    t task;
  BEGIN
    SELECT * INTO t FROM task WHERE id = p_id AND polls = p_polls AND poll_at IS NOT NULL FOR NO KEY UPDATE;
    IF NOT FOUND THEN RETURN false; END IF;
    IF p_problem IS DISTINCT FROM t.poll_problem THEN
      INSERT INTO task_event (task_id, event, detail)
        VALUES (p_id, CASE WHEN p_problem IS NULL THEN 'poll_recovered' ELSE 'poll_failed' END, p_problem);
    END IF;
    IF p_state = 'in_progress' AND t.state = 'queued' THEN INSERT INTO task_event (task_id, event) VALUES (p_id, 'in_progress'); END IF;
    UPDATE task SET state = CASE WHEN p_state = 'in_progress' THEN p_state ELSE state END, progress = greatest(progress, p_progress),
        poll_problem = p_problem, heard_at = CASE WHEN p_problem IS NULL THEN clock_timestamp() ELSE heard_at END,
        poll_at = clock_timestamp() + p_poll_in
      WHERE id = p_id;
    RETURN true;
  END
  $$`;

/** Where the video of a completed task is now. */
const RENEW_RESULT = `
  CREATE FUNCTION task_renew_result(p_id uuid, p_result jsonb, p_valid_for interval) RETURNS boolean LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE task SET result = p_result, expires_at = coalesce(clock_timestamp() + p_valid_for, expires_at) WHERE id = p_id AND state = 'completed';
    IF NOT FOUND THEN RETURN false; END IF;
    INSERT INTO task_event (task_id, event) VALUES (p_id, 'result_renewed');
    RETURN true;
  END
  $$`;

/** Erases the secrets of tasks that ended so long ago; answers how many. */
const FORGET_SECRETS = `
  CREATE FUNCTION task_forget_secrets(p_after interval, p_limit integer) RETURNS bigint LANGUAGE sql AS $$
    WITH old AS (
      SELECT id FROM task WHERE secret IS NOT NULL AND ended_at < clock_timestamp() - p_after LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED
    ), erased AS (UPDATE task AS t SET secret = NULL FROM old WHERE t.id = old.id RETURNING t.id)
    SELECT count(*) FROM erased
  $$`;

/** In the order in which they can be made. */
export const TASK_FUNCTIONS = [
  FIND_EARLIER,
  ACCEPT,
  RELEASE,
  WITHDRAW,
  SUBMIT,
  SUBMITTED,
  END,
  EXPIRE_NEXT,
  LEASE_POLLS,
  NOTE_POLL,
  RENEW_RESULT,
  FORGET_SECRETS,
];
