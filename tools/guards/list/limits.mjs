// @ts-check
import { ledgerSpec } from '../guard.mjs';

const ROOM = 'v_room := least(v_account_left, v_quota_left, v_period_left);';

/** What an account and a key may spend at most. @type {readonly import('../guard.mjs').Guard[]} */
export const LIMITS = [
  {
    name: 'a reserve takes no more than the account has',
    caughtBy: [ledgerSpec('functions'), ledgerSpec('reserve')],
    database: [
      {
        function: 'points_reserve',
        from: ROOM,
        to: 'v_room := least(9007199254740991, v_quota_left, v_period_left);',
      },
    ],
  },
  {
    name: 'a reserve takes no more than the quota leaves',
    caughtBy: [ledgerSpec('functions'), ledgerSpec('reserve')],
    database: [{ function: 'points_reserve', from: ROOM, to: 'v_room := least(v_account_left, v_period_left);' }],
  },
  {
    name: 'a reserve takes no more than a period leaves',
    caughtBy: [ledgerSpec('reserve')],
    database: [{ function: 'points_reserve', from: ROOM, to: 'v_room := least(v_account_left, v_quota_left);' }],
  },
  {
    name: 'a reserve takes nothing where the least does not fit',
    caughtBy: [ledgerSpec('functions')],
    database: [{ function: 'points_reserve', from: 'IF v_room >= r.least THEN', to: 'IF true THEN' }],
  },
  {
    name: 'what is lent ahead pays for whole requests',
    caughtBy: [ledgerSpec('functions')],
    database: [{ function: 'points_reserve', from: 'v_extra - v_extra % greatest(r.unit, 1)', to: 'v_extra' }],
  },
  {
    name: 'an account that does not exist has nothing',
    caughtBy: [ledgerSpec('functions')],
    database: [
      { function: 'points_reserve', from: 'coalesce(a.available, 0) AS available', to: 'a.available AS available' },
    ],
  },
  {
    name: 'what an old window gives back lifts no limit in the same batch',
    caughtBy: [ledgerSpec('functions')],
    database: [
      {
        function: 'points_reserve',
        from: 'v_quota_left := v_quota_left - greatest(granted, 0);',
        to: 'v_quota_left := v_quota_left - granted;',
      },
      {
        function: 'points_reserve',
        from: 'v_period_left := v_period_left - greatest(granted, 0);',
        to: 'v_period_left := v_period_left - granted;',
      },
    ],
  },
  {
    name: 'a hold takes nothing more once its window is over',
    caughtBy: [ledgerSpec('functions')],
    database: [
      {
        function: 'points_reserve',
        from: 'ELSIF r.need >= 0 AND r.h_window <> r.b_window THEN',
        to: 'ELSIF false THEN',
      },
    ],
  },
  {
    name: 'points of an old window count in no period that began later',
    caughtBy: [ledgerSpec('windows')],
    database: [
      {
        function: 'points_take_budgets',
        from: 'sum(CASE WHEN u.window_no >= k.hour_first THEN u.points ELSE 0 END)',
        to: 'sum(u.points)',
      },
    ],
  },
  {
    name: 'a settle gives nothing back to a period that ends while it waits for the budget',
    caughtBy: [ledgerSpec('functions')],
    database: [
      {
        function: 'points_settle',
        from: 'PERFORM FROM key_budget AS b WHERE b.api_key_id = ANY (ARRAY(',
        to: 'PERFORM FROM key_budget AS b WHERE false AND b.api_key_id = ANY (ARRAY(',
      },
    ],
  },
  {
    name: 'a period never begins earlier than it already did',
    caughtBy: [ledgerSpec('windows')],
    database: [{ function: 'points_at', from: 'IF v_hour > b.hour_start THEN', to: 'IF v_hour <> b.hour_start THEN' }],
  },
  {
    name: 'a direct charge takes no more than the account has',
    caughtBy: [ledgerSpec('functions'), ledgerSpec('settle')],
    database: [{ function: 'points_fund_short', from: 'AND available >= r.points;', to: ';' }],
  },
  {
    name: 'a direct charge takes no more than every budget leaves',
    caughtBy: [ledgerSpec('settle')],
    database: [
      { function: 'points_fund_short', from: 'NOT coalesce(r.points > least(', to: 'NOT coalesce(0 > least(' },
    ],
  },
  {
    name: 'a direct charge is refused once a limited period has ended',
    caughtBy: [ledgerSpec('settle')],
    database: [
      {
        function: 'points_fund_short',
        from: 'AND r.window_no >= coalesce(greatest(',
        to: 'AND r.window_no >= least(0, greatest(',
      },
    ],
  },
  {
    name: 'a direct charge is refused though nobody has begun the next period',
    caughtBy: [ledgerSpec('settle')],
    database: [
      {
        function: 'points_fund_short',
        from: 'points_at(b, clock_timestamp()) AS n',
        to: 'LATERAL (SELECT b.*) AS n',
      },
    ],
  },
  {
    name: 'nobody takes away what an account has not',
    caughtBy: [ledgerSpec('points.service')],
    database: [{ function: 'points_credit', from: 'IF v_available + p_amount < 0 THEN', to: 'IF false THEN' }],
  },
];
