import { createLogger, runProcess } from '@tokenbay/platform';
import { assertDatabaseReady, toApplicationUrl } from '@tokenbay/schema';
import { createGatewayApp } from './create-gateway-app.js';
import { readGatewayConfig } from './gateway.config.js';
import { RelayService } from './relay/relay.service.js';

await runProcess(async () => {
  const config = readGatewayConfig(process.env);
  const logger = createLogger('gateway', config.logLevel);
  await assertDatabaseReady(config.databaseUrl, config.secretsKey);
  const databaseUrl = await toApplicationUrl(config.databaseUrl, logger);
  const app = await createGatewayApp({ ...config, databaseUrl }, logger);
  await app.listen(config.port, config.host);
  logger.info({ host: config.host, port: config.port }, 'listening');
  return { app, logger, beforeCut: () => app.get(RelayService).cut() };
});
