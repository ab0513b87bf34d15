import type { TestLedger } from './open-ledger.js';

/**
 * Holds of which a process's memory and the ledger do not say the same: a doubled reserve, which no sum over the books can show. None
 * where the process was ended, whether or not it knows.
 */
export async function findMemoryFaults({ ledger, instance }: TestLedger): Promise<string[]> {
  const registration = instance.current;
  const rows = registration && (await ledger.listHolds(registration.id));
  if (!rows) return [];
  return rows.flatMap(({ holdNo, points, sequence }) => {
    const escrow = registration.escrows.get(holdNo);
    const remembered = escrow ? escrow.free + escrow.taken : 0;
    const isAlike = remembered === points && (escrow?.sequence ?? sequence) === sequence;
    return isAlike ? [] : [`hold ${holdNo} has ${points} by ${sequence}, remembered are ${remembered}`];
  });
}
