import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHttpApp, type Logger } from '@tokenbay/platform';
import type { GatewayConfig } from './gateway.config.js';
import { GatewayModule } from './gateway.module.js';
import { ErrorCounts } from './health/error-counts.js';
import { countErrors, observeRequests } from './health/observe-requests.js';
import { RequestMetrics } from './health/request-metrics.js';
import { installAdmission } from './relay/admission.hook.js';
import { RelayService } from './relay/relay.service.js';
import { dialectErrorRenderer } from './surfaces/dialect-error-renderer.js';

/** Builds the gateway, not yet listening. */
export async function createGatewayApp(config: GatewayConfig, logger: Logger): Promise<NestFastifyApplication> {
  const { bodyBytesMax, trustedProxies } = config;
  const errorCounts = new ErrorCounts();
  const app = await createHttpApp(GatewayModule.forRoot(config, logger, errorCounts), {
    logger,
    renderer: countErrors(dialectErrorRenderer, errorCounts),
    routeNotFound: 'route_not_found',
    bodyBytesMax,
  });
  const fastify = app.getHttpAdapter().getInstance();
  observeRequests(fastify, app.get(RequestMetrics), logger);
  installAdmission(fastify, { relay: app.get(RelayService), trustedProxies, bodyBytesMax });
  return app;
}
