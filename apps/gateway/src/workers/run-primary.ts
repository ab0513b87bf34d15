import type { RateDesk } from '@tokenbay/limits';
import { createLogger, explainStartFailure } from '@tokenbay/platform';
import { AggregatorRegistry } from 'prom-client';
import type { GatewayConfig } from '../gateway.config.js';
import { serveMetrics } from '../health/serve-metrics.js';
import { Primary } from './primary.js';

/**
 * Runs several workers until told to stop: SIGTERM, SIGINT and the loss of the parent's channel let them finish and exit 0, a second signal
 * ends them at once; SIGUSR2 replaces them one by one without losing a request.
 */
export async function runPrimary(config: GatewayConfig, desk: RateDesk): Promise<never> {
  const logger = createLogger('gateway', config.logLevel);
  const primary = new Primary(config.workers, desk, logger);
  const closeMetrics = await offerMetrics(config, primary).catch((error: unknown) => {
    process.stderr.write(`${explainStartFailure(error)}\n`);
    process.exit(1);
  });
  stopOnSignals(primary);
  process.on('SIGUSR2', () => void primary.replaceAll());
  primary.start();
  const code = await primary.ended;
  closeMetrics();
  process.exit(code);
}

function offerMetrics({ metricsHost, metricsPort }: GatewayConfig, primary: Primary): Promise<() => void> {
  if (metricsPort === 0) return Promise.resolve(() => undefined);
  const contentType = AggregatorRegistry.PROMETHEUS_CONTENT_TYPE;
  return serveMetrics({ host: metricsHost, port: metricsPort, contentType, read: () => primary.readMetrics() });
}

function stopOnSignals(primary: Primary): void {
  let isStopping = false;
  const stop = (reason: string): void => {
    if (isStopping) {
      primary.kill();
      process.exit(1);
    }
    isStopping = true;
    primary.stop(reason);
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('disconnect', () => {
    if (!isStopping) stop('disconnect');
  });
}
