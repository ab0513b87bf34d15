import { uuidv7 } from '@tokenbay/platform';
import type { Hold } from './hold.js';
import { makeCharge, type TestLedger } from './testing/index.js';
import { useLedger } from './testing/use-ledger.js';

/** What a function that forgot its own check would write; each is refused by the table itself, under the constraint's name. */
const OFFENCES: readonly [string, string][] = [
  ['point_account_available_in_range', 'UPDATE point_account SET available = -1'],
  ['point_account_available_in_range', 'UPDATE point_account SET available = 9007199254740992'],
  ['key_budget_taken_not_negative', 'UPDATE key_budget SET quota_taken = -1'],
  ['key_budget_taken_not_negative', 'UPDATE key_budget SET week_taken = -1'],
  ['key_budget_limit_not_negative', 'UPDATE key_budget SET hour_limit = -1'],
  ['hold_points_not_negative', 'UPDATE hold SET points = -1'],
  ['charge_points_within_hold', 'UPDATE charge SET points = -1'],
  ['charge_points_within_hold', 'UPDATE charge SET points = held + 1'],
  ['charge_uncollected_not_negative', 'UPDATE charge SET uncollected = -1'],
  ['gateway_instance_state_known', `UPDATE gateway_instance SET state = 'asleep'`],
];

describe('the tables of the ledger, whatever a function writes', () => {
  let ledger: TestLedger;
  let hold: Hold;
  useLedger((opened) => (ledger = opened));

  beforeAll(async () => {
    const accountId = await ledger.addAccount(100);
    const apiKeyId = await ledger.addKey(accountId, { pointQuota: 90, pointLimits: [{ period: 'hour', points: 80 }] });
    const request = { accountId, apiKeyId, budgeted: true, least: 30, need: 30 };
    hold = await ledger.points.reserve({ ...request, requestId: uuidv7() });
    await ledger.points.settle(hold, makeCharge({ cost: 10 }));
    hold = await ledger.points.reserve({ ...request, requestId: uuidv7() });
  });

  it.each(OFFENCES)('refuse, by %s: %s', async (constraint, offence) => {
    const writing = ledger.database.pool('report').query(offence);
    await expect(writing).rejects.toMatchObject({ code: '23514', constraint });
  });

  it('refuse an entry twice under one idempotency key', async () => {
    const again = ledger.database.pool('report').query(
      `INSERT INTO point_entry (account_id, amount, available_after, reason, idempotency_key)
        SELECT account_id, amount, available_after, reason, idempotency_key FROM point_entry WHERE account_id = $1`,
      [hold.accountId],
    );
    await expect(again).rejects.toMatchObject({ code: '23505', constraint: 'point_entry_once' });
  });

  it('refuse a request twice', async () => {
    const again = ledger.database.pool('report').query('INSERT INTO charge SELECT * FROM charge');
    await expect(again).rejects.toMatchObject({ code: '23505' });
  });
});
