import { createLogger, readConfig, runProcess } from '@tokenbay/platform';
import { prepareDatabase, toApplicationUrl } from '@tokenbay/schema';
import { ADMIN_CONFIG_SPEC } from './admin.config.js';
import { createAdminApp } from './create-admin-app.js';

await runProcess(async () => {
  const config = readConfig(ADMIN_CONFIG_SPEC, process.env);
  const logger = createLogger('admin', config.logLevel);
  const ran = await prepareDatabase(config.databaseUrl, config.secretsKey);
  if (ran.length > 0) logger.info({ ran }, 'migrated');
  const databaseUrl = await toApplicationUrl(config.databaseUrl, logger);
  const app = await createAdminApp({ ...config, databaseUrl }, logger);
  await app.listen(config.port, config.host);
  logger.info({ host: config.host, port: config.port }, 'listening');
  return { app, logger };
});
