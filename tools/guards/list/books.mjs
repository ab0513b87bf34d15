// @ts-check
import { ledgerSource, ledgerSpec } from '../guard.mjs';

/** The last guards: what the tables refuse, whatever a function writes. @type {[table: string, constraint: string][]} */
const CONSTRAINTS = [
  ['point_account', 'point_account_available_in_range'],
  ['point_entry', 'point_entry_once'],
  ['key_budget', 'key_budget_taken_not_negative'],
  ['key_budget', 'key_budget_limit_not_negative'],
  ['hold', 'hold_points_not_negative'],
  ['charge', 'charge_points_within_hold'],
  ['charge', 'charge_uncollected_not_negative'],
  ['gateway_instance', 'gateway_instance_state_known'],
];

/** That the books are right, and stay so. @type {readonly import('../guard.mjs').Guard[]} */
export const BOOKS = [
  {
    name: 'a request is booked once',
    caughtBy: [ledgerSpec('settle'), ledgerSpec('functions'), ledgerSpec('last-guards'), ledgerSpec('ledger-model')],
    database: [{ table: 'charge', constraint: 'charge_pkey' }],
  },
  {
    name: 'a charge is at most what was held',
    caughtBy: [ledgerSpec('settle'), ledgerSpec('ledger-model')],
    source: [{ file: ledgerSource('settle-line'), from: 'Math.min(charge.cost, hold.points)', to: 'charge.cost' }],
  },
  {
    name: 'what a hold gives back arrives whole (conservation)',
    caughtBy: [ledgerSpec('settle'), ledgerSpec('ledger-model')],
    database: [
      {
        function: 'points_give_back',
        from: 'SET available = a.available + t.total',
        to: 'SET available = a.available + t.total - 1',
      },
    ],
  },
  {
    name: 'what a dead process held goes back (conservation)',
    caughtBy: [ledgerSpec('settle'), ledgerSpec('ledger-keeper'), ledgerSpec('ledger-model')],
    database: [
      {
        function: 'points_reap',
        from: 'PERFORM points_give_back(v_account, v_key, v_window, v_points) WHERE v_points IS NOT NULL;',
        to: '',
      },
    ],
  },
  {
    name: 'what was booked before costs its hold nothing (conservation)',
    caughtBy: [ledgerSpec('functions'), ledgerSpec('ledger-model')],
    database: [{ function: 'points_settle', from: 'SET points = h.points + d.due', to: 'SET points = h.points' }],
  },
  {
    name: 'what was booked before gives nothing back again (conservation)',
    caughtBy: [ledgerSpec('functions')],
    database: [{ function: 'points_settle', from: 'IF 0 > ANY (v_back) THEN', to: 'IF false THEN' }],
  },
  {
    name: 'what was booked before is due from nobody',
    caughtBy: [ledgerSpec('settle'), ledgerSpec('ledger-model')],
    database: [
      {
        function: 'points_fund_short',
        from: 'CASE WHEN c.request_id IS NULL THEN l.points + l.back ELSE 0 END',
        to: 'l.points + l.back',
      },
    ],
  },
  {
    name: 'what somebody else books meanwhile is not paid by the account as well',
    caughtBy: [ledgerSpec('functions')],
    database: [
      {
        function: 'points_settle',
        from: `RAISE EXCEPTION 'a request was booked meanwhile' USING ERRCODE = 'serialization_failure';`,
        to: 'NULL;',
      },
    ],
  },
  {
    name: 'a batch in which a request stands twice is refused',
    caughtBy: [ledgerSpec('functions')],
    database: [
      { function: 'points_settle', from: `RAISE EXCEPTION 'a request stands twice in one batch';`, to: 'NULL;' },
    ],
  },
  {
    name: 'a charge is durable although its connection commits asynchronously',
    caughtBy: [ledgerSpec('settle')],
    database: [
      {
        function: 'points_settle',
        from: `IF current_setting('synchronous_commit') = 'off' THEN PERFORM set_config('synchronous_commit', 'on', true); END IF;`,
        to: '',
      },
    ],
  },
  ...CONSTRAINTS.map(([table, constraint]) => ({
    name: `the last guard ${constraint}`,
    caughtBy: [ledgerSpec('last-guards')],
    database: [{ table, constraint }],
  })),
];
