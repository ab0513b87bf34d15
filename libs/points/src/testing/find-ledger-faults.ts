import type { Pool } from 'pg';

const FAULTS = `
  SELECT 'account ' || account_id || ': entries - charges - available - held = ' || sum(amount) AS fault
    FROM (SELECT account_id, amount FROM point_entry
          UNION ALL SELECT account_id, -points FROM charge
          UNION ALL SELECT account_id, -points FROM charge_retired
          UNION ALL SELECT account_id, -available FROM point_account
          UNION ALL SELECT account_id, -points FROM hold) AS movement
    GROUP BY account_id HAVING sum(amount) <> 0
  UNION ALL
  SELECT 'account ' || account_id || ' is negative' FROM point_account WHERE available < 0
  UNION ALL
  SELECT 'key ' || b.api_key_id || ': ' || p.period || ' counts ' || p.taken || ', but spent and held is ' || sum(coalesce(t.points, 0))
    FROM key_budget AS b
    CROSS JOIN LATERAL (VALUES ('quota', quota_taken, quota_first), ('hour', hour_taken, hour_first), ('day', day_taken, day_first),
      ('week', week_taken, week_first), ('month', month_taken, month_first)) AS p (period, taken, first)
    LEFT JOIN (SELECT api_key_id, window_no, points FROM charge WHERE window_no > 0
               UNION ALL SELECT api_key_id, window_no, points FROM hold
               UNION ALL SELECT api_key_id, quota_first, quota_points FROM charge_retired) AS t
      ON t.api_key_id = b.api_key_id AND t.window_no >= p.first
    GROUP BY b.api_key_id, p.period, p.taken HAVING sum(coalesce(t.points, 0)) <> p.taken
  UNION ALL
  SELECT 'request ' || request_id || ' is charged more than was held' FROM charge WHERE points > held
  UNION ALL
  SELECT 'hold ' || hold_no || ' belongs to no living process' FROM hold
    WHERE owner_id NOT IN (SELECT instance_id FROM gateway_instance WHERE state = 'live')
  UNION ALL
  SELECT 'key ' || api_key_id || ' is counted ' || sum(life) || ' and by hours ' || sum(hours) || ' away from its charges'
    FROM (SELECT api_key_id, points AS life, 0 AS hours FROM key_usage
          UNION ALL SELECT api_key_id, 0, points FROM usage_hour
          UNION ALL SELECT api_key_id, -points, -points FROM charge WHERE request_id NOT IN (SELECT unnest(request_ids) FROM charge_fresh)
          UNION ALL SELECT api_key_id, -points, -points FROM charge_retired) AS spend
    GROUP BY api_key_id HAVING sum(life) <> 0 OR sum(hours) <> 0`;

/**
 * Everything that is wrong with the books, one sentence each; nothing where they are sound. Written apart from the ledger's functions and
 * audit views, so that it does not share their mistakes. A limit that was lowered may be exceeded and is not looked at.
 */
export async function findLedgerFaults(pool: Pick<Pool, 'query'>): Promise<string[]> {
  const { rows } = await pool.query<{ fault: string }>(FAULTS);
  return rows.map(({ fault }) => fault);
}
