import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A charge whose hold is gone is refused once a limited period has ended, whether or not anybody has begun the key's next window since: it
 * depended on whether another request of the key, or points given back, came first.
 */
export class LateCharges0000000000016 implements MigrationInterface {
  name = 'LateCharges0000000000016';

  up(runner: QueryRunner): Promise<void> {
    return replaceIn(runner, { from: AS_STORED, to: AS_OF_NOW });
  }

  down(runner: QueryRunner): Promise<void> {
    return replaceIn(runner, { from: AS_OF_NOW, to: AS_STORED });
  }
}

const AS_STORED = 'SELECT * INTO v_budget FROM key_budget WHERE api_key_id = r.api_key_id;';
const AS_OF_NOW =
  'SELECT n.* INTO v_budget FROM key_budget AS b, points_at(b, clock_timestamp()) AS n WHERE b.api_key_id = r.api_key_id;';

async function replaceIn(runner: QueryRunner, { from, to }: { from: string; to: string }): Promise<void> {
  const [{ text }] = (await runner.query(`SELECT pg_get_functiondef('points_fund_short'::regproc) AS text`)) as [
    { text: string },
  ];
  if (!text.includes(from)) throw new Error('points_fund_short is not as the migrations before this one left it');
  await runner.query(text.replace(from, to));
}
