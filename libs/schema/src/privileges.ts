import { APPLICATION_ROLE } from '@tokenbay/platform';
import type { DataSource } from 'typeorm';

/** Tables that only the ledger's functions write, and the installation's own; applications read them. Partitions are nobody's to touch. */
const READ_ONLY_TABLES = [
  'charge',
  'charge_fresh',
  'charge_horizon',
  'charge_retired',
  'gateway_instance',
  'gateway_lease',
  'hold',
  'installation',
  'key_budget',
  'key_usage',
  'point_account',
  'point_entry',
  'schema_migration',
  'task',
  'task_event',
  'usage_hour',
];

/** Functions that applications call: the ledger's doors, and what reads or reckons only. Every other one is closed to all but its owner. */
const OPEN_FUNCTIONS = [
  'charge_first_id',
  'charge_hour',
  'charge_prepare_partitions',
  'charge_retire_next',
  'charge_roll_up',
  'key_points_used',
  'points_at',
  'points_credit',
  'points_end_processes',
  'points_forget_holds',
  'points_heartbeat',
  'points_open_account',
  'points_period_end',
  'points_reap',
  'points_reap_next',
  'points_register',
  'points_reserve',
  'points_set_budget',
  'points_settle',
  'task_accept',
  'task_end',
  'task_expire_next',
  'task_find_earlier',
  'task_forget_secrets',
  'task_lease_polls',
  'task_note_poll',
  'task_renew_result',
  'task_retire',
  'task_submit',
  'task_submitted',
  'task_withdraw',
];

/** What roles of one cluster may collide in when several databases are prepared at once. */
const TRIES_MAX = 5;
const COLLISIONS = new Set(['23505', '42710', 'XX000']);
const FORBIDDEN = new Set(['42501', '0A000']);

/** Sentences that lead from the privileges that are to those that shall be; none where nothing is to be done. */
const MISSING = `
  WITH own AS (SELECT current_schema()::regnamespace AS namespace, quote_ident(current_schema()) AS schema, quote_ident($1) AS role),
  wanted AS (
    SELECT c.oid, format('%s.%I', own.schema, c.relname) AS name, own.role,
      CASE WHEN c.relispartition THEN '{}' WHEN c.relkind = 'v' OR c.relname = ANY ($2) THEN '{SELECT}' ELSE '{SELECT,INSERT,UPDATE,DELETE}' END::text[] AS privileges
    FROM pg_class AS c CROSS JOIN own
    WHERE c.relnamespace = own.namespace AND c.relkind IN ('r', 'p', 'v') AND pg_has_role(c.relowner, 'USAGE')
  )
  SELECT format('REVOKE CREATE ON SCHEMA %s FROM PUBLIC', schema) AS sentence FROM own
    WHERE has_schema_privilege('public', namespace, 'CREATE') AND pg_has_role((SELECT nspowner FROM pg_namespace WHERE oid = namespace), 'USAGE')
  UNION ALL SELECT format('GRANT USAGE ON SCHEMA %s TO %s', schema, role) FROM own WHERE NOT has_schema_privilege($1, namespace, 'USAGE')
  UNION ALL
  SELECT format('%s %s ON %s %s %s', CASE WHEN is_wanted THEN 'GRANT' ELSE 'REVOKE' END, privilege, name, CASE WHEN is_wanted THEN 'TO' ELSE 'FROM' END, grantee)
    FROM wanted CROSS JOIN unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,TRIGGER,REFERENCES}'::text[]) AS privilege
    CROSS JOIN LATERAL (VALUES (role, has_table_privilege($1, oid, privilege), privilege = ANY (privileges)),
                               ('PUBLIC', has_table_privilege('public', oid, privilege), false)) AS g (grantee, is_there, is_wanted)
    WHERE is_there <> is_wanted AND NOT (is_there AND grantee <> 'PUBLIC' AND has_table_privilege('public', oid, privilege))
  UNION ALL
  SELECT format('GRANT USAGE ON SEQUENCE %s TO %s', s.oid::regclass, w.role)
    FROM pg_class AS s JOIN pg_depend AS d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
    JOIN wanted AS w ON w.oid = d.refobjid
    WHERE 'INSERT' = ANY (w.privileges) AND CASE WHEN s.relkind = 'S' THEN NOT has_sequence_privilege($1, s.oid, 'USAGE') END
  UNION ALL
  SELECT format('%s EXECUTE ON FUNCTION %s %s %s', CASE WHEN is_wanted THEN 'GRANT' ELSE 'REVOKE' END, p.oid::regprocedure, CASE WHEN is_wanted THEN 'TO' ELSE 'FROM' END, grantee)
    FROM pg_proc AS p CROSS JOIN own
    CROSS JOIN LATERAL (VALUES (role, EXISTS (SELECT FROM aclexplode(p.proacl) AS a JOIN pg_roles AS r ON r.oid = a.grantee WHERE r.rolname = $1), p.proname = ANY ($3)),
                               ('PUBLIC', has_function_privilege('public', p.oid, 'EXECUTE'), false)) AS g (grantee, is_there, is_wanted)
    WHERE p.pronamespace = own.namespace AND p.prokind = 'f' AND is_there <> is_wanted AND pg_has_role(p.proowner, 'USAGE')
      AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')`;

/**
 * Gives the application's role what it needs and takes from it, and from everybody, what writes the ledger. Creates the role where that is
 * allowed; where there is none and none may be made, nothing is changed. Safe to repeat; the caller holds the lock of migrations.
 */
export async function grantPrivileges(source: DataSource): Promise<void> {
  if (!(await ensureRole(source))) return;
  const [{ owns }] = await source.query<[{ owns: boolean }]>(
    `SELECT pg_has_role($1, relowner, 'USAGE') AS owns FROM pg_class WHERE oid = 'charge'::regclass`,
    [APPLICATION_ROLE],
  );
  if (owns) return;
  await ensureMembership(source);
  await source.transaction(async (tx) => {
    // Twice, as what is taken from everybody may have been what the role had its right by.
    for (let pass = 0; pass < 2; pass += 1) {
      const rows = await tx.query<{ sentence: string }[]>(MISSING, [
        APPLICATION_ROLE,
        READ_ONLY_TABLES,
        OPEN_FUNCTIONS,
      ]);
      for (const { sentence } of rows) await tx.query(sentence);
    }
  });
}

/** False where the role is missing and may not be made. */
async function ensureRole(source: DataSource): Promise<boolean> {
  const exists = async () =>
    (await source.query<unknown[]>('SELECT FROM pg_roles WHERE rolname = $1', [APPLICATION_ROLE])).length > 0;
  return tryUntil(exists, () => source.query(`CREATE ROLE ${APPLICATION_ROLE} NOLOGIN`));
}

/** Whoever migrates may act as the role, unless the server forbids it; then a login of its own is the operator's to make. */
function ensureMembership(source: DataSource): Promise<boolean> {
  const isMember = async () => {
    const rows = await source.query<unknown[]>(
      `SELECT FROM pg_roles AS r WHERE r.rolname = $1 AND ${mayActAs('r.oid')}`,
      [APPLICATION_ROLE],
    );
    return rows.length > 0;
  };
  return tryUntil(isMember, () => source.query(`GRANT ${APPLICATION_ROLE} TO CURRENT_USER`));
}

/** Whether the login may `SET ROLE` to a role, given by an expression for its id. */
export const mayActAs = (roleId: string): string =>
  `CASE WHEN current_setting('server_version_num')::integer >= 160000
    THEN pg_has_role(session_user, ${roleId}, 'SET') ELSE pg_has_role(session_user, ${roleId}, 'MEMBER') END`;

/** Roles belong to the whole cluster: another database's migration may do the same at the same moment. */
async function tryUntil(isDone: () => Promise<boolean>, work: () => Promise<unknown>): Promise<boolean> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    if (await isDone()) return true;
    try {
      await work();
    } catch (error) {
      const { code = '' } = error as { code?: string };
      if (FORBIDDEN.has(code)) return false;
      if (!COLLISIONS.has(code)) throw error;
    }
  }
  return isDone();
}
