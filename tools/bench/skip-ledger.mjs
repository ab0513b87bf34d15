// @ts-check
/**
 * Loaded before a gateway that is to do everything but ask its ledger: `reserve`, `settle` and `release` are answered at once, as if there
 * were points without end. What such a gateway costs beyond the bare pass-through is what we add apart from the ledger. Nothing that it
 * serves is booked.
 */
import { join } from 'node:path';
import { ROOT } from '../bootstrap/bootstrap.mjs';

const { PointsService } = await import(join(ROOT, 'dist', 'node_modules', '@tokenbay', 'points', 'points.service.js'));

Object.assign(PointsService.prototype, {
  reserve: (/** @type {{ need: number }} */ { need }) => Promise.resolve({ points: need }),
  settle: (/** @type {object} */ _hold, /** @type {{ cost: number }} */ { cost }) =>
    Promise.resolve({ funding: 'hold', points: cost, uncollected: 0, repeated: false }),
  release: () => Promise.resolve(),
});
