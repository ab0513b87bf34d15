import { startProgram } from '../processes/start-program.js';
import { builtFile } from '../processes/workspace.js';

const TIMEOUT_MS = 60_000;

/** Runs the product's own audit, as an operator does. Answers what it says where the books do not agree, or where it could not look. */
export async function auditBooks(databaseUrl: string): Promise<string[]> {
  const program = startProgram('audit', {
    file: builtFile('apps/admin/audit/main.js'),
    env: { DATABASE_URL: databaseUrl },
  });
  const code = await program.waitForEnd(TIMEOUT_MS);
  return code === 0 ? [] : [`points:audit exits ${code}:\n${program.output}`];
}
