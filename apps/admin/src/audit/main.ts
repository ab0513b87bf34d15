import { createLogger, Database } from '@tokenbay/platform';
import { runAudit } from './run-audit.js';

/** `npm run points:audit`, and `node dist/apps/admin/audit/main.js` in the image: checks the books of the database in `DATABASE_URL`. */
process.exitCode = await runAudit({
  args: process.argv.slice(2),
  env: process.env,
  open: (url) =>
    new Database({ url, applicationName: 'tokenbay-audit', entities: [], logger: createLogger('audit', 'silent') }),
  print: (text) => process.stdout.write(`${text}\n`),
  complain: (text) => process.stderr.write(`${text}\n`),
});
