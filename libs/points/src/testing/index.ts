export { findLedgerFaults } from './find-ledger-faults.js';
export { openLedger, type TestLedger } from './open-ledger.js';
export { makeCharge } from './make-charge.js';
