import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cloneDatabase, type ClonedDatabase, WORKSPACE } from '@tokenbay/testing';
import pg from 'pg';
import { replaceOnce } from './guard.mjs';
import { GUARDS } from './guards.mjs';
import { takeFromDatabase, takeFromSources } from './take-away.mjs';

describe('the guards that can be taken away', () => {
  let clone: ClonedDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    clone = await cloneDatabase();
    client = new pg.Client({ connectionString: clone.url });
    await client.connect();
  }, 60_000);

  afterAll(async () => {
    await client.end();
    await clone.drop();
  });

  it.each(GUARDS.map((guard) => [guard.name, guard] as const))(
    'stand where they are looked for: %s',
    async (_, guard) => {
      await client.query('BEGIN');
      try {
        const statements = await takeFromDatabase(guard, client);
        for (const statement of statements) await client.query(statement);
        expect(statements.length + takeFromSources(guard, WORKSPACE).size).toBeGreaterThan(0);
      } finally {
        await client.query('ROLLBACK');
      }
      expect(guard.caughtBy.filter((spec) => !existsSync(join(WORKSPACE, spec)))).toEqual([]);
    },
  );

  it('each have a name of their own', () => {
    expect(new Set(GUARDS.map(({ name }) => name)).size).toBe(GUARDS.length);
  });

  it('are found however their text is broken into lines, and only where it stands once', () => {
    const edit = { from: 'IF a >= b THEN', to: 'IF true THEN' };
    expect(replaceOnce('x;\n  IF a >=\n    b THEN y;', edit, 'f')).toBe('x;\n  IF true THEN y;');
    expect(() => replaceOnce('IF a > b THEN', edit, 'f')).toThrow('f has 0 places, not one');
    expect(() => replaceOnce('IF a >= b THEN IF a >= b THEN', edit, 'f')).toThrow('f has 2 places, not one');
  });
});
