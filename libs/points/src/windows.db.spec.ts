import { uuidv7 } from '@tokenbay/platform';
import { type Period, PERIODS } from './key-points.js';
import { makeCharge, type TestLedger } from './testing/index.js';
import { useLedger } from './testing/use-ledger.js';

const EARLIER: Record<Period, string> = { hour: '1 hour', day: '1 day', week: '7 days', month: '32 days' };

describe('windows of a budget', () => {
  let ledger: TestLedger;
  useLedger((opened) => (ledger = opened));

  async function addKey(limits: Partial<Record<Period, number>>) {
    const accountId = await ledger.addAccount(10_000);
    const pointLimits = Object.entries(limits).map(([period, points]) => ({ period: period as Period, points }));
    const apiKeyId = await ledger.addKey(accountId, { pointLimits });
    return { accountId, apiKeyId };
  }

  const reserve = (key: { accountId: string; apiKeyId: string }, points: number) =>
    ledger.points.reserve({ ...key, requestId: uuidv7(), budgeted: true, least: points, need: points });

  /** Makes a key's periods look as if they had begun that much earlier, so that the next reserve finds them ended. */
  const age = (apiKeyId: string, interval: string) =>
    ledger.database.tx.query(
      `UPDATE key_budget SET window_end = '-infinity', hour_start = hour_start - $2::interval, day_start = day_start - $2::interval,
        week_start = week_start - $2::interval, month_start = month_start - $2::interval WHERE api_key_id = $1`,
      [apiKeyId, interval],
    );

  const usedOf = async (apiKeyId: string) =>
    Object.fromEntries(
      (await ledger.points.budgets([apiKeyId]))
        .get(apiKeyId)!
        .limits.map(({ period, usedMicropoints, heldMicropoints }) => [period, [usedMicropoints, heldMicropoints]]),
    );

  it.each(['hour', 'day', 'week', 'month'] as const)('starts the %s anew once it has ended', async (period) => {
    const key = await addKey({ [period]: 100 });
    const hold = await reserve(key, 100);
    await ledger.points.settle(hold, makeCharge({ cost: 100 }));
    await expect(reserve(key, 1)).rejects.toMatchObject({ code: 'api_key_point_limit_exceeded' });
    await age(key.apiKeyId, EARLIER[period]);
    expect(await usedOf(key.apiKeyId)).toEqual({ [period]: [0, 0] });
    await expect(reserve(key, 100)).resolves.toMatchObject({ windowNo: hold.windowNo + 1 });
  });

  it('gives back only to those periods that still run', async () => {
    const key = await addKey({ hour: 100, month: 1_000 });
    const old = await reserve(key, 80);
    await ledger.database.tx.query(
      `UPDATE key_budget SET window_end = '-infinity', hour_start = hour_start - interval '1 hour' WHERE api_key_id = $1`,
      [key.apiKeyId],
    );
    await reserve(key, 30);
    await ledger.points.settle(old, makeCharge({ cost: 50 }));
    expect(await usedOf(key.apiKeyId)).toEqual({ hour: [0, 30], month: [50, 30] });
    await expect(reserve(key, 71)).rejects.toMatchObject({ code: 'api_key_point_limit_exceeded' });
    await expect(reserve(key, 70)).resolves.toMatchObject({ points: 70 });
  });

  it('counts a limit from when it is set, and keeps the count while it changes', async () => {
    const key = await addKey({ month: 1_000 });
    const before = await reserve(key, 100);
    const setHour = (points: number | null) =>
      ledger.database.transaction((tx) =>
        ledger.points.setBudget(tx, key.apiKeyId, {
          pointQuota: null,
          timeZone: 'UTC',
          pointLimits: [
            { period: 'month', points: 1_000 },
            ...(points === null ? [] : [{ period: 'hour' as const, points }]),
          ],
        }),
      );
    await setHour(50);
    await ledger.points.settle(before, makeCharge({ cost: 60 }));
    expect(await usedOf(key.apiKeyId)).toEqual({ hour: [0, 0], month: [60, 0] });
    await reserve(key, 40);
    await setHour(30);
    expect(await usedOf(key.apiKeyId)).toMatchObject({ hour: [0, 40] });
    await expect(reserve(key, 1)).rejects.toMatchObject({ code: 'api_key_point_limit_exceeded' });
    await setHour(null);
    await setHour(30);
    expect(await usedOf(key.apiKeyId)).toMatchObject({ hour: [0, 0] });
  });

  it('takes up a quota anew after it was removed, without taking points back', async () => {
    const key = await addKey({ month: 1_000 });
    const set = (pointQuota: number | null) =>
      ledger.database.transaction((tx) =>
        ledger.points.setBudget(tx, key.apiKeyId, { pointQuota, pointLimits: [], timeZone: 'UTC' }),
      );
    await set(100);
    await reserve(key, 60);
    await set(50);
    await expect(reserve(key, 1)).rejects.toMatchObject({ code: 'api_key_point_insufficient' });
    await set(null);
    await set(50);
    await expect(reserve(key, 50)).resolves.toMatchObject({ points: 50 });
  });

  it('refuses two limits of one period', async () => {
    const { apiKeyId } = await addKey({});
    const pointLimits = [1, 2].map((points) => ({ period: 'day' as const, points }));
    const set = ledger.points.setBudget(ledger.database.tx, apiKeyId, {
      pointQuota: null,
      pointLimits,
      timeZone: 'UTC',
    });
    await expect(set).rejects.toMatchObject({ code: 'invalid_request' });
  });

  describe('cut in the key’s time zone', () => {
    interface Window {
      hour: string;
      day: string;
      week: string;
      month: string;
      end: string;
    }

    const PERIODS = ['quota', 'hour', 'day', 'week', 'month'];
    /** A budget as it is when it was just made: nothing taken, no window yet. */
    const FRESH = {
      window_no: 0,
      window_end: '-infinity',
      ...Object.fromEntries(
        PERIODS.flatMap((period) => [
          [`${period}_taken`, 0],
          [`${period}_first`, 1],
          [`${period}_start`, '-infinity'],
        ]),
      ),
    };

    /** Walks a fresh budget through instants and answers where its periods began after each. */
    async function walk(timeZone: string, instants: string[]): Promise<Window[]> {
      const { rows } = await ledger.database.pool('report').query<Window>(
        `WITH RECURSIVE step AS (
           SELECT 0 AS n, jsonb_populate_record(NULL::key_budget, $1) AS b
           UNION ALL SELECT n + 1, points_at(b, ($2::timestamptz[])[n + 1]) FROM step WHERE n < cardinality($2::timestamptz[]))
         SELECT to_char((b).hour_start AT TIME ZONE 'UTC', 'MM-DD"T"HH24:MI') AS hour, to_char((b).day_start AT TIME ZONE 'UTC', 'MM-DD"T"HH24:MI') AS day,
           to_char((b).week_start AT TIME ZONE 'UTC', 'MM-DD"T"HH24:MI') AS week, to_char((b).month_start AT TIME ZONE 'UTC', 'MM-DD"T"HH24:MI') AS month,
           to_char((b).window_end AT TIME ZONE 'UTC', 'MM-DD"T"HH24:MI') AS end
         FROM step WHERE n > 0 ORDER BY n`,
        [{ ...FRESH, time_zone: timeZone }, instants],
      );
      return rows;
    }

    it('begins weeks on Monday and days at local midnight', async () => {
      const [window] = await walk('Asia/Kolkata', ['2026-11-22T12:10:00Z']);
      expect(window).toEqual({
        hour: '11-22T11:30',
        day: '11-21T18:30',
        week: '11-15T18:30',
        month: '10-31T18:30',
        end: '11-22T12:30',
      });
    });

    it('ends a window at local midnight even where the clock jumps there within the hour', async () => {
      const [before, after] = await walk('Asia/Pyongyang', ['2018-05-04T14:45:00Z', '2018-05-04T15:00:00Z']);
      expect(before).toMatchObject({ hour: '05-04T14:30', end: '05-04T15:00', day: '05-03T15:30' });
      expect(after).toMatchObject({ hour: '05-04T15:00', day: '05-04T15:00' });
    });

    it('has a day of 23 hours in spring and one of 25 in autumn', async () => {
      const spring = await walk('Europe/Berlin', [
        '2026-03-28T23:00:00Z',
        '2026-03-29T21:59:59Z',
        '2026-03-29T22:00:00Z',
      ]);
      expect(spring.map(({ day }) => day)).toEqual(['03-28T23:00', '03-28T23:00', '03-29T22:00']);
      const autumn = await walk('Europe/Berlin', [
        '2026-10-24T22:00:00Z',
        '2026-10-25T22:59:59Z',
        '2026-10-25T23:00:00Z',
      ]);
      expect(autumn.map(({ day }) => day)).toEqual(['10-24T22:00', '10-24T22:00', '10-25T23:00']);
    });

    it('counts a repeated hour as two', async () => {
      const hours = await walk('Europe/Berlin', [
        '2026-10-25T00:30:00Z',
        '2026-10-25T01:30:00Z',
        '2026-10-25T02:30:00Z',
      ]);
      expect(hours.map(({ hour }) => hour)).toEqual(['10-25T00:00', '10-25T01:00', '10-25T02:00']);
    });

    it('begins the day one hour in where midnight is skipped', async () => {
      const days = await walk('Africa/Cairo', ['2026-04-23T21:59:59Z', '2026-04-23T22:00:00Z']);
      expect(days.map(({ day, end }) => [day, end])).toEqual([
        ['04-22T22:00', '04-23T22:00'],
        ['04-23T22:00', '04-23T23:00'],
      ]);
    });

    it('never goes back, whatever the clock does', async () => {
      const [late, early] = await walk('UTC', ['2026-11-22T12:10:00Z', '2026-10-01T00:00:00Z']);
      expect(early).toEqual(late);
      const [, , back] = await walk('UTC', ['2026-11-22T12:10:00Z', '2026-12-24T13:10:00Z', '2026-11-22T12:20:00Z']);
      expect(back).toMatchObject({ hour: '12-24T13:00', month: '12-01T00:00' });
    });
  });

  it.each([
    ['west', 'Pacific/Kiritimati', 'Pacific/Niue'],
    ['east', 'Pacific/Niue', 'Pacific/Kiritimati'],
    ['east by half an hour', 'UTC', 'Asia/Kolkata'],
    ['west by half an hour', 'Asia/Kolkata', 'UTC'],
  ])('never begins a period anew because the time zone moved %s', async (_, from, to) => {
    const accountId = await ledger.addAccount(1_000);
    const pointLimits = PERIODS.map((period) => ({ period, points: 100 }));
    const apiKeyId = await ledger.addKey(accountId, { pointLimits, timeZone: from });
    await reserve({ accountId, apiKeyId }, 100);
    await ledger.database.transaction((tx) =>
      ledger.points.setBudget(tx, apiKeyId, { pointQuota: null, pointLimits, timeZone: to }),
    );
    expect(await usedOf(apiKeyId)).toEqual(Object.fromEntries(PERIODS.map((period) => [period, [0, 100]])));
  });
});
