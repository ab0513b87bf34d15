// @ts-check
/**
 * Loaded before a gateway that is to do everything but its two database statements: `reserve` and `settle` are answered at once, as if
 * there were points without end. What such a gateway costs beyond the bare pass-through is what we add apart from the ledger. Nothing that
 * it serves is booked.
 */
import { join } from 'node:path';
import { ROOT } from '../bootstrap/bootstrap.mjs';

const { LedgerRepository } = await import(
  join(ROOT, 'dist', 'node_modules', '@tokenbay', 'points', 'ledger.repository.js')
);
const { prototype } = LedgerRepository;
const { run } = prototype;
/** Where both statements carry the amount that is asked for. */
const AMOUNT = 5;

prototype.run = function runOrSkip(
  /** @type {string} */ pool,
  /** @type {{ name?: string, values: unknown[] }} */ statement,
) {
  const amount = statement.values?.[AMOUNT];
  if (statement.name === 'points_reserve') return Promise.resolve([['granted', amount, 1, 0]]);
  if (statement.name === 'points_settle') return Promise.resolve([['hold', amount, 0, false]]);
  return run.call(this, pool, statement);
};
