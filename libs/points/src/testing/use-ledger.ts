import { cloneDatabase, type ClonedDatabase } from '@tokenbay/testing';
import type { LedgerTimes } from '../ledger-times.js';
import { findLedgerFaults } from './find-ledger-faults.js';
import { openLedger, type TestLedger } from './open-ledger.js';
import { steerClearOfHour } from './steer-clear-of-hour.js';

/**
 * Gives the tests of the surrounding `describe` one ledger on a database of its own, far enough from the end of an hour. After each of
 * them its books must be sound; behind the last it closes.
 */
export function useLedger(isOpen: (ledger: TestLedger) => void, changes: Partial<LedgerTimes> = {}): void {
  let clone: ClonedDatabase | undefined;
  let ledger: TestLedger | undefined;

  beforeAll(async () => {
    clone = await cloneDatabase();
    ledger = await openLedger(clone.url, changes);
    await steerClearOfHour();
    isOpen(ledger);
  }, 120_000);

  afterEach(async () => {
    if (ledger) expect(await findLedgerFaults(ledger.database.pool('report'))).toEqual([]);
  });

  afterAll(async () => {
    await ledger?.close();
    await clone?.drop();
  });
}
