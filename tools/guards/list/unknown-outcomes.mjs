// @ts-check
import { ledgerSource, ledgerSpec } from '../guard.mjs';

const RECOVERY = ledgerSource('recovery');
const RUN_BOUNDED = ledgerSource('run-bounded');
const DOUBT = 'libs/platform/src/database/doubt.ts';

/** What is done where nobody knows whether a statement took effect. @type {readonly import('../guard.mjs').Guard[]} */
export const UNKNOWN_OUTCOMES = [
  {
    name: 'a connection that did not answer in time is destroyed',
    caughtBy: [ledgerSpec('run-bounded')],
    source: [{ file: RUN_BOUNDED, from: 'release(isDoubtful || !(error instanceof DatabaseError))', to: 'release()' }],
  },
  {
    name: 'a commit whose wait for a standby was cancelled is not durable',
    caughtBy: [ledgerSpec('run-bounded'), ledgerSpec('standby')],
    source: [{ file: DOUBT, from: 'if (routine === STANDBY_WAIT) isReplicated = false;', to: '' }],
  },
  {
    name: 'the server process of a reserve that was given up is ended before holds are read',
    caughtBy: [ledgerSpec('given-up')],
    source: [
      { file: RECOVERY, from: 'if (processIds.length > 0) await this.ledger.endProcesses(processIds);', to: '' },
    ],
  },
  {
    name: 'memory lends nothing while it may differ from the ledger',
    caughtBy: [ledgerSpec('recovery')],
    source: [{ file: ledgerSource('holds'), from: 'this.recovery.isOver &&', to: '' }],
  },
  {
    name: 'holds are read with the reserve lane at rest',
    caughtBy: [ledgerSpec('recovery')],
    source: [
      {
        file: RECOVERY,
        from: 'await Promise.all([this.reserves.pause(), this.settles.pause()]);',
        to: 'await this.settles.pause();',
      },
    ],
  },
  {
    name: 'holds are read with the settle lane at rest',
    caughtBy: [ledgerSpec('recovery')],
    source: [
      {
        file: RECOVERY,
        from: 'await Promise.all([this.reserves.pause(), this.settles.pause()]);',
        to: 'await this.reserves.pause();',
      },
    ],
  },
  {
    name: 'a hold that is not as the ledger has it is read again',
    caughtBy: [ledgerSpec('recovery')],
    source: [{ file: ledgerSource('reserve-lane'), from: 'else this.whenInDoubt(null);', to: '' }],
  },
  {
    name: 'a request that nobody can pay leaves a tombstone',
    caughtBy: [ledgerSpec('settle')],
    database: [
      {
        function: 'points_settle',
        from: 'ORDER BY l.request_id) AS l',
        to: `ORDER BY l.request_id) AS l WHERE v_funding[n] IS DISTINCT FROM 'refused'`,
      },
    ],
  },
  {
    name: 'an answer that was cut leaves a tombstone',
    caughtBy: [ledgerSpec('outage')],
    source: [{ file: RECOVERY, from: 'await this.endThese(lines);', to: '' }],
  },
  {
    name: 'an answer that was cut although it was booked is refunded',
    caughtBy: [ledgerSpec('outage')],
    source: [{ file: RECOVERY, from: 'await this.ledger.refund(hold, charge.requestId, points);', to: '' }],
  },
  {
    name: 'a charge that the ledger refuses does not take its batch along',
    caughtBy: [ledgerSpec('process-side')],
    source: [{ file: ledgerSource('settle-lane'), from: 'if (batch.length > 1) {', to: 'if (false as boolean) {' }],
  },
];
