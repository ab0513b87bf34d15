// @ts-check
import { ledgerSource, ledgerSpec } from '../guard.mjs';

/** When a settle looks at a hold that does not pay. */
const IS_SHORT = 'bool_or(h.points IS NULL OR h.account_id <> d.account_id OR h.points < d.due)';
/** What a settle looks at, and what it then takes from. */
const LOOKED_AT = 'x.owner_id = p_owner AND x.hold_no = d.hold_no';
const TAKEN_FROM = 'h.owner_id = d.owner_id AND h.hold_no = d.hold_no AND h.points >= d.due';
/** That all holds were taken from which were to be. */
const IS_TAKEN = 'IF v_taken <> v_holds THEN';
const HELD_SHORT = 'h.owner_id = p_owner AND h.hold_no = l.hold_no AND h.account_id = l.account_id';

/** Who may move the points of a hold, and which of several calls. @type {readonly import('../guard.mjs').Guard[]} */
export const FENCES = [
  {
    name: 'a hold that is gone pays nothing',
    caughtBy: [ledgerSpec('settle'), ledgerSpec('ledger-keeper'), ledgerSpec('ledger-model')],
    database: [
      {
        function: 'points_settle',
        from: IS_SHORT,
        to: 'bool_or(h.account_id <> d.account_id OR h.points < d.due)',
      },
      { function: 'points_settle', from: IS_TAKEN, to: 'IF false THEN' },
    ],
  },
  {
    name: 'a hold pays no more than it has',
    caughtBy: [ledgerSpec('functions')],
    database: [
      {
        function: 'points_settle',
        from: IS_SHORT,
        to: 'bool_or(h.points IS NULL OR h.account_id <> d.account_id)',
      },
      {
        function: 'points_settle',
        from: TAKEN_FROM,
        to: 'h.owner_id = d.owner_id AND h.hold_no = d.hold_no',
      },
    ],
  },
  {
    name: 'a hold that goes while a settle waits for it pays nothing',
    caughtBy: [ledgerSpec('functions')],
    database: [{ function: 'points_settle', from: IS_TAKEN, to: 'IF false THEN' }],
  },
  {
    name: 'a hold that shrinks while a settle waits for it is looked at again',
    caughtBy: [ledgerSpec('functions')],
    database: [
      {
        function: 'points_settle',
        from: TAKEN_FROM,
        to: 'h.owner_id = d.owner_id AND h.hold_no = d.hold_no',
      },
    ],
  },
  {
    name: 'a hold pays for its owner only',
    caughtBy: [ledgerSpec('functions')],
    database: [
      {
        function: 'points_settle',
        from: LOOKED_AT,
        to: 'x.hold_no = d.hold_no',
      },
      {
        function: 'points_settle',
        from: TAKEN_FROM,
        to: 'h.hold_no = d.hold_no AND h.points >= d.due',
      },
      {
        function: 'points_fund_short',
        from: HELD_SHORT,
        to: 'h.hold_no = l.hold_no AND h.account_id = l.account_id',
      },
    ],
  },
  {
    name: 'a hold pays for its own account only',
    caughtBy: [ledgerSpec('functions')],
    database: [
      { function: 'points_settle', from: IS_SHORT, to: 'bool_or(h.points IS NULL OR h.points < d.due)' },
      { function: 'points_fund_short', from: HELD_SHORT, to: 'h.owner_id = p_owner AND h.hold_no = l.hold_no' },
    ],
  },
  {
    name: 'a reserve moves points of the hold’s own account and key only',
    caughtBy: [ledgerSpec('functions')],
    database: [
      {
        function: 'points_reserve',
        from: 'OR r.h_account <> r.account_id OR r.h_account IS NOT NULL AND r.h_key <> r.key THEN',
        to: 'THEN',
      },
    ],
  },
  {
    name: 'a process that was ended reserves nothing',
    caughtBy: [ledgerSpec('functions'), ledgerSpec('ledger-keeper')],
    database: [{ function: 'points_reserve', from: 'IF NOT FOUND THEN RETURN; END IF;', to: '' }],
  },
  {
    name: 'a reserve shares its process’s lock with others, so that the reaper waits for it',
    caughtBy: [ledgerSpec('ledger-keeper')],
    database: [
      { function: 'points_reserve', from: 'PERFORM pg_advisory_xact_lock_shared(points_fence(p_owner));', to: '' },
    ],
  },
  {
    name: 'the reaper has a process’s lock alone',
    caughtBy: [ledgerSpec('ledger-keeper')],
    database: [{ function: 'points_reap', from: 'PERFORM pg_advisory_xact_lock(points_fence(p_instance));', to: '' }],
  },
  {
    name: 'a repeated sequence is answered with what it gave',
    caughtBy: [ledgerSpec('functions')],
    database: [{ function: 'points_reserve', from: 'IF r.h_sequence = r.sequence THEN', to: 'IF false THEN' }],
  },
  {
    name: 'no sequence is left out',
    caughtBy: [ledgerSpec('functions')],
    database: [
      { function: 'points_reserve', from: 'ELSIF coalesce(r.h_sequence, 0) <> r.sequence - 1 OR', to: 'ELSIF' },
    ],
  },
  {
    name: 'the reaper leaves a process whose lease runs alone',
    caughtBy: [ledgerSpec('ledger-keeper')],
    database: [
      { function: 'points_reap_next', from: 'WHERE lease_until < clock_timestamp() ORDER BY', to: 'ORDER BY' },
    ],
  },
  {
    name: 'a process reaps only after a lease time of its own heartbeats',
    caughtBy: [ledgerSpec('ledger-keeper')],
    source: [
      {
        file: ledgerSource('ledger-keeper'),
        from: 'return nowMs - this.steadySinceMs >= this.times.leaseMs;',
        to: 'return true;',
      },
    ],
  },
  {
    name: 'a gap between a process’s heartbeats begins its lease time anew',
    caughtBy: [ledgerSpec('ledger-keeper')],
    source: [
      {
        file: ledgerSource('ledger-keeper'),
        from: 'if (isLate || this.steadySinceMs === Infinity)',
        to: 'if (this.steadySinceMs === Infinity)',
      },
    ],
  },
  {
    name: 'a process lends nothing from memory once its lease may be over',
    caughtBy: [ledgerSpec('process-side')],
    source: [{ file: ledgerSource('ledger-instance'), from: 'return nowMs < this.leasedUntilMs;', to: 'return true;' }],
  },
];
