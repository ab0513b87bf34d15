/** Differences of one kind that are answered at most; how many there are is always told. */
const DIFFERENCES_MAX = 1_000;

const PERIODS = ['quota', 'hour', 'day', 'week', 'month'] as const;
const each = (text: (period: string) => string): string => PERIODS.map(text).join(', ');

/** What is left of charges whose month was given up: sums by account and key, and what a quota counts of them. */
const RETIRED = 'SELECT account_id, api_key_id, requests, points, quota_first, quota_points FROM charge_retired';

/** The first of what a query finds, with how many there are; what is said of each is looked up only for these. */
const first = (query: string): string =>
  `(SELECT *, count(*) OVER () AS total FROM (${query}) AS found LIMIT ${DIFFERENCES_MAX})`;
const sumOf = (column: string, table: string, condition: string): string =>
  `(SELECT coalesce(sum(${column}), 0) FROM ${table} WHERE ${condition})`;

/**
 * Accounts whose credits − charges + refunds differ from available + Σ holds. Everything that moves an account's points comes as signed
 * lines of one column, so that an account which one of the tables does not know is found too.
 */
const unbalancedAccounts = (charges: string, condition = ''): string => `
  SELECT x.account_id, NULL::bigint AS api_key_id, NULL::text AS subject,
    json_build_object('credits', (e.entries - e.refunds)::text, 'charges', (x.balance - e.entries + a.available + h.held)::text,
      'refunds', e.refunds::text) AS one_side,
    json_build_object('available', a.available::text, 'held', h.held::text) AS other_side, x.total
  FROM ${first(`
    SELECT account_id, sum(amount) AS balance FROM (
      SELECT account_id, amount FROM point_entry ${condition}
      UNION ALL SELECT account_id, -points FROM ${charges} AS charged
      UNION ALL SELECT account_id, -available FROM point_account ${condition}
      UNION ALL SELECT account_id, -points FROM hold ${condition}
    ) AS movement GROUP BY account_id HAVING sum(amount) <> 0`)} AS x
  CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS entries,
    coalesce(sum(amount) FILTER (WHERE idempotency_key LIKE 'refund:%'), 0) AS refunds FROM point_entry WHERE account_id = x.account_id) AS e
  CROSS JOIN LATERAL (SELECT ${sumOf('available', 'point_account', 'account_id = x.account_id')} AS available) AS a
  CROSS JOIN LATERAL (SELECT ${sumOf('points', 'hold', 'account_id = x.account_id')} AS held) AS h`;

/** Every period of every budget with what it counts and what its windows were charged and hold. Only a quota outlives the charges that it counts. */
const BUDGETS = `
  SELECT b.api_key_id, b.over_limit_in, p.*
  FROM key_budget AS b
  LEFT JOIN (SELECT api_key_id, quota_first, sum(quota_points) AS points FROM retired GROUP BY 1, 2) AS r USING (api_key_id, quota_first)
  LEFT JOIN (
    SELECT b.api_key_id, ${each((period) => `sum(c.points) FILTER (WHERE c.window_no >= b.${period}_first) AS ${period}`)}
    FROM key_budget AS b JOIN (
      SELECT api_key_id, window_no, points FROM charged WHERE window_no > 0
      UNION ALL SELECT api_key_id, window_no, points FROM hold WHERE window_no > 0
    ) AS c USING (api_key_id) GROUP BY 1
  ) AS t USING (api_key_id)
  CROSS JOIN LATERAL (VALUES ${each(
    (period) =>
      `('${period}', b.${period}_limit, b.${period}_first, b.${period}_taken, coalesce(t.${period}, 0), ${period === 'quota' ? 'coalesce(r.points, 0)' : '0'})`,
  )}) AS p (period, points_limit, first, taken, used, retired)`;

/** Each kind of difference: account, key, what it is about, the two sides that should agree, by term, and how many there are. */
const KINDS: Record<string, string> = {
  account: unbalancedAccounts(
    '(SELECT account_id, points FROM charged UNION ALL SELECT account_id, points FROM retired)',
  ),
  negative: `
    SELECT account_id, api_key_id, subject, json_build_object(term, points::text) AS one_side, json_build_object('least', '0') AS other_side, total
    FROM ${first(`
      SELECT account_id, NULL::bigint AS api_key_id, NULL AS subject, 'available' AS term, available AS points FROM point_account WHERE available < 0
      UNION ALL SELECT account_id, api_key_id, owner_id || '/' || hold_no, 'held', points FROM hold WHERE points < 0`)} AS x`,
  charge: `
    SELECT account_id, api_key_id, request_id::text AS subject, json_build_object('charged', points::text, 'uncollected', uncollected::text) AS one_side,
      json_build_object('held', held::text) AS other_side, total
    FROM ${first(`
      SELECT * FROM charge WHERE (points NOT BETWEEN 0 AND held OR uncollected < 0) AND EXISTS (SELECT FROM charged WHERE odd > 0)`)} AS x`,
  duplicate: `
    SELECT c.account_id, c.api_key_id, x.request_id::text AS subject, json_build_object('booked', booked::text) AS one_side,
      json_build_object('most', '1') AS other_side, total
    FROM ${first('SELECT request_id, count(*) AS booked FROM charge GROUP BY 1 HAVING count(*) > 1')} AS x
    CROSS JOIN LATERAL (SELECT account_id, api_key_id FROM charge AS c WHERE c.request_id = x.request_id LIMIT 1) AS c`,
  budget: `
    SELECT k.account_id, x.api_key_id, period AS subject, json_build_object('taken', taken::text) AS one_side,
      json_build_object('charged', (used - held)::text, 'held', held::text, 'retired', nullif(retired, 0)::text) AS other_side, total
    FROM ${first('SELECT * FROM budget WHERE taken <> used + retired')} AS x
    CROSS JOIN LATERAL (SELECT ${sumOf('points', 'hold', 'api_key_id = x.api_key_id AND window_no >= x.first')} AS held) AS h
    LEFT JOIN api_key AS k ON k.id = x.api_key_id`,
  limit: `
    SELECT k.account_id, x.api_key_id, period AS subject, json_build_object('taken', taken::text) AS one_side,
      json_build_object('limit', points_limit::text) AS other_side, total
    FROM ${first('SELECT * FROM budget WHERE taken > points_limit AND first > over_limit_in')} AS x LEFT JOIN api_key AS k ON k.id = x.api_key_id`,
  usage: `
    SELECT k.account_id, x.api_key_id, x.what AS subject, json_build_object('counted', x.counted::text) AS one_side,
      json_build_object('charged', x.charged::text) AS other_side, total
    FROM ${first(`
      SELECT api_key_id, u.* FROM (
        SELECT api_key_id, sum(in_life) AS in_life, sum(in_hours) AS in_hours, sum(counted) AS counted, sum(points) AS points, sum(requests) AS requests
        FROM (
          SELECT api_key_id, points AS in_life, 0 AS in_hours, requests AS counted, 0 AS points, 0 AS requests FROM key_usage
          UNION ALL SELECT api_key_id, 0, points, 0, 0, 0 FROM usage_hour
          UNION ALL SELECT api_key_id, points, points, 1, 0, 0 FROM charge_tail
          UNION ALL SELECT api_key_id, 0, 0, 0, points, charges FROM charged
          UNION ALL SELECT api_key_id, 0, 0, 0, points, requests FROM retired
        ) AS part GROUP BY 1 HAVING sum(in_life) <> sum(points) OR sum(in_hours) <> sum(points) OR sum(counted) <> sum(requests)
      ) AS k CROSS JOIN LATERAL (VALUES ('life', in_life, points), ('hours', in_hours, points), ('requests', counted, requests))
        AS u (what, counted, charged) WHERE u.counted <> u.charged`)} AS x
    LEFT JOIN api_key AS k ON k.id = x.api_key_id`,
  orphan: `
    SELECT account_id, api_key_id, owner_id || '/' || hold_no AS subject, json_build_object('held', points::text) AS one_side,
      json_build_object('of the living', '0') AS other_side, total
    FROM ${first(`
      SELECT * FROM hold AS h WHERE NOT EXISTS (SELECT FROM gateway_instance AS i WHERE i.instance_id = h.owner_id AND i.state = 'live')
        AND NOT EXISTS (SELECT FROM task AS t WHERE t.id = h.owner_id AND t.ended_at IS NULL)`)} AS x`,
  task: `
    SELECT account_id, api_key_id, id::text AS subject, json_build_object('task', says::text) AS one_side, json_build_object(what, has::text) AS other_side, total
    FROM ${first(`
      SELECT t.id, t.account_id, t.api_key_id, 'held' AS what, t.held AS says, h.points AS has
        FROM task AS t LEFT JOIN hold AS h ON h.owner_id = t.id WHERE t.ended_at IS NULL AND h.points IS DISTINCT FROM t.held
      UNION ALL SELECT t.id, t.account_id, t.api_key_id, 'booked', t.points, c.points
        FROM task AS t LEFT JOIN charge AS c ON c.request_id = t.id
        WHERE t.ended_at IS NOT NULL AND t.submitted_at IS NOT NULL AND c.points IS DISTINCT FROM t.points
          AND t.id >= (SELECT kept_from FROM charge_horizon)`)} AS x`,
};

const COLUMNS = 'account_id, api_key_id, subject, one_side, other_side, total';
const differencesOf = (...kinds: string[]): string =>
  kinds.map((kind) => `SELECT '${kind}' AS kind, ${COLUMNS} FROM (${KINDS[kind]}) AS differences`).join(' UNION ALL ');

/**
 * The whole audit as one statement: the charges are read once, summed by key and window, and held against everything else. The first row
 * counts what was read; every other one is a difference, with how many of its kind there are.
 */
export const FULL_AUDIT = `
  WITH charged AS MATERIALIZED (
    SELECT account_id, api_key_id, window_no, count(*) AS charges, sum(points)::bigint AS points,
      count(*) FILTER (WHERE points NOT BETWEEN 0 AND held OR uncollected < 0) AS odd
    FROM charge GROUP BY 1, 2, 3
  ), retired AS MATERIALIZED (${RETIRED}), budget AS MATERIALIZED (${BUDGETS})
  SELECT 'read' AS kind, NULL::bigint AS account_id, NULL::bigint AS api_key_id, NULL::text AS subject,
    json_build_object('accounts', (SELECT count(*) FROM point_account)::text, 'charges', (SELECT coalesce(sum(charges), 0) FROM charged)::text,
      'holds', (SELECT count(*) FROM hold)::text, 'budgets', (SELECT count(*) FROM key_budget)::text) AS one_side,
    NULL::json AS other_side, 1::bigint AS total
  UNION ALL ${differencesOf(...Object.keys(KINDS))}`;

/** What can be told from balances and holds alone, without any charge. */
export const HOLDS_AUDIT = differencesOf('negative', 'orphan');

const OF_ACCOUNTS = 'WHERE account_id = ANY ($1::bigint[])';

/** The equation of some accounts ($1), from all that was ever booked of them. */
export const ACCOUNTS_AUDIT = `SELECT 'account' AS kind, ${COLUMNS} FROM (${unbalancedAccounts(
  `(SELECT account_id, points FROM charge ${OF_ACCOUNTS} UNION ALL SELECT account_id, points FROM (${RETIRED}) AS r ${OF_ACCOUNTS})`,
  OF_ACCOUNTS,
)}) AS differences`;

/** Entries ($1 < id ≤ $2) and charges ($3 ≤ request id < $4) as what they add to each account, negative where they take. */
const MOVED = `
  SELECT account_id, sum(amount) AS amount FROM (
    SELECT account_id, amount FROM point_entry WHERE id > $1 AND id <= $2
    UNION ALL SELECT account_id, -points FROM charge WHERE request_id >= $3 AND request_id < $4
  ) AS movement GROUP BY 1`;

/** Accounts for which what the checkpoint says they owned, and what moved since, is not what they have. Parameters as for the checkpoint. */
export const SUSPECT_ACCOUNTS = `
  SELECT account_id FROM (
    SELECT account_id, owned AS points FROM audit_checkpoint
    UNION ALL SELECT account_id, amount FROM (${MOVED}) AS moved
    UNION ALL SELECT account_id, -available FROM point_account
    UNION ALL SELECT account_id, -points FROM hold
  ) AS account GROUP BY 1 HAVING sum(points) <> 0 ORDER BY 1 LIMIT ${DIFFERENCES_MAX}`;

/** Moves the checkpoint on, by what moved between two bounds. */
export const MOVE_CHECKPOINT = `
  INSERT INTO audit_checkpoint AS c (account_id, owned) SELECT account_id, amount FROM (${MOVED}) AS moved
    ON CONFLICT ON CONSTRAINT audit_checkpoint_pkey DO UPDATE SET owned = c.owned + excluded.owned`;

/** Makes the checkpoint anew, up to the bounds ($1, $2), from all that was ever booked; of some accounts ($3) or, where that is null, of all. */
export const REBUILD_CHECKPOINT = `
  INSERT INTO audit_checkpoint AS c (account_id, owned)
    SELECT account_id, sum(amount) FROM (
      SELECT account_id, amount FROM point_entry WHERE id <= $1
      UNION ALL SELECT account_id, -points FROM charge WHERE request_id < $2
      UNION ALL SELECT account_id, -points FROM (${RETIRED}) AS r
      UNION ALL SELECT account_id, 0 FROM audit_checkpoint
    ) AS movement WHERE $3::bigint[] IS NULL OR account_id = ANY ($3) GROUP BY 1
    ON CONFLICT ON CONSTRAINT audit_checkpoint_pkey DO UPDATE SET owned = excluded.owned WHERE c.owned <> excluded.owned`;
