import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The doors of the ledger: functions that run with the rights of the tables' owner, so that applications need no right to write those
 * tables themselves. What was written by plain statements so far gets a door of its own. Who may come in is decided by `grantPrivileges`.
 */
export class Roles0000000000008 implements MigrationInterface {
  name = 'Roles0000000000008';

  async up(runner: QueryRunner): Promise<void> {
    for (const sentence of DOORS) await runner.query(sentence);
    // Named, and temporary objects last: nobody who calls a door can put another table or function in the place of ours.
    const path = `${await currentSchema(runner)}, pg_temp`;
    for (const name of [...NEW_DOORS, ...OLD_DOORS])
      await runner.query(`ALTER FUNCTION ${name} SECURITY DEFINER SET search_path = ${path}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of OLD_DOORS) await runner.query(`ALTER FUNCTION ${name} SECURITY INVOKER RESET search_path`);
    await runner.query(`DROP FUNCTION ${[...NEW_DOORS, 'points_end_processes'].join(', ')}`);
  }
}

async function currentSchema(runner: QueryRunner): Promise<string> {
  const [{ schema }] = (await runner.query('SELECT quote_ident(current_schema()) AS schema')) as [{ schema: string }];
  return schema;
}

const OLD_DOORS = [
  'points_reserve',
  'points_settle',
  'points_reap',
  'points_reap_next',
  'points_credit',
  'points_set_budget',
  'charge_prepare_partitions',
];
const NEW_DOORS = ['points_open_account', 'points_register', 'points_heartbeat', 'points_forget_holds'];

const DOORS = [
  `CREATE FUNCTION points_open_account(p_account_id bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO point_account (account_id) VALUES (p_account_id)
  $$`,
  `CREATE FUNCTION points_register(p_instance uuid, p_lease interval) RETURNS void LANGUAGE sql AS $$
    INSERT INTO gateway_instance (instance_id) VALUES (p_instance);
    INSERT INTO gateway_lease (instance_id, lease_until) VALUES (p_instance, clock_timestamp() + p_lease);
  $$`,
  // Answers how many processes are alive, or nothing where this one was ended.
  `CREATE FUNCTION points_heartbeat(p_instance uuid, p_lease interval) RETURNS integer LANGUAGE sql AS $$
    UPDATE gateway_lease SET lease_until = clock_timestamp() + p_lease WHERE instance_id = p_instance
      RETURNING (SELECT count(*)::integer FROM gateway_lease WHERE lease_until > clock_timestamp() OR instance_id = p_instance)
  $$`,
  // Deletes holds that have no points; answers the numbers of those that are gone.
  `CREATE FUNCTION points_forget_holds(p_owner uuid, p_hold_no bigint[]) RETURNS SETOF bigint LANGUAGE sql AS $$
    WITH empty AS (
      SELECT hold_no FROM hold WHERE owner_id = p_owner AND hold_no = ANY (p_hold_no) AND points = 0 ORDER BY hold_no FOR UPDATE)
    DELETE FROM hold AS h USING empty WHERE h.owner_id = p_owner AND h.hold_no = empty.hold_no RETURNING h.hold_no
  $$`,
  // Ends server processes that were given up on. No door: it acts as whoever logged in, who may end none but his own.
  `CREATE FUNCTION points_end_processes(p_process_id integer[], p_timeout_ms integer) RETURNS void LANGUAGE plpgsql SET role = 'none' AS $$
  BEGIN
    PERFORM pg_terminate_backend(pid, p_timeout_ms) FROM pg_stat_activity WHERE pid = ANY (p_process_id) AND usename = session_user
      AND application_name = regexp_replace(current_setting('application_name'), '[^/]*$', 'reserve');
  END
  $$`,
];
