import fc from 'fast-check';
import { compareFleet } from './testing/compare-fleet.js';
import { findLedgerFaults, openLedger, type TestLedger } from './testing/index.js';
import { LedgerFleet } from './testing/ledger-fleet.js';
import { LedgerModel } from './testing/ledger-model.js';
import { anyBalance, anySteps, PROCESSES, type Step } from './testing/ledger-steps.js';
import { useLedger } from './testing/use-ledger.js';

/** `LEDGER_MODEL_RUNS` makes it as long as one likes; `LEDGER_MODEL_SEED` repeats one, by the seed that a failure prints. */
const { LEDGER_MODEL_RUNS, LEDGER_MODEL_SEED } = process.env;
const RUNS = Number(LEDGER_MODEL_RUNS ?? 30);
/** Without being asked for, no longer than this, however busy the machine is. */
const SHORT_MS = 18_000;
const RUN_MS_MAX = 5_000;
/** No lease ends by itself. */
const TIMES = { pauseMs: 0, idleMs: 0, leaseMs: 3_600_000 };

describe('the ledger beside its model', () => {
  let first: TestLedger;
  const ledgers: TestLedger[] = [];
  afterAll(async () => {
    for (const ledger of ledgers.slice(1)) await ledger.close();
  });
  useLedger((opened) => ledgers.push((first = opened)), TIMES);

  beforeAll(async () => {
    while (ledgers.length < PROCESSES) ledgers.push(await openLedger(first.url, TIMES));
  });

  it(
    'answers every sequence of steps as the model does, and keeps its books',
    async () => {
      let running = Promise.resolve();
      const run = async (points: number, steps: readonly Step[]) => {
        const accountId = await first.addAccount(points);
        const plain = await first.addKey(accountId);
        const served = { accountId, plain, budgeted: await first.addKey(accountId, { pointQuota: null }) };
        const model = new LedgerModel(points);
        const fleet = new LedgerFleet(
          ledgers.map((ledger) => ledger.succeed()),
          model,
          served,
        );
        for (const step of steps) {
          await fleet.take(step);
          await compareFleet(fleet, model, served);
        }
        for (const what of ['resume', 'stop'] as const)
          for (let process = 0; process < PROCESSES; process += 1) await fleet.take({ do: what, process });
        await fleet.take({ do: 'reap' });
        await compareFleet(fleet, model, served);
        expect(model.held).toBe(0);
        expect(await findLedgerFaults(first.database.pool('report'))).toEqual([]);
      };
      const property = fc.asyncProperty(anyBalance, anySteps, (points, steps) => (running = run(points, steps)));
      await fc.assert(property, {
        numRuns: RUNS,
        ...(LEDGER_MODEL_SEED === undefined ? {} : { seed: Number(LEDGER_MODEL_SEED) }),
        ...(LEDGER_MODEL_RUNS === undefined ? { interruptAfterTimeLimit: SHORT_MS } : {}),
      });
      // The one that the end of the time interrupted is not left behind.
      await running;
    },
    60_000 + RUNS * RUN_MS_MAX,
  );
});
