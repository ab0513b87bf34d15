import type { Pool } from 'pg';
import { auditLedger } from '../audit/audit-ledger.js';
import { describeDifference } from '../audit/difference.js';

/** Everything that the audit finds wrong with the books, one sentence each; nothing where they are sound. */
export async function findLedgerFaults(pool: Pick<Pool, 'connect'>): Promise<string[]> {
  const { differences } = await auditLedger(pool);
  return differences.map(describeDifference);
}
