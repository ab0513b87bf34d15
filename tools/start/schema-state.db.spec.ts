import { cloneDatabase } from '@tokenbay/testing';
import { looksMigrated } from './schema-state.mjs';

describe('whether a database looks migrated', () => {
  it('is said of one that is, and of none that is empty or away', async () => {
    const migrated = await cloneDatabase();
    const empty = await cloneDatabase({ empty: true });
    expect(await looksMigrated(migrated.url)).toBe(true);
    expect(await looksMigrated(empty.url)).toBe(false);
    await Promise.all([migrated.drop(), empty.drop()]);
    expect(await looksMigrated(migrated.url)).toBe(false);
  });
});
