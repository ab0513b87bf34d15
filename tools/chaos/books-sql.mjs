// @ts-check
/**
 * The promises of the ledger as questions to its tables, each answered with what is wrong. They use no view and no function of the ledger:
 * a mistake there must not hide itself here. Each is one statement, so it sees one committed moment.
 */

/** No account, hold or charge below zero, and no charge above its hold. */
export const NEGATIVE = `
  SELECT format('account %s has %s', account_id, available) AS problem FROM point_account WHERE available < 0
  UNION ALL SELECT format('hold %s of %s has %s', hold_no, owner_id, points) FROM hold WHERE points < 0`;

export const CHARGED_BEYOND_HOLD = `
  SELECT format('request %s: charged %s, held %s, uncollected %s', request_id, points, held, uncollected) AS problem
  FROM charge WHERE points < 0 OR uncollected < 0 OR points > held`;

/** Per account: what came in is what was charged, what is there and what is held. */
export const CONSERVATION = `
  SELECT format('account %s: %s micropoints too many', account_id, sum(amount)) AS problem
  FROM (SELECT account_id, available AS amount FROM point_account
        UNION ALL SELECT account_id, sum(points) FROM hold GROUP BY account_id
        UNION ALL SELECT account_id, sum(points) FROM charge GROUP BY account_id
        UNION ALL SELECT account_id, -sum(amount) FROM point_entry GROUP BY account_id) AS part
  GROUP BY account_id HAVING sum(amount) <> 0`;

const PERIODS = ['quota', 'hour', 'day', 'week', 'month'];

/** No counter of a key above its limit. Limits are never lowered in a run. */
export const OVER_LIMIT = PERIODS.map(
  (
    period,
  ) => `SELECT format('key %s: ${period} has taken %s of %s', api_key_id, ${period}_taken, ${period}_limit) AS problem
    FROM key_budget WHERE ${period}_taken > ${period}_limit`,
).join(' UNION ALL ');

/** A counter says what the key's charges and holds in its windows say. */
export const BUDGETS = PERIODS.map(
  (
    period,
  ) => `SELECT format('key %s: ${period} counts %s, its charges and holds are %s', b.api_key_id, b.${period}_taken, m.moved) AS problem
    FROM key_budget AS b, LATERAL (
      SELECT coalesce(sum(points), 0) AS moved FROM (
        SELECT api_key_id, window_no, points FROM hold UNION ALL SELECT api_key_id, window_no, points FROM charge WHERE window_no > 0
      ) AS movement WHERE api_key_id = b.api_key_id AND window_no >= b.${period}_first) AS m
    WHERE b.${period}_taken <> m.moved`,
).join(' UNION ALL ');

/** What a key is said to have used in its life is what it was charged. */
export const SPEND = `
  SELECT format('key %s: %s counted, %s charged', api_key_id, sum(counted), sum(charged)) AS problem
  FROM (SELECT api_key_id, points AS counted, 0 AS charged FROM key_usage
        UNION ALL SELECT api_key_id, points, 0 FROM charge WHERE request_id IN (SELECT unnest(request_ids) FROM charge_fresh)
        UNION ALL SELECT api_key_id, 0, points FROM charge) AS part
  GROUP BY api_key_id HAVING sum(counted) <> sum(charged)`;

/** Points held by whom nobody knows to be alive: neither a gateway nor a task that is not over. */
export const ORPHANS = `
  SELECT format('%s micropoints in hold %s of %s, which does not live', points, hold_no, owner_id) AS problem FROM hold AS h
  WHERE points > 0 AND NOT EXISTS (SELECT FROM gateway_instance AS i WHERE i.instance_id = h.owner_id AND i.state = 'live')
    AND NOT EXISTS (SELECT FROM task AS t WHERE t.id = h.owner_id AND t.ended_at IS NULL)`;

/** Points held by anybody: after the quiet there are none. */
export const HELD = `
  SELECT format('%s micropoints in hold %s of %s', points, hold_no, owner_id) AS problem FROM hold WHERE points > 0`;

/** A refund is of a charge, at most once, and of all of it. */
export const REFUNDS = `
  SELECT format('entry %s gives back %s of %s', e.idempotency_key, e.amount, coalesce(c.points::text, 'no charge')) AS problem
  FROM point_entry AS e LEFT JOIN charge AS c ON 'refund:' || c.request_id = e.idempotency_key AND c.account_id = e.account_id
  WHERE e.idempotency_key LIKE 'refund:%' AND c.points IS DISTINCT FROM e.amount`;

/** What administrators gave each account. */
export const CREDITS = `
  SELECT account_id, sum(amount)::text AS amount FROM point_entry WHERE idempotency_key NOT LIKE 'refund:%' GROUP BY account_id`;

/** What a key was charged in its life. */
export const SPENT_BY_KEY = 'SELECT api_key_id, sum(points)::text AS spent FROM charge GROUP BY api_key_id';

/** Every charge, with what was refunded of it. */
export const CHARGES = `
  SELECT c.request_id, c.api_key_id, c.model, c.points::text, c.held::text, c.uncollected::text, c.usage_source, c.outcome, c.funding::text,
    coalesce(e.amount, 0)::text AS refunded
  FROM charge AS c LEFT JOIN point_entry AS e ON e.account_id = c.account_id AND e.idempotency_key = 'refund:' || c.request_id`;
