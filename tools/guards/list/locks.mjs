// @ts-check
import { ledgerSpec } from '../guard.mjs';

const LOCK_HOLDS =
  'PERFORM FROM hold AS h WHERE h.owner_id = p_owner AND h.hold_no = ANY (p_hold_no) ORDER BY h.hold_no FOR NO KEY UPDATE;';
const LOCK_ACCOUNTS =
  'PERFORM FROM point_account WHERE account_id = ANY (p_account_id) ORDER BY account_id FOR NO KEY UPDATE;';

/** The one order of locks, without which two functions wait for each other. @type {readonly import('../guard.mjs').Guard[]} */
export const LOCKS = [
  {
    name: 'a reserve locks holds before accounts',
    caughtBy: [ledgerSpec('lock-order')],
    database: [
      {
        function: 'points_reserve',
        from: `${LOCK_HOLDS} ${LOCK_ACCOUNTS}`,
        to: `${LOCK_ACCOUNTS} ${LOCK_HOLDS}`,
      },
    ],
  },
  {
    name: 'a reserve locks accounts by id',
    caughtBy: [ledgerSpec('lock-order')],
    database: [
      {
        function: 'points_reserve',
        from: LOCK_ACCOUNTS,
        to: LOCK_ACCOUNTS.replace('ORDER BY account_id', 'ORDER BY account_id DESC'),
      },
    ],
  },
  {
    name: 'a settle locks holds before accounts',
    caughtBy: [ledgerSpec('lock-order')],
    database: [{ function: 'points_settle', from: LOCK_HOLDS, to: '' }],
  },
  {
    name: 'a settle that gives back locks accounts before budgets',
    caughtBy: [ledgerSpec('lock-order')],
    database: [
      {
        function: 'points_settle',
        from: 'PERFORM FROM point_account WHERE account_id = ANY (ARRAY(',
        to: 'PERFORM FROM point_account WHERE false AND account_id = ANY (ARRAY(',
      },
    ],
  },
  {
    name: 'a settle writes charges by request id',
    caughtBy: [ledgerSpec('lock-order')],
    database: [{ function: 'points_settle', from: 'ORDER BY l.request_id) AS l', to: ') AS l' }],
  },
  {
    name: 'the reaper locks accounts before budgets',
    caughtBy: [ledgerSpec('lock-order')],
    database: [
      {
        function: 'points_reap',
        from: 'PERFORM FROM point_account WHERE account_id = ANY (v_account) ORDER BY account_id FOR NO KEY UPDATE;',
        to: '',
      },
    ],
  },
];
