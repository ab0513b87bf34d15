/** What the outside knows of a run, to be compared with the books. Amounts are micropoints. */
export interface LedgerExpectations {
  /** Responses a client saw complete, with the price of the usage the upstream reported, where it is known. */
  complete?: { requestId: string; points?: number }[];
  /** Requests that were refused or failed before any content: nothing may be booked for them. */
  free?: string[];
  /** No gateway runs any more: no hold may be left. */
  isAtRest?: boolean;
  /** A budget's limit was lowered below what was taken, which claws nothing back. */
  limitsWereLowered?: boolean;
}

const PERIODS = ['quota', 'hour', 'day', 'week', 'month'] as const;

/** I1: nothing is below zero. */
const NEGATIVE = `
  SELECT 'account ' || account_id || ' has ' || available || ' available' AS problem FROM point_account WHERE available < 0
  UNION ALL SELECT 'hold ' || owner_id || '/' || hold_no || ' holds ' || points FROM hold WHERE points < 0
  UNION ALL SELECT 'charge ' || request_id || ' took ' || points || ' of ' || held || ' held'
    FROM charge WHERE points < 0 OR points > held OR uncollected < 0`;

/** I2: what came in is spent, held or there. */
const CONSERVATION = `
  SELECT 'account ' || account_id || ': entries ' || entries || ', charges ' || charges || ', available ' || available
    || ', held ' || held AS problem
  FROM (
    SELECT a.account_id, a.available,
      (SELECT coalesce(sum(amount), 0) FROM point_entry WHERE account_id = a.account_id) AS entries,
      (SELECT coalesce(sum(points), 0) FROM charge WHERE account_id = a.account_id)
        + (SELECT coalesce(sum(points), 0) FROM charge_retired WHERE account_id = a.account_id) AS charges,
      (SELECT coalesce(sum(points), 0) FROM hold WHERE account_id = a.account_id) AS held
    FROM point_account AS a
  ) AS sums WHERE entries - charges <> available + held
  UNION ALL
  SELECT 'charge ' || request_id || ' of an account without points' FROM charge
    WHERE points > 0 AND account_id NOT IN (SELECT account_id FROM point_account)`;

/** What a quota still counts of months that are no longer kept. */
const RETIRED_QUOTA =
  '(SELECT coalesce(sum(quota_points), 0) FROM charge_retired AS r WHERE r.api_key_id = b.api_key_id AND r.quota_first = b.quota_first)';

/** The sums that people are shown, with what waits to be added to them, are what the log says and said. */
const ROLL_UPS = `
  SELECT 'key ' || api_key_id || ': summed up ' || sum(shown) || ', charged ' || sum(charged) AS problem
  FROM (
    SELECT api_key_id, points AS shown, 0 AS charged FROM usage_hour
    UNION ALL SELECT api_key_id, points, points FROM charge WHERE request_id IN (SELECT unnest(request_ids) FROM charge_fresh)
    UNION ALL SELECT api_key_id, 0, points FROM charge WHERE request_id NOT IN (SELECT unnest(request_ids) FROM charge_fresh)
    UNION ALL SELECT api_key_id, 0, points FROM charge_retired
  ) AS sums GROUP BY api_key_id HAVING sum(shown) <> sum(charged)`;

/** I6: a budget has taken what its windows were charged and hold, and no more than its limit. */
const budget = (period: (typeof PERIODS)[number], mayExceed: boolean) => `
  SELECT 'key ' || api_key_id || ', ${period}: taken ' || taken || ', charged and held ' || used || ', limit ' || coalesce(points_limit::text, 'none')
    AS problem
  FROM (
    SELECT b.api_key_id, b.${period}_taken AS taken, b.${period}_limit AS points_limit,
      (SELECT coalesce(sum(points), 0) FROM charge AS c
        WHERE c.api_key_id = b.api_key_id AND c.window_no > 0 AND c.window_no >= b.${period}_first)
      + (SELECT coalesce(sum(points), 0) FROM hold AS h
        WHERE h.api_key_id = b.api_key_id AND h.window_no > 0 AND h.window_no >= b.${period}_first)
      + ${period === 'quota' ? RETIRED_QUOTA : 0} AS used
    FROM key_budget AS b
  ) AS sums WHERE taken <> used ${mayExceed ? '' : 'OR taken > points_limit'}`;

/** Points of a task outlive the process that took them: they are held until the task is over. */
const NOT_OF_A_TASK = `owner_id NOT IN (SELECT id FROM task WHERE ended_at IS NULL)`;

/** I8: who holds points is alive. */
const ORPHANS = `
  SELECT 'hold ' || owner_id || '/' || hold_no || ' of ' || points || ' has no living owner' AS problem FROM hold
    WHERE points > 0 AND owner_id NOT IN (SELECT instance_id FROM gateway_instance WHERE state = 'live')
      AND ${NOT_OF_A_TASK}`;
const LEFTOVERS = `SELECT 'hold ' || owner_id || '/' || hold_no || ' of ' || points || ' is left' AS problem FROM hold
  WHERE points > 0 AND ${NOT_OF_A_TASK}`;

/** A task holds what it says until it is over; then it was booked once, as it says, if anybody was called for it. */
const TASKS = `
  SELECT 'task ' || t.id || ' is ' || t.state || ': held ' || t.held || ', its hold ' || coalesce(h.points::text, 'none') AS problem
    FROM task AS t LEFT JOIN hold AS h ON h.owner_id = t.id
    WHERE CASE WHEN t.ended_at IS NULL THEN h.points IS DISTINCT FROM t.held ELSE h.points IS NOT NULL END
  UNION ALL SELECT 'task ' || t.id || ' is ' || t.state || ': charged ' || t.points || ', booked ' || coalesce(c.points::text, 'nothing')
    FROM task AS t LEFT JOIN charge AS c ON c.request_id = t.id
    WHERE t.submitted_at IS NOT NULL AND t.points IS DISTINCT FROM c.points AND t.id >= (SELECT kept_from FROM charge_horizon)`;

/** I3: a complete response has one charge, of its price or of all that was held. */
const COMPLETE = `
  SELECT 'complete response ' || e.request_id || ': expected ' || coalesce(e.points::text, 'a charge') || ', booked '
    || coalesce(string_agg(c.points || ' of ' || c.held || ' held', ' and '), 'nothing') AS problem
  FROM unnest($1::uuid[], $2::bigint[]) AS e (request_id, points) LEFT JOIN charge AS c USING (request_id)
  GROUP BY e.request_id, e.points
  HAVING count(c.request_id) <> 1 OR bool_or(e.points IS NOT NULL AND c.points <> least(e.points, c.held))`;

/** I4, I5: what was refused or broke off costs nothing. */
const FREE = `
  SELECT 'free request ' || request_id || ' was charged ' || points AS problem FROM charge WHERE request_id = ANY ($1::uuid[]) AND points > 0`;

/** Compares the books with themselves and with what the outside knows, by SQL that shares nothing with the ledger. Answers what is wrong. */
export async function checkLedger(databaseUrl: string, expected: LedgerExpectations = {}): Promise<string[]> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const problems = async (sql: string, values: unknown[] = []) => {
    const { rows } = await client.query<{ problem: string }>(sql, values);
    return rows.map(({ problem }) => problem);
  };
  const complete = expected.complete ?? [];
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return [
      ...(await problems(NEGATIVE)),
      ...(await problems(CONSERVATION)),
      ...(await problems(ROLL_UPS)),
      ...(await problems(TASKS)),
      ...(await problems(
        PERIODS.map((period) => budget(period, expected.limitsWereLowered ?? false)).join(' UNION ALL '),
      )),
      ...(await problems(expected.isAtRest ? LEFTOVERS : ORPHANS)),
      ...(await problems(COMPLETE, [
        complete.map(({ requestId }) => requestId),
        complete.map(({ points }) => points ?? null),
      ])),
      ...(await problems(FREE, [expected.free ?? []])),
    ];
  } finally {
    await client.end();
  }
}
