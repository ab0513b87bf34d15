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
        from: 'SET available = available + r.points',
        to: 'SET available = available + r.points - 1',
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
    name: 'a charge is durable although its connection commits asynchronously',
    caughtBy: [ledgerSpec('settle')],
    database: [
      {
        function: 'points_settle',
        from: `PERFORM set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off';`,
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
