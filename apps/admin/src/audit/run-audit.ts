import { parseArgs } from 'node:util';
import { ConfigError, type Database, explainStartFailure, readConfig, VARIABLES } from '@tokenbay/platform';
import { auditLedger, type AuditReport } from '@tokenbay/points';
import { renderReport } from './render-report.js';

/** What the command needs of the world around it. */
export interface AuditWorld {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly open: (url: string) => Pick<Database, 'pool' | 'stop'>;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

const CLEAN = 0;
const DIFFERENT = 1;
const IMPOSSIBLE = 2;

const USAGE = `Usage: points:audit [--json]
Checks the books of the database in DATABASE_URL: for every account, credits − charges + refunds = available + held, and every budget, hold
and charge with it. Reads one snapshot and writes nothing. Exits 0 where all agrees, 1 where something does not, 2 where it could not look.`;

/** What a failure of the statement means to whoever sent the command, by SQLSTATE. */
const REASONS: Record<string, string> = {
  '42P01': 'this database has no ledger, or one older than this build: start the admin application, which migrates it',
  '42703': 'the ledger of this database is older than this build: start the admin application, which migrates it',
  '42501': 'this role may not read the ledger; docs/operating.md lists what it needs',
  '55P03': 'a table of the ledger is being changed; try again',
  '57014': 'the statement was cancelled, or took longer than this role is allowed to (statement_timeout)',
  '40001':
    'the standby cancelled the snapshot to go on with replay; raise max_standby_streaming_delay, or audit the primary',
  '53100': 'the disk of the database is full',
};

/** Runs the command; answers its exit code: 0 all agrees, 1 something does not, 2 it could not look, with one sentence why. */
export async function runAudit({ args, env, open, print, complain }: AuditWorld): Promise<number> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    });
    if (values.help) {
      print(USAGE);
      return CLEAN;
    }
    const { databaseUrl } = readConfig({ databaseUrl: VARIABLES.databaseUrl }, { DATABASE_URL: env['DATABASE_URL'] });
    const startedAtMs = performance.now();
    const report = await auditDatabase(open(databaseUrl));
    const ms = Math.round(performance.now() - startedAtMs);
    print(values.json ? JSON.stringify({ agrees: report.total === 0, ms, ...report }) : renderReport(report, ms));
    return report.total === 0 ? CLEAN : DIFFERENT;
  } catch (error) {
    complain(explain(error));
    return IMPOSSIBLE;
  }
}

async function auditDatabase(database: Pick<Database, 'pool' | 'stop'>): Promise<AuditReport> {
  try {
    return await auditLedger(database.pool('audit'));
  } finally {
    await database.stop();
  }
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.problems.join('\n');
  const { code, message } = error as { code?: string; message?: string };
  if (code?.startsWith('ERR_PARSE_ARGS') && message) return `${message}\n${USAGE}`;
  const reason = REASONS[code ?? ''];
  return reason === undefined ? explainStartFailure(error, 'audit') : `Cannot audit: ${reason}.`;
}
