import { setTimeout as pause } from 'node:timers/promises';
import { uuidv7 } from '@tokenbay/platform';
import { cloneDatabase, type ClonedDatabase } from '@tokenbay/testing';
import { findLedgerFaults, openLedger, type TestLedger } from './testing/index.js';

/** One line of `points_reserve`; what is left out stands as here. */
interface Line {
  readonly hold: number;
  readonly sequence?: number;
  readonly account?: string;
  readonly key?: string | null;
  readonly least?: number;
  readonly need: number;
  readonly tip?: number;
  readonly extra?: number;
  readonly unit?: number;
  readonly share?: number;
}

const WAITING = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;

describe('the functions of the ledger, batch by batch', () => {
  let clone: ClonedDatabase;
  let ledger: TestLedger;
  let owner: string;
  let account: string;
  let budgeted: string;

  beforeAll(async () => {
    clone = await cloneDatabase();
    ledger = await openLedger(clone.url);
  }, 60_000);

  beforeEach(async () => {
    owner = uuidv7();
    await ledger.ledger.register(owner);
    account = await ledger.addAccount(1_000);
    budgeted = await ledger.addKey(account, { pointQuota: 500, pointLimits: [{ period: 'hour', points: 300 }] });
  });

  afterEach(async () => {
    expect(await findLedgerFaults(ledger.database.pool('report'))).toEqual([]);
    await ledger.ledger.stop(owner);
  });

  afterAll(async () => {
    await ledger.close();
    await clone.drop();
  });

  async function reserve(...lines: Line[]) {
    const column = (pick: (line: Line) => unknown) => lines.map(pick);
    const { rows } = await ledger.database
      .pool('reserve')
      .query<{ outcome: string; granted: string; window_no: number }>(
        `SELECT hold_no::int, outcome, granted::int, account_left::int, quota_left::int, period_left::int, window_no
        FROM points_reserve($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
        [
          owner,
          column(({ hold }) => hold),
          column(({ sequence = 1 }) => sequence),
          column(({ account: of = account }) => of),
          column(({ key = null }) => key),
          column(({ least = 0 }) => least),
          column(({ need }) => need),
          column(({ tip = 0 }) => tip),
          column(({ extra = 0 }) => extra),
          column(({ unit = 1 }) => unit),
          column(({ share = 100 }) => share),
        ],
      );
    return rows;
  }

  const endWindow = () =>
    ledger.database.tx.query(
      `UPDATE key_budget SET window_end = '-infinity', hour_start = hour_start - interval '1 hour' WHERE api_key_id = $1`,
      [budgeted],
    );

  it('answers a repeated sequence with what it gave the first time, and any other but the next with nothing', async () => {
    expect(await reserve({ hold: 1, need: 50 })).toMatchObject([{ outcome: 'granted', granted: 50 }]);
    expect(await reserve({ hold: 1, need: 70 })).toMatchObject([{ outcome: 'granted', granted: 50 }]);
    expect(await reserve({ hold: 1, sequence: 3, need: 70 })).toMatchObject([{ outcome: 'sequence', granted: 0 }]);
    expect(await reserve({ hold: 1, sequence: 2, need: -20 })).toMatchObject([{ outcome: 'granted', granted: -20 }]);
    expect(await reserve({ hold: 1, sequence: 2, need: -20 })).toMatchObject([{ outcome: 'granted', granted: -20 }]);
    expect(await ledger.available(account)).toBe(970);
  });

  it('gives back nothing of a hold that was never opened, and no more than a hold has', async () => {
    expect(await reserve({ hold: 1, need: -50 })).toMatchObject([{ granted: 0 }]);
    await reserve({ hold: 2, need: 50 });
    expect(await reserve({ hold: 2, sequence: 2, need: -9_999 })).toMatchObject([{ granted: -50 }]);
    expect(await ledger.available(account)).toBe(1_000);
  });

  it('grants an account that does not exist nothing, whatever its key may spend', async () => {
    expect(await reserve({ hold: 1, account: '999999999', key: budgeted, least: 1, need: 50 })).toMatchObject([
      { granted: 0, account_left: 0 },
    ]);
  });

  it('never moves points of one account through the hold of another', async () => {
    const other = await ledger.addAccount(1_000);
    await reserve({ hold: 1, need: 50 });
    expect(await reserve({ hold: 1, sequence: 2, account: other, need: 50 })).toMatchObject([{ outcome: 'sequence' }]);
    expect(await reserve({ hold: 1, sequence: 2, key: budgeted, need: 50 })).toMatchObject([{ outcome: 'sequence' }]);
  });

  it('does not lift a limit by points that an old window gives back in the same batch', async () => {
    await reserve({ hold: 3, key: budgeted, need: 300 });
    await endWindow();
    expect(
      await reserve({ hold: 3, sequence: 2, key: budgeted, need: -300 }, { hold: 4, key: budgeted, need: 900 }),
    ).toMatchObject([
      { hold_no: 3, granted: -300 },
      { hold_no: 4, granted: 200, quota_left: 0 },
    ]);
  });

  it('tells that a hold’s window is over, and still takes its points back', async () => {
    await reserve({ hold: 1, key: budgeted, need: 100 });
    await endWindow();
    expect(await reserve({ hold: 1, sequence: 2, key: budgeted, need: 10 })).toMatchObject([
      { outcome: 'window', granted: 0 },
    ]);
    expect(await reserve({ hold: 1, sequence: 2, key: budgeted, need: -100 })).toMatchObject([{ granted: -100 }]);
  });

  it('shares one account among the holds of a batch, exactly', async () => {
    const rows = await reserve(
      ...[1, 2, 3, 4].map((hold) => ({ hold, key: hold > 2 ? budgeted : null, least: 300, need: 400 })),
    );
    expect(rows).toMatchObject([{ granted: 400 }, { granted: 400 }, { granted: 0 }, { granted: 0 }]);
    expect(await ledger.available(account)).toBe(200);
  });

  it('lends one part of what is left, and nothing under one request', async () => {
    expect(await reserve({ hold: 1, need: 100, extra: 500, unit: 9, share: 100 })).toMatchObject([{ granted: 109 }]);
    expect(await reserve({ hold: 2, need: 91, extra: 500, unit: 9, share: 100 })).toMatchObject([{ granted: 91 }]);
  });

  it('grants nothing to an instance that was ended', async () => {
    await ledger.ledger.stop(owner);
    expect(await reserve({ hold: 1, need: 1 })).toEqual([]);
  });

  describe('a batch of charges', () => {
    interface Booking {
      readonly hold: number;
      readonly points: number;
      readonly back?: number;
      readonly request?: string;
      readonly key?: string;
      readonly window?: number;
    }

    const toSettle = (lines: readonly Booking[]): [string, unknown[]] => {
      const column = (pick: (line: Booking) => unknown) => lines.map(pick);
      const same = (value: unknown) => column(() => value);
      return [
        `SELECT n, funding, points::int, uncollected::int, repeated
          FROM points_settle(${Array.from({ length: 27 }, (_, n) => `$${n + 1}`).join(', ')}) ORDER BY n`,
        [
          owner,
          column(({ hold }) => hold),
          column(({ back = 0 }) => back),
          column(({ request = uuidv7() }) => request),
          same(account),
          column(({ key = '1' }) => key),
          column(({ window = 0 }) => window),
          column(({ points }) => points),
          column(({ points }) => points),
          ...[0, 'm', null, 1, false, 200, null, 1, 1, 0, 0, 1, 0, 1, 1, 1, null].map(same),
          JSON.stringify(same({})),
        ],
      ];
    };

    const settle = async (...lines: Booking[]): Promise<unknown[]> =>
      (await ledger.database.pool('settle').query(...toSettle(lines))).rows;

    it('answers nothing where every line was paid from its hold', async () => {
      await reserve({ hold: 1, need: 100 });
      expect(await settle({ hold: 1, points: 10 }, { hold: 1, points: 20, back: 70 })).toEqual([]);
      expect(await ledger.available(account)).toBe(970);
    });

    it('is paid line by line: by the hold that has enough, by the account for the others, and by nobody beyond it', async () => {
      await reserve({ hold: 1, need: 100 }, { hold: 2, need: 50 });
      const rows = await settle(
        { hold: 1, points: 90, back: 10 },
        { hold: 2, points: 60 },
        { hold: 9, points: 700 },
        { hold: 9, points: 300, back: 5 },
        { hold: 9, points: 0, back: 5 },
      );
      expect(rows).toEqual([
        { n: 2, funding: 'account', points: 60, uncollected: 0, repeated: false },
        { n: 3, funding: 'account', points: 700, uncollected: 0, repeated: false },
        { n: 4, funding: 'refused', points: 0, uncollected: 300, repeated: false },
      ]);
      expect(await ledger.available(account)).toBe(1_000 - 150 + 10 - 760);
    });

    it('is booked once, and a repetition answers what stands in the books', async () => {
      await reserve({ hold: 1, need: 100 });
      const [first, second] = [uuidv7(), uuidv7()];
      await settle({ hold: 1, points: 30, back: 10, request: first });
      expect(
        await settle({ hold: 1, points: 30, back: 10, request: first }, { hold: 1, points: 40, request: second }),
      ).toEqual([{ n: 1, funding: 'hold', points: 30, uncollected: 0, repeated: true }]);
      expect(await ledger.ledger.listHolds(owner)).toMatchObject([{ points: 20 }]);
    });

    it('moves nothing for what was booked before, however much the hold has', async () => {
      await reserve({ hold: 1, need: 300 });
      const first = uuidv7();
      await settle({ hold: 1, points: 30, back: 10, request: first });
      await settle({ hold: 1, points: 30, back: 10, request: first }, { hold: 1, points: 40, back: 5 });
      expect(await ledger.ledger.listHolds(owner)).toMatchObject([{ points: 300 - 40 - 45 }]);
      expect(await ledger.available(account)).toBe(700 + 10 + 5);
    });

    /** What becomes of a batch that has to wait for a change of what it is about to write. */
    async function settleDuring(change: string, values: unknown[], lines: readonly Booking[]) {
      let settling: Promise<unknown> = Promise.resolve();
      await ledger.database.transaction(async (tx) => {
        await tx.query(change, values);
        settling = settle(...lines).catch((error: { code: string }) => error.code);
        while ((await ledger.database.tx.query<unknown[]>(WAITING)).length === 0) await pause(2);
      });
      return settling;
    }

    it('is repeated where a hold is reaped while it waits for that hold, and then paid by the account', async () => {
      await reserve({ hold: 1, need: 100 }, { hold: 2, need: 100 });
      const lines = [1, 2].map((hold) => ({ hold, points: 40, request: uuidv7() }));
      expect(await settleDuring(`SELECT points_reap($1, 'dead')`, [owner], lines)).toBe('40001');
      expect(await settle(...lines)).toMatchObject([{ funding: 'account' }, { funding: 'account' }]);
      expect(await ledger.available(account)).toBe(920);
    });

    it('is repeated where what its account was to pay is booked while it waits for that, and then costs nothing', async () => {
      await reserve({ hold: 1, need: 100 });
      const line = { points: 40, request: uuidv7() };
      expect(await settleDuring(...toSettle([{ ...line, hold: 1 }]), [{ ...line, hold: 9 }])).toBe('40001');
      expect(await settle({ ...line, hold: 9 })).toMatchObject([{ funding: 'hold', points: 40, repeated: true }]);
      expect(await ledger.available(account)).toBe(900);
    });

    it('is repeated where a hold becomes too small while it waits for that hold', async () => {
      await reserve({ hold: 1, need: 100 });
      const line = { hold: 1, points: 40, request: uuidv7() };
      const giveBack = `SELECT FROM points_reserve($1, '{1}', '{2}', $2, NULL, '{0}', '{-80}', '{0}', '{0}', '{1}', '{100}')`;
      expect(await settleDuring(giveBack, [owner, [account]], [line])).toBe('40001');
      expect(await settle(line)).toMatchObject([{ funding: 'account' }]);
    });

    it('gives nothing back to a period that ended while it waited for the budget', async () => {
      const [held] = await reserve({ hold: 1, key: budgeted, need: 100 });
      await endWindow();
      const line = { hold: 1, points: 40, back: 60, key: budgeted, window: Number(held?.window_no) };
      expect(await settleDuring('SELECT points_roll($1, clock_timestamp())', [budgeted], [line])).toEqual([]);
      const [budget] = await ledger.database.tx.query<{ quota: number; hour: number }[]>(
        'SELECT quota_taken::int AS quota, hour_taken::int AS hour FROM key_budget WHERE api_key_id = $1',
        [budgeted],
      );
      expect(budget).toEqual({ quota: 40, hour: 0 });
    });

    it('is refused where a request stands in it twice', async () => {
      await reserve({ hold: 1, need: 100 });
      const request = uuidv7();
      await expect(settle({ hold: 1, points: 1, request }, { hold: 1, points: 1, request })).rejects.toThrow('twice');
    });

    it('is paid by the account where its hold has not all of it', async () => {
      await reserve({ hold: 1, need: 50 });
      expect(await settle({ hold: 1, points: 40, back: 11 })).toMatchObject([{ funding: 'account', points: 40 }]);
      expect(await ledger.available(account)).toBe(1_000 - 50 - 40);
    });

    it('is not paid by the hold that another process has under the same number', async () => {
      await reserve({ hold: 1, need: 50 });
      const living = owner;
      owner = uuidv7();
      expect(await settle({ hold: 1, points: 40 })).toMatchObject([{ funding: 'account', points: 40 }]);
      owner = living;
    });

    it('never pays from the hold of another account, even where that would cover it', async () => {
      const other = await ledger.addAccount(1_000);
      await reserve({ hold: 1, account: other, need: 100 });
      expect(await settle({ hold: 1, points: 40, back: 5 })).toMatchObject([{ funding: 'account', points: 40 }]);
      expect(await ledger.available(account)).toBe(960);
      expect(await ledger.available(other)).toBe(900);
    });
  });
});
