import cluster from 'node:cluster';
import { RateDesk, MemoryRateStorage } from '@tokenbay/limits';
import { ConfigError, createLogger, runProcess, SystemClock } from '@tokenbay/platform';
import { assertDatabaseReady, toApplicationUrl } from '@tokenbay/schema';
import { createGatewayApp } from './create-gateway-app.js';
import { type GatewayConfig, readGatewayConfig } from './gateway.config.js';
import { Readiness } from './health/readiness.js';
import { RelayService } from './relay/relay.service.js';
import { runPrimary } from './workers/run-primary.js';

const config = readConfig();
if (cluster.isPrimary && config && config.workers > 1)
  await runPrimary(config, new RateDesk(new MemoryRateStorage(new SystemClock())));

await runProcess(async () => {
  const config = readGatewayConfig(process.env);
  const logger = createLogger('gateway', config.logLevel);
  await assertDatabaseReady(config.databaseUrl, config.secretsKey);
  const databaseUrl = await toApplicationUrl(config.databaseUrl, logger);
  const app = await createGatewayApp({ ...config, databaseUrl }, logger);
  await app.listen(config.port, config.host);
  logger.info({ host: config.host, port: config.port }, 'listening');
  return {
    ...{ app, logger, drainDelayMs: config.drainDelayMs, isWorker: cluster.isWorker },
    onStopping: () => app.get(Readiness).stop(),
    beforeCut: () => app.get(RelayService).cut(),
  };
});

/** Undefined where it is wrong: then the start below says what is. */
function readConfig(): GatewayConfig | undefined {
  try {
    return readGatewayConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}
